package graph

import (
	"strconv"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Reference is one use of another node in the expressions of a node: what makes the
// one depend on the other.
type Reference struct {
	// To is the position of the node that is referred to.
	To         int
	Expression *expr.Checked
	// Field is where the expression stands: a path in the template or in the
	// externalRef, or forEach[0], or includeWhen[0].
	Field string
	// Span is the other node's id in the expression.
	Span source.Span
}

// References are the references of the node at a position, those of the template
// first, then forEach and includeWhen. Each expression is named once for each node.
func (g *Graph) References(node int) []Reference {
	n := g.Nodes[node]
	f := finder{graph: g, node: node, hidden: map[string]bool{}}
	for _, it := range n.Base().Source.ForEach {
		f.hidden[it.Name] = true
	}
	f.value(n.Base().Template, fieldpath.Path{})
	if c, ok := n.(*Collection); ok {
		for i, d := range c.Dimensions {
			f.expression(d.List, "forEach["+strconv.Itoa(i)+"]")
		}
	}
	for i, e := range n.Base().IncludeWhen {
		f.expression(e, "includeWhen["+strconv.Itoa(i)+"]")
	}
	return f.found
}

// finder collects the references of one node.
type finder struct {
	graph  *Graph
	node   int
	hidden map[string]bool // the names of iterators
	found  []Reference
}

func (f *finder) value(v Value, at fieldpath.Path) {
	switch v := v.(type) {
	case *Object:
		for _, m := range v.Fields {
			f.value(m.Value, at.Key(m.Key))
		}
	case *Array:
		for i, item := range v.Items {
			f.value(item, at.Index(i))
		}
	case *Dynamic:
		f.expression(v.Expression, at.String())
	case *Joined:
		for _, p := range v.Parts {
			if p.Expression != nil {
				f.expression(p.Expression, at.String())
			}
		}
	case *Fixed:
	}
}

func (f *finder) expression(e *expr.Checked, field string) {
	seen := map[string]bool{}
	for _, name := range e.Names {
		to, ok := f.graph.Index(name.ID)
		if !ok || to == f.node || f.hidden[name.ID] || seen[name.ID] {
			continue
		}
		seen[name.ID] = true
		f.found = append(f.found, Reference{To: to, Expression: e, Field: field, Span: e.SpanOfName(name)})
	}
}
