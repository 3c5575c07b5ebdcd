package graph

import (
	"slices"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// Reads are the places of live objects that the expressions of an RGD look at. Of two places of which one lies inside the
// other only the outer one is named; they are sorted.
type Reads struct {
	// Nodes are by position: the places in the object of the node, or in each object of a collection.
	Nodes [][]fieldpath.Path
	// Instance are the places of the instance that schema.status looks at, and those that only a server sets that
	// any expression looks at.
	Instance []fieldpath.Path
}

// Reads finds out what the expressions look at.
func (g *Graph) Reads() *Reads {
	s := surveyor{graph: g, nodes: make([][]fieldpath.Path, len(g.Nodes))}
	for i, n := range g.Nodes {
		s.node(i, n)
	}
	if g.Status != nil {
		s.status = true
		s.value(g.Status)
	}
	s.status = true
	for _, e := range g.Conditions {
		s.expression(e)
	}
	r := &Reads{Nodes: make([][]fieldpath.Path, len(g.Nodes)), Instance: outermost(s.instance)}
	for i := range s.nodes {
		r.Nodes[i] = outermost(s.nodes[i])
	}
	return r
}

// surveyor collects what expressions look at.
type surveyor struct {
	graph    *Graph
	status   bool // the expressions are those of schema.status
	nodes    [][]fieldpath.Path
	instance []fieldpath.Path
}

func (s *surveyor) node(i int, n Node) {
	base := n.Base()
	s.value(base.Template)
	if c, ok := n.(*Collection); ok {
		for _, d := range c.Dimensions {
			s.expression(d.List)
		}
	}
	for _, e := range base.IncludeWhen {
		s.expression(e)
	}
	for _, e := range base.ReadyWhen {
		for _, r := range value.Reads(e.AST()) {
			s.nodes[i] = append(s.nodes[i], r.Path.Field)
		}
	}
}

func (s *surveyor) value(v Value) {
	switch v := v.(type) {
	case *Object:
		for _, f := range v.Fields {
			s.value(f.Value)
		}
	case *Array:
		for _, item := range v.Items {
			s.value(item)
		}
	case *Dynamic:
		s.expression(v.Expression)
	case *Joined:
		for _, p := range v.Parts {
			if p.Expression != nil {
				s.expression(p.Expression)
			}
		}
	case *Fixed:
	}
}

func (s *surveyor) expression(e *expr.Checked) {
	for _, r := range value.Reads(e.AST()) {
		i, ok := s.graph.Index(r.Path.Node)
		if !ok {
			if r.Path.Node == instanceName && s.status {
				s.instance = append(s.instance, r.Path.Field)
			}
			continue
		}
		path := r.Path.Field
		switch s.graph.Nodes[i].(type) {
		case *Collection, *ExternalCollection:
			path = behindFirst(path)
		}
		s.nodes[i] = append(s.nodes[i], path)
	}
}

// behindFirst is a path without its first element.
func behindFirst(p fieldpath.Path) fieldpath.Path {
	rest := fieldpath.Path{}
	for i, e := range p.Elements() {
		if key, ok := e.Key(); i > 0 && ok {
			rest = rest.Key(key)
		} else if index, ok := e.Index(); i > 0 && ok {
			rest = rest.Index(index)
		}
	}
	return rest
}

// outermost are the paths that lie in no other one, sorted.
func outermost(paths []fieldpath.Path) []fieldpath.Path {
	sorted := slices.SortedFunc(slices.Values(paths), fieldpath.Path.Compare)
	var outer []fieldpath.Path
	for _, p := range sorted { // a path stands in front of those inside it
		if n := len(outer); n == 0 || !p.Overlaps(outer[n-1]) {
			outer = append(outer, p)
		}
	}
	return outer
}
