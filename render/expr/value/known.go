package value

import (
	"maps"

	"github.com/krowave/krowave/render/fieldpath"
)

// Known is a set of places of an object that were observed, with everything inside
// them. A nil Known is empty.
type Known struct {
	complete bool
	fields   map[string]*Known
	items    map[int]*Known
}

// NewKnown makes the set of the given places. A place that was looked for and not
// found belongs to it by its first missing part: where the object has no status, that is status.
func NewKnown(paths ...fieldpath.Path) *Known {
	root := &Known{}
	for _, p := range paths {
		at := root
		for _, e := range p.Elements() {
			at = at.add(e)
		}
		at.complete = true
	}
	return root
}

func (k *Known) add(e fieldpath.Element) *Known {
	next := &Known{}
	if key, ok := e.Key(); ok {
		if old := k.fields[key]; old != nil {
			return old
		}
		if k.fields == nil {
			k.fields = map[string]*Known{}
		}
		k.fields[key] = next
		return next
	}
	index, _ := e.Index()
	if old := k.items[index]; old != nil {
		return old
	}
	if k.items == nil {
		k.items = map[int]*Known{}
	}
	k.items[index] = next
	return next
}

// Has reports that all of a place was observed.
func (k *Known) Has(path fieldpath.Path) bool {
	for _, e := range path.Elements() {
		switch key, ok := e.Key(); {
		case k.all():
			return true
		case ok:
			k = k.field(key)
		default:
			index, _ := e.Index()
			k = k.item(index)
		}
	}
	return k.all()
}

func (k *Known) all() bool { return k != nil && k.complete }

func (k *Known) field(key string) *Known {
	if k == nil {
		return nil
	}
	return k.fields[key]
}

func (k *Known) item(index int) *Known {
	if k == nil {
		return nil
	}
	return k.items[index]
}

// Merge lays what was observed of an object over what its template says: where both
// are maps, key by key; anywhere else the observed value wins. Only the maps on the
// way are copied; the result shares the rest with its inputs.
func Merge(desired, observed any) any {
	d, ok := desired.(map[string]any)
	o, ok2 := observed.(map[string]any)
	if !ok || !ok2 {
		return observed
	}
	merged := make(map[string]any, len(d)+len(o))
	maps.Copy(merged, d)
	for k, v := range o {
		if old, ok := merged[k]; ok {
			v = Merge(old, v)
		}
		merged[k] = v
	}
	return merged
}
