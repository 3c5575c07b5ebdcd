package graph

import (
	"slices"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// Reads are the places of live objects that the expressions of an RGD need to know. Of two places of which one lies
// inside the other only the outer one is named, unless it is enough to know that there is something; they are sorted.
type Reads struct {
	// Nodes are by position: the places in the object of the node, or in each object of a collection.
	Nodes [][]fieldpath.Path
	// Instance are the places of the instance that schema.status looks at, and those that only a server sets that
	// any expression looks at. Its own status is never among them.
	Instance []fieldpath.Path
}

// Reads finds out what the expressions need to know.
func (g *Graph) Reads() *Reads {
	s := surveyor{graph: g, nodes: make([]places, len(g.Nodes))}
	for i, n := range g.Nodes {
		s.node(i, n)
	}
	s.status, s.names = true, nil
	if g.Status != nil {
		s.value(g.Status)
	}
	for _, e := range g.Conditions {
		s.expression(e)
	}
	r := &Reads{Nodes: make([][]fieldpath.Path, len(g.Nodes)), Instance: s.instance.outermost()}
	for i := range s.nodes {
		r.Nodes[i] = s.nodes[i].outermost()
	}
	return r
}

// surveyor collects what expressions need to know.
type surveyor struct {
	graph    *Graph
	status   bool                  // the expressions are those of schema.status
	names    map[string]value.Flow // what iterators stand for
	nodes    []places
	instance places
}

func (s *surveyor) node(i int, n Node) {
	base := n.Base()
	s.names = nil
	for _, e := range base.IncludeWhen {
		s.expression(e)
	}
	if c, ok := n.(*Collection); ok {
		s.names = s.iterators(c)
	}
	s.value(base.Template)
	for _, e := range base.ReadyWhen { // of one object, whatever the node is called there
		looks, result := value.Looks(e.AST(), nil)
		for _, l := range append(looks, result.Whole()...) {
			s.nodes[i].add(l.Place())
		}
	}
}

// iterators are what the iterators of a collection stand for.
func (s *surveyor) iterators(c *Collection) map[string]value.Flow {
	names := make(map[string]value.Flow, len(c.Dimensions))
	for _, d := range c.Dimensions {
		looks, list := value.Looks(d.List.AST(), nil)
		s.looks(append(looks, list.Count()...))
		names[d.Name] = list.Items()
	}
	return names
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
	looks, result := value.Looks(e.AST(), s.names)
	s.looks(append(looks, result.Whole()...))
}

func (s *surveyor) looks(looks []value.Look) {
	for _, l := range looks {
		if l.Node == instanceName {
			s.ofInstance(l)
			continue
		}
		switch i, ok := s.graph.Index(l.Node); {
		case ok && isList(s.graph.Nodes[i]):
			s.nodes[i].add(l.PlaceInItem())
		case ok:
			s.nodes[i].add(l.Place())
		}
	}
}

// isList reports a node that stands for a list of objects.
func isList(n Node) bool {
	switch n.(type) {
	case *Collection, *ExternalCollection:
		return true
	}
	return false
}

// ofInstance takes what is needed of the instance. Templates know it from Git, but for what a server sets.
func (s *surveyor) ofInstance(l value.Look) {
	status := fieldpath.Path{}.Key("status")
	place, presence, ok := l.Place()
	switch {
	case !ok || !place.IsRoot() && place.Overlaps(status):
	case s.status:
		s.instance.add(place, presence, ok)
	default:
		for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp"} {
			if p := (fieldpath.Path{}.Key("metadata").Key(field)); p.Overlaps(place) {
				s.instance.whole = append(s.instance.whole, p)
			}
		}
	}
}

// places are places in one object.
type places struct{ whole, presence []fieldpath.Path }

// add takes a place as a look tells it.
func (p *places) add(place fieldpath.Path, presence, ok bool) {
	switch {
	case !ok:
	case presence:
		p.presence = append(p.presence, place)
	default:
		p.whole = append(p.whole, place)
	}
}

// outermost are the places that lie in no other one. One of which only the presence counts is left out when there is one
// inside it, since the answer to that tells it.
func (p *places) outermost() []fieldpath.Path {
	all := outermost(p.whole)
	for _, q := range slices.SortedFunc(slices.Values(p.presence), func(a, b fieldpath.Path) int { return b.Compare(a) }) {
		if !slices.ContainsFunc(all, q.Overlaps) {
			all = append(all, q)
		}
	}
	return outermost(all)
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
