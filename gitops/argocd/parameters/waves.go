package parameters

// Waves are the options of package wave.
type Waves struct {
	Strategy     string
	Base, Stride int
}
