package eval

import (
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

// Live is a live object, or what is known of it.
type Live struct {
	Object map[string]any
	// Known are the places that were observed. What they lack does not exist, and all the rest is not known. Nil means that
	// all of the object is known.
	Known *value.Known
}

// Observed finds live objects, and objects of the input that nobody renders. What it
// answers is not changed.
type Observed interface {
	// Find is the object of a kind, in any version.
	Find(kind schema.GroupKind, namespace, name string) (Live, bool)
	// List are the objects of a kind that a selector matches, of one namespace or, for "", of all, sorted by
	// namespace and name. It answers false when it cannot know that there are no others.
	List(kind schema.GroupKind, namespace string, selector labels.Selector) ([]Live, bool)
}

// Objects are objects of which everything is known: see [Whole].
type Objects interface {
	// Find is as in [Observed].
	Find(kind schema.GroupKind, namespace, name string) (map[string]any, bool)
	// List is as in [Observed], of all objects of a kind.
	List(kind schema.GroupKind, namespace string) ([]map[string]any, bool)
}

// Whole answers from objects of which everything is known. Without objects it is nil.
func Whole(objects Objects) Observed {
	if objects == nil {
		return nil
	}
	return whole{objects}
}

type whole struct{ objects Objects }

// Find implements [Observed].
func (w whole) Find(kind schema.GroupKind, namespace, name string) (Live, bool) {
	o, ok := w.objects.Find(kind, namespace, name)
	return Live{Object: o}, ok
}

// List implements [Observed].
func (w whole) List(kind schema.GroupKind, namespace string, selector labels.Selector) ([]Live, bool) {
	all, complete := w.objects.List(kind, namespace)
	var matching []Live
	for _, o := range all {
		if selector.Matches(labelsOf(o)) {
			matching = append(matching, Live{Object: o})
		}
	}
	return matching, complete
}

// wrap is what expressions see of a live object of which the root is called missing.
func (l Live) wrap(data map[string]any, s *catalog.Schema, missing value.Missing) ref.Val {
	if l.Known == nil {
		missing = value.Absent
	}
	return value.WrapKnown(data, s, missing, l.Known)
}

// find looks a live object up.
func (r *run) find(kind schema.GroupKind, namespace, name string) (Live, bool) {
	if r.request.Observed == nil {
		return Live{}, false
	}
	return r.request.Observed.Find(kind, namespace, name)
}
