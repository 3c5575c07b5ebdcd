package value

import (
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// free is a map without a schema of which not all is known. It behaves like a map of
// CEL's own, except that a key that it lacks is unknown.
type free struct{ object }

// Equal compares as CEL does.
func (f *free) Equal(other ref.Val) ref.Val {
	if u := undecided(f, other); u != nil {
		return u
	}
	return Raw(f.data).Equal(other)
}

// ConvertToType knows maps only.
func (f *free) ConvertToType(t ref.Type) ref.Val {
	if t == types.MapType {
		return f
	}
	return f.object.ConvertToType(t)
}

// ConvertToNative makes whatever a map can become.
func (f *free) ConvertToNative(t reflect.Type) (any, error) {
	if f.gap() != nil {
		return f.object.ConvertToNative(t)
	}
	return Raw(f.data).ConvertToNative(t)
}

// IsZeroValue reports an empty map.
func (f *free) IsZeroValue() bool { return len(f.data) == 0 }

// freeList is a list without a schema of which not all is known.
type freeList struct{ list }

// Get is the item at an index of any numeric type.
func (f *freeList) Get(index ref.Val) ref.Val {
	i, err := types.IndexOrError(index)
	if err != nil {
		return types.ValOrErr(index, "%v", err)
	}
	return f.list.Get(types.Int(i))
}

// Add is concatenation.
func (f *freeList) Add(other ref.Val) ref.Val {
	items := make([]ref.Val, len(f.items))
	for i := range f.items {
		items[i] = f.item(i)
	}
	return Collection(items).(interface{ Add(ref.Val) ref.Val }).Add(other)
}

// Equal compares as CEL does.
func (f *freeList) Equal(other ref.Val) ref.Val {
	if u := undecided(f, other); u != nil {
		return u
	}
	return Raw(f.items).Equal(other)
}

// ConvertToType knows lists only.
func (f *freeList) ConvertToType(t ref.Type) ref.Val {
	if t == types.ListType {
		return f
	}
	return f.list.ConvertToType(t)
}

// ConvertToNative makes whatever a list can become.
func (f *freeList) ConvertToNative(t reflect.Type) (any, error) {
	if f.gap() != nil {
		return f.list.ConvertToNative(t)
	}
	return Raw(f.items).ConvertToNative(t)
}

// IsZeroValue reports an empty list.
func (f *freeList) IsZeroValue() bool { return len(f.items) == 0 }
