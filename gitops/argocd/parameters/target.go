package parameters

import (
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Target is an instance whose fields parameters can set.
type Target struct {
	// Label is how parameters name it: "" when it is the only one, else Kind/name or Kind/namespace/name.
	Label string
	Graph *graph.Graph
	// Object is its position among the objects of the application, and At what is written there.
	Object int
	At     *source.Node
}

// Targets are the instances among the objects of an application, in their order.
func Targets(_ []*source.Node, _ []*graph.Graph) []Target { return nil }

// Apply answers the objects with the fields that parameters set.
func Apply(objects []*source.Node, _ []Target, _ []Override) ([]*source.Node, diag.List) {
	return objects, nil
}
