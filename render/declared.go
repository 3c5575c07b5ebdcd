package render

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/source"
)

// declared are the objects of the input that pass through, by kind. External references
// may read them. It implements eval.Objects; a list is never known to be complete,
// because a cluster may have more.
type declared map[schema.GroupKind][]declaration

type declaration struct {
	namespace, name string
	node            *source.Node
}

func declare(objects []*source.Node, p *Program) declared {
	d := declared{}
	for _, n := range objects {
		if p.instanceOf(n) != nil {
			continue
		}
		kind := gvkOf(n).GroupKind()
		d[kind] = append(d[kind], declaration{n.Lookup("metadata", "namespace").Str(), n.Lookup("metadata", "name").Str(), n})
	}
	for _, list := range d {
		slices.SortStableFunc(list, func(a, b declaration) int {
			return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
		})
	}
	return d
}

// Find implements eval.Objects. An object that names no namespace may be in any.
func (d declared) Find(kind schema.GroupKind, namespace, name string) (map[string]any, bool) {
	for _, o := range d[kind] {
		if o.name == name && (o.namespace == namespace || o.namespace == "") {
			object, ok := o.node.JSON().(map[string]any)
			return object, ok
		}
	}
	return nil, false
}

// List implements eval.Objects.
func (d declared) List(kind schema.GroupKind, namespace string) ([]map[string]any, bool) {
	var objects []map[string]any
	for _, o := range d[kind] {
		if object, ok := o.node.JSON().(map[string]any); ok && (namespace == "" || o.namespace == namespace) {
			objects = append(objects, object)
		}
	}
	return objects, false
}
