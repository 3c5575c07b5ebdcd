package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
)

// dimension is one evaluated iterator.
type dimension struct {
	items []local
}

// collection renders every combination of a collection's iterators.
func (r *run) collection(n *graph.Collection, s *state, level int) {
	base := n.Base()
	dimensions, waits := r.dimensions(n, s)
	if s.phase == failed {
		return
	}
	// Expressions without iterators are evaluated even when there is no item, as in
	// kro, so that an unknown one holds an empty collection too.
	b := &builder{run: r, shared: map[*expr.Checked]ref.Val{}}
	b.withoutLocals(base.Template, n.Dimensions)
	waits = append(waits, b.waits...)
	if b.failed {
		s.fail(n.Base())
		return
	}
	if len(waits) > 0 {
		r.hold(base, s, waits, nil)
		return
	}
	var objects []map[string]any
	for b.locals = range combinations(dimensions) {
		o := b.object(base.Template)
		if b.failed {
			s.fail(n.Base())
			return
		}
		objects = append(objects, o)
	}
	if len(b.waits) > 0 {
		r.hold(base, s, b.waits, nil)
		return
	}
	if !r.distinct(n, objects) {
		s.fail(n.Base())
		return
	}
	values := make([]ref.Val, len(objects))
	for i, o := range objects {
		v, ok := r.finish(base, o, place{item: i, level: level})
		if !ok {
			s.fail(n.Base())
			return
		}
		values[i] = v.value
		s.observe(v)
	}
	s.size = len(objects)
	s.phase, s.value = rendered, value.Collection(values)
}

// dimensions evaluates the lists. After an empty one the others do not matter.
func (r *run) dimensions(n *graph.Collection, s *state) ([]dimension, []Wait) {
	var all []dimension
	var waits []Wait
	size := 1
	for _, d := range n.Dimensions {
		v, w := r.eval(d.List, nil)
		if v == nil {
			if w == nil {
				s.fail(n.Base())
			}
			waits = append(waits, w...)
			continue
		}
		items, ok := r.items(d, v)
		if !ok {
			s.fail(n.Base())
			continue
		}
		if len(items) == 0 && len(waits) == 0 {
			return nil, nil
		}
		if size *= len(items); size > r.request.MaxItems {
			r.diags.Errorf(diag.EvaluationCollection, d.List.Span(), "the collection %q would have %d items, more than the limit of %d", n.Base().ID, size, r.request.MaxItems)
			s.fail(n.Base())
			return nil, nil
		}
		all = append(all, dimension{items: items})
	}
	return all, waits
}

// items are the elements of an iterator's list, as plain values: kro hands iterators
// over without their schema (docs/compat/kro.md#iterators). Of an element that is known in
// part that part can be read.
func (r *run) items(d graph.Dimension, v ref.Val) ([]local, bool) {
	json, err := value.ToJSON(v)
	list, ok := json.([]any)
	if err != nil || !ok {
		if err == nil {
			err = fmt.Errorf("the list is %s", kindText(json))
		}
		r.diags.Errorf(diag.EvaluationValue, d.List.Span(), "the iterator %q: %s", d.Name, strings.TrimPrefix(err.Error(), value.ErrUnsupported.Error()+": "))
		return nil, false
	}
	live := slices.ContainsFunc(d.List.IDs(), func(id string) bool { return id != instanceName })
	elements, _ := v.(traits.Lister)
	items := make([]local, len(list))
	for i, item := range list {
		items[i] = local{name: d.Name, value: value.Raw(item), live: live}
		if elements != nil && len(value.Holes(item)) > 0 {
			items[i].value = value.Untyped(elements.Get(types.Int(i)))
		}
	}
	return items, true
}

// combinations yields the Cartesian product, the last dimension fastest. What it yields
// is overwritten by the next one.
func combinations(dimensions []dimension) func(func([]local) bool) {
	return func(yield func([]local) bool) {
		if len(dimensions) == 0 {
			return
		}
		at := make([]int, len(dimensions))
		locals := make([]local, len(dimensions))
		for {
			for i, d := range dimensions {
				locals[i] = d.items[at[i]]
			}
			if !yield(locals) {
				return
			}
			i := len(at) - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < len(dimensions[i].items) {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// distinct reports items that are the same object. The namespace counts as the
// template gives it, before the instance's one is filled in, as in kro.
func (r *run) distinct(n *graph.Collection, objects []map[string]any) bool {
	seen := make(map[identity]int, len(objects))
	for i, o := range objects {
		id := identityOf(o)
		if first, dup := seen[id]; dup {
			r.diags.Errorf(diag.EvaluationDuplicate, n.Base().Source.IDNode.Span(),
				"the items %d and %d of %q are the same object %s", first, i, n.Base().ID, objectText(o))
			return false
		}
		seen[id] = i
	}
	return true
}
