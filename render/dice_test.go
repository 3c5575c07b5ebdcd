package render_test

// dice throws the same numbers in every run.
type dice uint64

// shuffle puts n things into another order.
func (d *dice) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		*d = *d*6364136223846793005 + 1442695040888963407
		swap(i, int(uint64(*d)>>33)%(i+1))
	}
}
