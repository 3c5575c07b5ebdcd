package eval

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
)

// Wanted is an object that an instance reads or is going to be made of, and that is not rendered: that of an external
// node, or of a node that is held, as soon as its name is known.
type Wanted struct {
	// Above is the address of the instance that the node belongs to, as in [Object].
	Above string
	// Base is the node.
	Base *graph.Base
	// Item is the position in a collection, or -1.
	Item int
	// Namespace is empty for cluster-scoped objects and, with a selector, for all namespaces.
	Namespace string
	// Name is empty when there is a Selector.
	Name string
	// Selector chooses the objects of an external collection.
	Selector *metav1.LabelSelector
}

// want records what an external node reads.
func (r *run) want(base *graph.Base, namespace, name string, selector *metav1.LabelSelector) {
	r.result.Wanted = append(r.result.Wanted, Wanted{Above: r.above, Base: base, Item: -1, Namespace: namespace, Name: name, Selector: selector})
}

// identify records the objects of a node that is held, as far as their names are known already. Nothing is reported: what
// is wrong with a name is reported when the node is rendered.
func (r *run) identify(n graph.Node) {
	reported, brief, budget := len(r.diags), r.brief, r.request.Budget
	r.brief, r.request.Budget = true, r.naming
	defer func() { r.diags, r.brief, r.request.Budget = r.diags[:reported], brief, budget }()
	b := &builder{run: r}
	switch n := n.(type) {
	case *graph.Resource, *graph.External:
		r.name(b, n.Base(), -1)
	case *graph.ExternalCollection:
		r.nameSelector(b, n.Base())
	case *graph.Collection:
		var scratch state
		dimensions, waits := r.dimensions(n, &scratch)
		if scratch.phase == failed || len(waits) > 0 {
			return
		}
		item := 0
		for b.locals = range combinations(dimensions) {
			r.name(b, n.Base(), item)
			item++
		}
	}
}

// name records one object when its name and its namespace are known.
func (r *run) name(b *builder, base *graph.Base, item int) {
	metadata, ok := b.identity(base.Template)
	name, _ := metadata["name"].(string)
	if !ok || name == "" {
		return
	}
	namespace, _ := metadata["namespace"].(string)
	if base.Namespaced && namespace == "" {
		namespace, _ = names(r.request.Instance)
	}
	r.result.Wanted = append(r.result.Wanted, Wanted{Above: r.above, Base: base, Item: item, Namespace: namespace, Name: name})
}

func (r *run) nameSelector(b *builder, base *graph.Base) {
	metadata, ok := b.identity(base.Template)
	if !ok {
		return
	}
	selector, _, err := selectorOf(metadata["selector"])
	if err != nil {
		return
	}
	namespace, _ := metadata["namespace"].(string)
	r.want(base, namespace, "", selector)
}

// identity computes what of the metadata of a template says which object it is; false when not all of it is known.
func (b *builder) identity(template *graph.Object) (map[string]any, bool) {
	b.waits, b.failed = nil, false
	metadata := map[string]any{}
	for _, f := range template.Fields {
		if f.Key != "metadata" {
			continue
		}
		o, ok := f.Value.(*graph.Object)
		if !ok {
			metadata, _ = b.build(f.Value).(map[string]any)
			break
		}
		for _, f := range o.Fields {
			if f.Key == "name" || f.Key == "namespace" || f.Key == "selector" {
				metadata[f.Key] = b.build(f.Value)
			}
		}
	}
	return metadata, !b.failed && len(b.waits) == 0
}

// namingBudget is what it may cost to name the held nodes of an instance.
func namingBudget() *expr.Budget { return expr.NewBudget(0) }
