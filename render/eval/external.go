package eval

import (
	"strings"

	"github.com/google/cel-go/common/types/ref"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
)

// external looks an object up that somebody else owns.
func (r *run) external(n *graph.External, s *state) {
	base := n.Base()
	o, ok := r.reference(base, s)
	if !ok {
		return
	}
	namespace, name := names(o)
	if base.Namespaced && namespace == "" {
		namespace, _ = names(r.request.Instance)
	}
	var written Live
	declared := false
	if r.request.Declared != nil {
		written, declared = r.request.Declared.Find(base.GVK.GroupKind(), namespace, name)
	}
	live, found := r.find(base.GVK.GroupKind(), namespace, name)
	if found || declared {
		r.want(base, namespace, name, nil)
	}
	switch {
	case found:
		s.phase, s.value = rendered, live.over(written, base)
		s.live, s.size = []Live{live}, 1
		return
	case declared:
		s.phase, s.value = rendered, value.Wrap(written.Object, base.Schema, value.UnknownIn(base.ID))
		return
	}
	what := base.GVK.Kind + " " + strings.TrimPrefix(namespace+"/"+name, "/")
	r.hold(base, s, []Wait{{Path: base.ID + " (" + what + ")", Span: base.Source.External.Node.Span()}}, nil)
}

// over is what expressions see of a live object that the input may have too. Of one that is known in part the
// input tells the rest.
func (l Live) over(written Live, base *graph.Base) ref.Val {
	object := l.Object
	if l.Known != nil && written.Object != nil {
		if merged, ok := value.Merge(written.Object, object).(map[string]any); ok {
			object = merged
		}
	}
	return l.wrap(object, base.Schema, value.UnknownIn(base.ID))
}

// reference evaluates the metadata of an externalRef.
func (r *run) reference(base *graph.Base, s *state) (map[string]any, bool) {
	b := &builder{run: r}
	o := b.object(base.Template)
	switch {
	case b.failed:
		s.fail(base)
	case len(b.waits) > 0:
		r.hold(base, s, b.waits, nil)
	default:
		return o, true
	}
	return nil, false
}

// externalCollection lists the objects that a selector matches. An omitted namespace means all.
func (r *run) externalCollection(n *graph.ExternalCollection, s *state) {
	base := n.Base()
	o, ok := r.reference(base, s)
	if !ok {
		return
	}
	metadata, _ := o["metadata"].(map[string]any)
	written, selector, err := selectorOf(metadata["selector"])
	if err != nil {
		r.diags.Errorf(diag.EvaluationSelector, base.Source.External.Selector.Span(), "the selector of %q is not a label selector: %s", base.ID, strings.TrimPrefix(err.Error(), "strict decoding error: "))
		s.fail(base)
		return
	}
	namespace, _ := names(o)
	live, partial, complete := r.matching(base, namespace, selector)
	if !complete {
		r.hold(base, s, []Wait{{Path: base.ID + " (" + everyText(base.GVK.Kind, selector) + ")", Span: base.Source.External.Node.Span()}}, nil)
		return
	}
	values := make([]ref.Val, len(live))
	for i, o := range live {
		missing := value.UnknownInItem(base.ID, i)
		values[i] = o.wrap(o.Object, base.Schema, missing)
		if partial {
			values[i] = value.WrapKnown(o.Object, base.Schema, missing, o.Known)
		}
	}
	r.want(base, namespace, "", written)
	s.phase, s.value = rendered, value.Collection(values)
	s.live, s.size = live, len(live)
}

// everyText names the objects of a selector in messages.
func everyText(kind string, selector labels.Selector) string {
	if selector.Empty() {
		return "all " + kind + " objects"
	}
	return "all " + kind + " objects that match " + selector.String()
}

// matching lists the live objects that a selector matches or, where nothing was observed,
// those of the input, of which then only a part is known. Without any the set is not
// known: that nothing of it was given does not mean that it is empty.
func (r *run) matching(base *graph.Base, namespace string, selector labels.Selector) (objects []Live, partial, complete bool) {
	for _, in := range []Observed{r.request.Observed, r.request.Declared} {
		if in == nil {
			continue
		}
		matching, complete := in.List(base.GVK.GroupKind(), namespace, selector)
		if complete || len(matching) > 0 {
			return matching, !complete, true
		}
	}
	return nil, false, false
}

// selectorOf decodes a label selector strictly. kro takes anything but an object as
// "no selector, everything matches"; here it is an error (docs/compat/kro.md#selector).
func selectorOf(json any) (*metav1.LabelSelector, labels.Selector, error) {
	m, ok := json.(map[string]any)
	if !ok {
		return nil, nil, notSelectorError(kindText(json))
	}
	var s metav1.LabelSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(m, &s, true); err != nil {
		return nil, nil, err
	}
	selector, err := metav1.LabelSelectorAsSelector(&s)
	return &s, selector, err
}

// notSelectorError is the kind of a value that should have been a selector.
type notSelectorError string

// Error implements error.
func (e notSelectorError) Error() string { return "it is " + string(e) }

func labelsOf(o map[string]any) labels.Set {
	metadata, _ := o["metadata"].(map[string]any)
	m, _ := metadata["labels"].(map[string]any)
	set := make(labels.Set, len(m))
	for k, v := range m {
		set[k], _ = v.(string)
	}
	return set
}
