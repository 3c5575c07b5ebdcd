package value

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Ordered is a map whose keys are iterated in order, so that the result of a macro does not
// depend on chance. Maps of this package are so by themselves.
func Ordered(m traits.Mapper) traits.Mapper {
	if _, ok := m.(container); ok {
		return m
	}
	return ordered{m}
}

// ordered hides that CEL's own maps know a faster, unordered way of iterating.
type ordered struct{ traits.Mapper }

// Iterator yields the keys in order.
func (o ordered) Iterator() traits.Iterator {
	keys := make([]ref.Val, 0, size(o))
	for it := o.Mapper.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	slices.SortFunc(keys, compareKeys)
	return Collection(keys).(traits.Lister).Iterator()
}

// compareKeys orders by type and then by value.
func compareKeys(a, b ref.Val) int {
	if c := strings.Compare(a.Type().TypeName(), b.Type().TypeName()); c != 0 {
		return c
	}
	if c, ok := a.(traits.Comparer); ok {
		if n, ok := c.Compare(b).(types.Int); ok {
			return int(n)
		}
	}
	return 0
}
