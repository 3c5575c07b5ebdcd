package application

import (
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/eval"
)

// layers are sources of live objects, of which an earlier one outranks a later one. It implements eval.Observed.
type layers []eval.Observed

// layered are those sources that there are; nil when there are none.
func layered(sources ...eval.Observed) eval.Observed {
	var all layers
	for _, s := range sources {
		if s != nil {
			all = append(all, s)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// Find implements eval.Observed.
func (l layers) Find(kind schema.GroupKind, namespace, name string) (eval.Live, bool) {
	for _, s := range l {
		if o, ok := s.Find(kind, namespace, name); ok {
			return o, true
		}
	}
	return eval.Live{}, false
}

// List implements eval.Observed. The first source that knows all objects counts, or else the first that knows some.
func (l layers) List(kind schema.GroupKind, namespace string, selector labels.Selector) ([]eval.Live, bool) {
	var some []eval.Live
	for _, s := range l {
		list, complete := s.List(kind, namespace, selector)
		if complete {
			return list, true
		}
		if len(some) == 0 {
			some = list
		}
	}
	return some, false
}
