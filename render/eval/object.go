package eval

import (
	"fmt"

	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
)

// resource renders a single object.
func (r *run) resource(n *graph.Resource, s *state, level int) {
	b := &builder{run: r}
	o := b.object(n.Base().Template)
	switch {
	case b.failed:
		s.fail(n.Base())
	case len(b.waits) > 0:
		r.hold(n.Base(), s, b.waits, nil)
	default:
		v, ok := r.finish(n.Base(), o, place{item: -1, level: level})
		if !ok {
			s.fail(n.Base())
			return
		}
		s.phase, s.value, s.size = rendered, v.value, 1
		s.observe(v)
	}
}

// place is where an object goes.
type place struct{ item, level int }

// finish completes an object, adds it to the result and answers what expressions see
// of it: the template before it was observed, the live object afterwards. It answers
// false when the object cannot be delivered.
func (r *run) finish(base *graph.Base, o map[string]any, at place) (seen, bool) {
	if !r.complete(base, o) || !r.fits(base) {
		return seen{}, false
	}
	if r.request.Nested != nil {
		if p := r.request.Nested(base.GVK); p != nil {
			return r.nested(base, p, o, at)
		}
	}
	r.result.Objects = append(r.result.Objects, Object{Node: r.prefix + base.ID, Above: r.above, Item: at.item, Level: at.level, Value: o, Base: base})
	return r.visible(base, o, at.item), true
}

// fits counts an object and reports the first one that is too many.
func (r *run) fits(base *graph.Base) bool {
	if *r.objects++; *r.objects == r.request.MaxObjects+1 {
		r.diags.Errorf(diag.EvaluationObjects, base.Source.IDNode.Span(), "the instance has more than %d objects", r.request.MaxObjects)
	}
	return *r.objects <= r.request.MaxObjects
}

// visible is what expressions see of a rendered object. Observed fields win over
// rendered ones; what neither knows is unknown until the object has been observed.
func (r *run) visible(base *graph.Base, o map[string]any, item int) seen {
	missing := value.UnknownIn(base.ID)
	if item >= 0 {
		missing = value.UnknownInItem(base.ID, item)
	}
	namespace, name := names(o)
	if live, ok := r.find(base.GVK.GroupKind(), namespace, name); ok {
		if merged, ok := value.Merge(o, live.Object).(map[string]any); ok {
			return seen{value: live.wrap(merged, base.Schema, missing), live: &Live{Object: merged, Known: live.Known}}
		}
	}
	return seen{value: value.Wrap(o, base.Schema, missing)}
}

// observe records that an object of the node was observed.
func (s *state) observe(v seen) {
	if v.live != nil {
		s.live = append(s.live, *v.live)
	}
}

// seen is what expressions see of an object.
type seen struct {
	value ref.Val
	live  *Live // the observed object, or nil
}

// names are the namespace and name of an object.
func names(o map[string]any) (namespace, name string) {
	metadata, _ := o["metadata"].(map[string]any)
	namespace, _ = metadata["namespace"].(string)
	name, _ = metadata["name"].(string)
	return namespace, name
}

// complete checks the identity of an object and fills in the instance's namespace,
// as kro does for namespaced kinds (docs/compat/kro.md#namespace).
func (r *run) complete(base *graph.Base, o map[string]any) bool {
	at := base.Source.Template.Get("metadata")
	metadata, ok := o["metadata"].(map[string]any)
	if !ok {
		r.diags.Errorf(diag.EvaluationIdentity, at.Span(), "metadata of %q is %s, not an object", base.ID, kindText(o["metadata"]))
		return false
	}
	if _, name := names(o); name == "" {
		r.nameless(base, metadata)
		return false
	}
	if !base.Namespaced {
		return true
	}
	if namespace, _ := names(o); namespace != "" {
		return true
	}
	namespace, _ := names(r.request.Instance)
	if namespace == "" {
		if n := at.Get("namespace"); n != nil {
			at = n
		}
		r.diags.Errorf(diag.EvaluationIdentity, at.Span(), "%q is namespaced, but its namespace is empty and the instance has none", base.ID)
		return false
	}
	metadata["namespace"] = namespace
	return true
}

// nameless reports an object without a name.
func (r *run) nameless(base *graph.Base, metadata map[string]any) {
	at := base.Source.Template.Get("metadata")
	n := at.Get("name")
	if n == nil {
		d := r.diags.Errorf(diag.EvaluationIdentity, at.Span(), "%q has no metadata.name", base.ID)
		if metadata["generateName"] != nil {
			d.WithHint("generateName cannot be delivered: every object needs a name that is known before it is created")
		}
		return
	}
	what := "empty"
	if metadata["name"] != "" {
		what = kindText(metadata["name"]) + ", not a string"
	}
	r.diags.Errorf(diag.EvaluationIdentity, n.Span(), "metadata.name of %q is %s", base.ID, what).
		WithRelated(r.request.At.Span(), "with this instance")
}

// duplicates reports two nodes that render the same object.
func (r *run) duplicates() {
	seen := make(map[identity]int, len(r.result.Objects))
	for i, o := range r.result.Objects {
		id := identityOf(o.Value)
		if at, dup := seen[id]; dup {
			first := r.result.Objects[at]
			r.diags.Errorf(diag.EvaluationDuplicate, o.Base.Source.IDNode.Span(), "%q and %q render the same object %s", first.label(), o.label(), objectText(o.Value)).
				WithRelated(first.Base.Source.IDNode.Span(), "%q is here", first.label())
			continue
		}
		seen[id] = i
	}
}

// label names the object as kro does: the node's id, with the position of an item.
func (o Object) label() string {
	if o.Item >= 0 {
		return fmt.Sprintf("%s-%d", o.Node, o.Item)
	}
	return o.Node
}

// identity is what makes two objects the same for the API server. Kinds are compared
// with their version, as kro does.
type identity struct{ apiVersion, kind, namespace, name string }

func identityOf(o map[string]any) identity {
	var id identity
	id.apiVersion, _ = o["apiVersion"].(string)
	id.kind, _ = o["kind"].(string)
	id.namespace, id.name = names(o)
	return id
}

// objectText names an object in messages.
func objectText(o map[string]any) string {
	kind, _ := o["kind"].(string)
	namespace, name := names(o)
	if namespace == "" {
		return kind + " " + name
	}
	return kind + " " + namespace + "/" + name
}

// kindText is the kind of a JSON value in messages.
func kindText(json any) string {
	switch json.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	return "a number"
}
