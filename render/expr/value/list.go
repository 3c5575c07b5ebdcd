package value

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/krowave/krowave/render/catalog"
)

// listKind is the x-kubernetes-list-type.
type listKind uint8

const (
	atomicList listKind = iota
	setList             // no item twice, in any order
	mapList             // items are told apart by their keys, in any order
)

// list is an array with a schema for its items.
type list struct {
	context
	items  []any
	schema *catalog.Schema // of an item; nil in a [freeList]
	kind   listKind
	keys   []string // of a mapList
}

var (
	_ traits.Lister = (*list)(nil)
	_ container     = (*list)(nil)
)

// item wraps one item.
func (l *list) item(i int) ref.Val {
	c := context{place: place{up: &l.place, index: int32(i)}, knowledge: l.knowledge} //nolint:gosec // nobody has 2^31 items
	if l.knowledge != whole && l.known != nil {
		c.known = l.known.item(i)
		if c.known.all() {
			c.knowledge = whole
		}
	}
	if l.schema == nil {
		return c.raw(l.items[i])
	}
	return c.typed(l.items[i], l.schema)
}

// Get is the item at an index.
func (l *list) Get(index ref.Val) ref.Val {
	i, ok := index.(types.Int)
	if !ok {
		return types.ValOrErr(index, "unsupported index: %v", index)
	}
	if i < 0 || int(i) >= len(l.items) {
		return types.NewErr("index out of bounds: %v", index)
	}
	return l.item(int(i))
}

// Size is the number of items.
func (l *list) Size() ref.Val { return types.Int(len(l.items)) }

// Iterator yields the items.
func (l *list) Iterator() traits.Iterator { return &listIterator{list: l} }

type listIterator struct {
	*list
	next int
}

// HasNext reports whether there are more items.
func (it *listIterator) HasNext() ref.Val { return types.Bool(it.next < len(it.items)) }

// Next is the next item.
func (it *listIterator) Next() ref.Val {
	v := it.item(it.next)
	it.next++
	return v
}

// Contains looks for an equal item. One that is there decides; else what is unknown
// counts before what cannot be compared.
func (l *list) Contains(v ref.Val) ref.Val {
	if types.IsUnknownOrError(v) {
		return v
	}
	var failure ref.Val
	var unknown *types.Unknown
	for i := range l.items {
		switch eq := l.item(i).Equal(v).(type) {
		case types.Bool:
			if eq {
				return types.True
			}
		case *types.Unknown:
			unknown = types.MergeUnknowns(eq, unknown)
		default:
			if failure == nil {
				failure = types.MaybeNoSuchOverloadErr(eq)
			}
		}
	}
	switch {
	case unknown != nil:
		return unknown
	case failure != nil:
		return failure
	}
	return types.False
}

// Add is concatenation; maps and sets merge. Items of the other list become data of this
// list's schema, which is why map literals do not fit (docs/compat/kro.md#typed-lists).
func (l *list) Add(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if n := len(l.items) + size(o); n > maxItems {
		return types.NewErr("a list of %d items is too long, the limit is %d", n, maxItems)
	}
	if l.kind != atomicList {
		return l.merge(o)
	}
	sum := make([]any, 0, len(l.items)+size(o))
	sum = append(sum, l.items...)
	for it := o.Iterator(); it.HasNext() == types.True; {
		sum = append(sum, data(it.Next()))
	}
	return l.with(sum)
}

// merge is the union by identity: what this list has keeps its place. Items of a map
// list take the other's value.
func (l *list) merge(other traits.Lister) ref.Val {
	if u := types.MergeUnknowns(Gap(l), Gap(other)); u != nil && l.kind == setList {
		return u
	}
	sum := make([]any, 0, len(l.items)+size(other))
	sum = append(sum, l.items...)
	places := make(map[string]int, len(sum))
	for i, v := range sum {
		places[l.identity(v, i)] = i
	}
	for it := other.Iterator(); it.HasNext() == types.True; {
		v := data(it.Next())
		id := l.identity(v, len(sum))
		i, ok := places[id]
		switch {
		case !ok:
			places[id] = len(sum)
			sum = append(sum, v)
		case l.kind == mapList:
			sum[i] = v
		}
	}
	return l.with(sum)
}

