package eval

import (
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
)

// withoutLocals evaluates the expressions of a template that use no iterator, once for
// all items.
func (b *builder) withoutLocals(v graph.Value, dimensions []graph.Dimension) {
	switch v := v.(type) {
	case *graph.Object:
		for _, f := range v.Fields {
			b.withoutLocals(f.Value, dimensions)
		}
	case *graph.Array:
		for _, item := range v.Items {
			b.withoutLocals(item, dimensions)
		}
	case *graph.Dynamic:
		b.share(v.Expression, dimensions)
	case *graph.Joined:
		for _, p := range v.Parts {
			if p.Expression != nil {
				b.share(p.Expression, dimensions)
			}
		}
	case *graph.Fixed:
	}
}

func (b *builder) share(e *expr.Checked, dimensions []graph.Dimension) {
	for _, d := range dimensions {
		if e.Uses(d.Name) {
			return
		}
	}
	v, waits := b.run.eval(e, nil)
	if v == nil {
		b.miss(waits)
		return
	}
	b.shared[e] = v
}
