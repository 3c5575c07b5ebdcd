package eval

import (
	"slices"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
)

// unready is what the includeWhen of a node waits for: a condition on another node
// counts only when that node is ready, since before it might be false by chance, and
// what a false condition excludes is removed (docs/compat/kro.md#include-when).
func (r *run) unready(base *graph.Base) []Wait {
	var waits []Wait
	for _, condition := range base.IncludeWhen {
		for _, id := range condition.IDs() {
			if i, ok := r.graph.Index(id); ok {
				waits = append(waits, r.readiness(r.graph.Nodes[i], condition)...)
			}
		}
	}
	return waits
}

// readiness waits for a node whose readyWhen is not known to be true.
func (r *run) readiness(n graph.Node, condition *expr.Checked) []Wait {
	base := n.Base()
	for _, ready := range base.ReadyWhen {
		if !r.isReady(n, ready) {
			return []Wait{{Path: r.above + base.ID + " to be ready", Span: condition.Span()}}
		}
	}
	return nil
}

// isReady evaluates a readyWhen against the raw live object, for a collection against
// each of them.
func (r *run) isReady(n graph.Node, ready *expr.Checked) bool {
	s := &r.states[n.Base().Index]
	if s.phase != rendered || len(s.live) < s.size {
		return false
	}
	name := n.Base().ID
	if _, collection := n.(*graph.Collection); collection {
		name = "each"
	}
	return !slices.ContainsFunc(s.live, func(o Live) bool {
		return !r.isTrue(ready, local{name: name, value: o.wrap(o.Object, nil, value.UnknownIn(name))})
	})
}

// isTrue evaluates a condition without reporting anything: what fails is not true.
func (r *run) isTrue(e *expr.Checked, l local) bool {
	out := e.Eval(&activation{run: r, expression: e, locals: []local{l}}, r.request.Budget)
	return out.Value != nil && truth(out.Value)
}