// with is a list of the same kind. It stands nowhere, so what is unknown in its items
// is unknown below the first list.
func (l *list) with(items []any) ref.Val {
	return &list{context: l.context, items: items, schema: l.schema, kind: l.kind, keys: l.keys}
}

// data is the value as data. A container of which not all is known stays wrapped, since
// its data alone would seem to be whole.
func data(v ref.Val) any {
	switch v := v.(type) {
	case *object:
		if v.knowledge == whole {
			return v.data
		}
	case *list:
		if v.knowledge == whole {
			return v.items
		}
	}
	if c, ok := v.(container); ok {
		return c
	}
	return v.Value()
}

// identity is a text that two items share when they are the same one. What has none, because
// it is no object, gets one from its position.
func (l *list) identity(item any, position int) string {
	if l.kind == setList {
		return fmt.Sprintf("%T %v", item, item)
	}
	if o, ok := item.(*object); ok {
		item = o.data
	}
	m, ok := item.(map[string]any)
	if !ok {
		return fmt.Sprintf("#%d", position)
	}
	id := make([]byte, 0, 32)
	for _, k := range l.keys {
		id = fmt.Appendf(id, "%T %q ", m[k], fmt.Sprint(m[k]))
	}
	return string(id)
}

// Equal compares in order, maps and sets in any order.
func (l *list) Equal(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if u := undecided(l, other); u != nil {
		return u
	}
	if l.Size() != o.Size() {
		return types.False
	}
	if l.kind != atomicList {
		return l.equalUnordered(o)
	}
	for i := range l.items {
		if eq := l.item(i).Equal(o.Get(types.Int(i))); eq != types.True {
			return eq
		}
	}
	return types.True
}

func (l *list) equalUnordered(other traits.Lister) ref.Val {
	places := make(map[string]int, len(l.items))
	for i, v := range l.items {
		places[l.identity(v, i)] = i
	}
	for it := other.Iterator(); it.HasNext() == types.True; {
		v := it.Next()
		i, ok := places[l.identity(data(v), -1)]
		if !ok {
			return types.False
		}
		if l.kind == setList {
			continue
		}
		if eq := l.item(i).Equal(v); eq != types.True {
			return eq
		}
	}
	return types.True
}

// Type is the type of lists.
func (l *list) Type() ref.Type { return types.ListType }

// Value is the data.
func (l *list) Value() any { return l.items }

// ConvertToType knows lists only.
func (l *list) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.ListType:
		return l
	case types.TypeType:
		return types.ListType
	}
	return types.NewErr("type conversion error from '%s' to '%s'", types.ListType, t.TypeName())
}

// ConvertToNative makes slices. Anything else, as json.encode wants, is refused, as in kro.
func (l *list) ConvertToNative(t reflect.Type) (any, error) {
	switch {
	case l.gap() != nil:
		return nil, fmt.Errorf("not known yet: %v", l.gap())
	case reflect.TypeOf(l).AssignableTo(t):
		return l, nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Interface:
		return Raw(l.items).ConvertToNative(t)
	}
	return nil, fmt.Errorf("type conversion error from list to '%v'", t)
}

func (l *list) gap() *types.Unknown {
	if l.knowledge == whole {
		return scan(l.items, nil)
	}
	var u *types.Unknown
	for i, v := range l.items {
		if nested(v) {
			u = types.MergeUnknowns(u, Gap(l.item(i)))
		}
	}
	return u
}

func (l *list) plain() any {
	if l.knowledge == whole {
		return copied(l.items)
	}
	all := make([]any, len(l.items))
	for i, v := range l.items {
		all[i] = plain(v, func() ref.Val { return l.item(i) })
	}
	return all
}

func size(s traits.Sizer) int {
	n, ok := s.Size().(types.Int)
	if !ok {
		return 0
	}
	return int(n)
}
