package admission

import "github.com/krowave/krowave/render/fieldpath"

// step is a key of an object or an index of an array.
type step struct {
	key   string
	index int // -1 for a key
}

// trail is the way to the value in hand. Walks grow and shrink it at every value, which
// a [fieldpath.Path] would pay for with an allocation each time.
type trail []step

// path is the trail as a path that stays.
func (t trail) path() fieldpath.Path {
	var p fieldpath.Path
	for _, s := range t {
		if s.index < 0 {
			p = p.Key(s.key)
		} else {
			p = p.Index(s.index)
		}
	}
	return p
}
