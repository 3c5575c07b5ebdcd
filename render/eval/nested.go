package eval

import (
	"maps"
	"strconv"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Program is an RGD that instances can be rendered with.
type Program struct {
	Graph *graph.Graph
	// Admit does with an instance what the API server does: it defaults, prunes and
	// validates. A namespaced instance that names no namespace gets the given one; "" is
	// none. It answers a fresh object.
	Admit func(instance map[string]any, at *source.Node, namespace string) (map[string]any, diag.List)
	// Nested finds the RGDs of other kinds; nil when there are none.
	Nested Nested
	levels levels
}

// NewProgram prepares an RGD. The RGDs that its templates use must be known to nested
// already.
func NewProgram(g *graph.Graph, nested Nested) *Program {
	return &Program{Graph: g, Nested: nested, levels: levelsOf(g, nested)}
}

// Levels is the number of levels of the graph, those of nested RGDs included.
func (p *Program) Levels() int { return p.levels.total }

// Starts are the levels on which the nodes of the graph start, by position, counted from
// that of the whole graph. A node whose kind is another RGD takes several levels.
func (p *Program) Starts() []int { return levelsOf(p.Graph, p.Nested).start }

// Ends are the levels behind the nodes of the graph, by position. An external node
// takes no level, so that it ends where it starts.
func (p *Program) Ends() []int {
	ends := p.Starts()
	for i, n := range p.Graph.Nodes {
		ends[i] += depth(n, p.Nested)
	}
	return ends
}

// nested renders an instance of another RGD through: first its children, then the
// instance itself. What expressions see of it is the instance with the status that its
// own RGD gives it, as far as that is known.
func (r *run) nested(base *graph.Base, p *Program, o map[string]any, at place) (seen, bool) {
	admitted, diags := p.Admit(o, base.Source.Template, "") // complete has filled in the namespace
	r.diags = append(r.diags, diags...)
	if diags.HasErrors() {
		return seen{}, false
	}
	request := r.request
	request.Instance, request.At, request.Nested = admitted, base.Source.Template, p.Nested
	inner := &run{request: request, graph: p.Graph, prefix: r.prefix + base.ID + "/", above: r.address(base, at) + "/", level: at.level, result: &Result{}, objects: r.objects, naming: r.naming}
	inner.all()
	r.diags = append(r.diags, inner.diags...)
	r.result.Objects = append(r.result.Objects, inner.result.Objects...)
	r.result.Held = append(r.result.Held, inner.result.Held...)
	r.result.Absent = append(r.result.Absent, inner.result.Absent...)
	r.result.Wanted = append(r.result.Wanted, inner.result.Wanted...)
	r.result.Objects = append(r.result.Objects, Object{
		Node: r.prefix + base.ID, Above: r.above, Item: at.item, Level: at.level + inner.result.Levels,
		Instance: true, Value: admitted, Base: base, Program: p,
	})
	visible := make(map[string]any, len(admitted)+1)
	maps.Copy(visible, admitted)
	if len(inner.result.Status) > 0 {
		visible["status"] = inner.result.Status
	}
	return r.visible(base, visible, at.item), !inner.diags.HasErrors()
}

// address is the id of a node, with the position of an item of a collection.
func (r *run) address(base *graph.Base, at place) string {
	if at.item < 0 {
		return r.above + base.ID
	}
	return r.above + base.ID + "[" + strconv.Itoa(at.item) + "]"
}
