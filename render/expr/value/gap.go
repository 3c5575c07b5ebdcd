package value

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Gap is an unknown with all reasons why a value is not known as a whole, and nil when
// all of it is known. A function that looks at all of an argument asks for it, because
// it would take an unknown item for a value of a wrong type.
func Gap(v ref.Val) *types.Unknown {
	switch v := v.(type) {
	case types.String, types.Int, types.Bool, types.Double, types.Null:
		return nil
	case *types.Unknown:
		return v
	case container:
		return v.gap()
	case *types.Optional:
		if v.HasValue() {
			return Gap(v.GetValue())
		}
	case traits.Lister:
		return gapOfList(v)
	case traits.Mapper:
		return gapOfMap(v)
	}
	return nil
}

// Partial is [Gap] for a function that only counts: it is nil for a list, whatever its
// items, and for everything whose keys are known.
func Partial(v ref.Val) *types.Unknown {
	var o *object
	switch v := v.(type) {
	case *object:
		o = v
	case *free:
		o = &v.object
	}
	if o == nil || o.knowledge != partial {
		return nil
	}
	return o.gap()
}

// GapOfItems is [Gap] for `in`: the lists of this package decide by themselves.
func GapOfItems(v ref.Val) *types.Unknown {
	switch v := v.(type) {
	case container:
		return nil
	case traits.Lister:
		return gapOfList(v)
	}
	return nil
}

// gapOfList looks into a list of CEL's own.
func gapOfList(l traits.Lister) *types.Unknown {
	switch items := l.Value().(type) {
	case []any:
		return scan(items, nil)
	case []string:
		return nil
	case []ref.Val:
		var u *types.Unknown
		for _, v := range items {
			u = types.MergeUnknowns(u, Gap(v))
		}
		return u
	}
	var u *types.Unknown
	for it := l.Iterator(); it.HasNext() == types.True; {
		u = types.MergeUnknowns(u, Gap(it.Next()))
	}
	return u
}

// gapOfMap looks into a map of CEL's own.
func gapOfMap(m traits.Mapper) *types.Unknown {
	var u *types.Unknown
	switch entries := m.Value().(type) {
	case map[string]any:
		return scan(entries, nil)
	case map[ref.Val]ref.Val:
		for _, v := range entries {
			u = types.MergeUnknowns(u, Gap(v))
		}
		return u
	}
	for it := m.Iterator(); it.HasNext() == types.True; {
		u = types.MergeUnknowns(u, Gap(m.Get(it.Next())))
	}
	return u
}

// scan finds the holes in data.
func scan(data any, u *types.Unknown) *types.Unknown {
	switch d := data.(type) {
	case *types.Unknown:
		return types.MergeUnknowns(u, d)
	case map[string]any:
		for _, v := range d {
			u = scan(v, u)
		}
	case []any:
		for _, v := range d {
			u = scan(v, u)
		}
	case ref.Val:
		return types.MergeUnknowns(u, Gap(d))
	}
	return u
}

// nested reports data in which something may be unknown.
func nested(data any) bool {
	switch data.(type) {
	case map[string]any, []any, ref.Val:
		return true
	}
	return false
}
