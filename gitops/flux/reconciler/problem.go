package reconciler

// problem is why an attempt did not publish, as a condition says it. Nothing that was published has changed.
type problem struct {
	reason string
	// stalled says that trying again does not help.
	stalled bool
	err     error
}

func (p *problem) Error() string { return p.err.Error() }

func (p *problem) Unwrap() error { return p.err }
