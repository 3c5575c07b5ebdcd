package generator

import "math/rand/v2"

// dice makes the choices of one case. Choices of different concern come from different
// streams, so that a new way to write YAML does not change what is written.
type dice struct{ random numbers }

// numbers is what is used of a *rand.Rand.
type numbers interface {
	IntN(n int) int
	Shuffle(n int, swap func(i, j int))
}

// stream names a concern.
type stream uint64

const (
	content stream = iota + 1
	breakage
	layout
)

func newDice(seed uint64, of stream) *dice {
	source := rand.NewPCG(seed, uint64(of)) //nolint:forbidigo // seeded: the same choices on every run
	return &dice{random: rand.New(source)}  //nolint:forbidigo,gosec // seeded, and no secret
}

// upTo is a number from 0 to n-1.
func (d *dice) upTo(n int) int { return d.random.IntN(n) }

// between is a number from low to high, both included.
func (d *dice) between(low, high int) int { return low + d.random.IntN(high-low+1) }

// chance is true in the given share of calls.
func (d *dice) chance(percent int) bool { return d.random.IntN(100) < percent }

func pick[T any](d *dice, from ...T) T { return from[d.upTo(len(from))] }

// shuffle puts a list in any order.
func shuffle[T any](d *dice, list []T) {
	d.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}
