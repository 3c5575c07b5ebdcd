package eval

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/graph"
)

// Nested finds the compiled RGD whose instances have a kind, or nil. The RGDs that it
// answers must not contain each other in a cycle.
type Nested func(schema.GroupVersionKind) *Program

// levels are where the nodes of a graph start when nested RGDs are rendered through.
type levels struct {
	start []int // by node: the level of its first object
	total int
}

// levelsOf stretches the levels of a graph so that whatever depends on a nested RGD
// comes after all of its children. It looks at nothing but graphs, so that levels are
// the same for every instance.
func levelsOf(g *graph.Graph, nested Nested) levels {
	l := levels{start: make([]int, len(g.Nodes))}
	end := make([]int, len(g.Nodes))
	for _, i := range g.Order.Topological {
		base := g.Nodes[i].Base()
		for _, d := range base.Dependencies {
			l.start[i] = max(l.start[i], end[d])
		}
		end[i] = l.start[i] + depth(g.Nodes[i], nested)
		l.total = max(l.total, end[i])
	}
	return l
}

// depth is the number of levels that a node takes.
func depth(n graph.Node, nested Nested) int {
	switch n := n.(type) {
	case *graph.External, *graph.ExternalCollection:
		return 0
	case *graph.Resource, *graph.Collection:
		if nested != nil {
			if p := nested(n.Base().GVK); p != nil {
				return p.Levels() + 1
			}
		}
	}
	return 1
}
