package parameters

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Target is an instance whose fields parameters can set.
type Target struct {
	// Label is how parameters name it: "" when it is the only one, else Kind/name, or Kind/namespace/name where that
	// names two.
	Label string
	Graph *graph.Graph
	// Object is its position among the objects of the application, and At what is written there.
	Object int
	At     *source.Node
}

// Targets are the instances among the objects of an application, in their order.
func Targets(objects []*source.Node, graphs []*graph.Graph) []Target {
	defined := map[schema.GroupKind]*graph.Graph{}
	for _, g := range graphs {
		defined[g.InstanceGVK().GroupKind()] = g
	}
	var targets []Target
	count := map[string]int{}
	for i, n := range objects {
		gvk := schema.FromAPIVersionAndKind(n.Get("apiVersion").Str(), n.Get("kind").Str())
		g := defined[gvk.GroupKind()]
		if g == nil {
			continue
		}
		t := Target{Graph: g, Object: i, At: n}
		count[t.short()]++
		targets = append(targets, t)
	}
	for i, t := range targets {
		switch {
		case len(targets) == 1:
		case count[t.short()] == 1:
			targets[i].Label = t.short()
		default:
			targets[i].Label = t.long()
		}
	}
	return targets
}

func (t Target) kind() string      { return t.Graph.InstanceGVK().Kind }
func (t Target) namespace() string { return t.At.Lookup("metadata", "namespace").Str() }
func (t Target) name() string      { return t.At.Lookup("metadata", "name").Str() }
func (t Target) short() string     { return t.kind() + "/" + t.name() }
func (t Target) long() string      { return t.kind() + "/" + t.namespace() + "/" + t.name() }

// parameter is the name of the parameter of a field.
func (t Target) parameter(field string) string {
	if t.Label == "" {
		return field
	}
	return t.Label + ":" + field
}

// named reports that an override means this instance.
func (t Target) named(o Override) bool {
	return t.kind() == o.Kind && t.name() == o.Name && (o.Namespace == "" || o.Namespace == t.namespace())
}
