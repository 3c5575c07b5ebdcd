package input

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Observed are live objects, as `kubectl get -o yaml` prints them. It is immutable.
type Observed struct {
	objects map[schema.GroupKind][]live // sorted by namespace and name
	all     map[schema.GroupKind]bool   // kinds of which every object is known
}

type live struct {
	namespace, name string
	value           map[string]any
}

// Find is the object of a kind, in whatever version. The caller must not change it.
func (o *Observed) Find(kind schema.GroupKind, namespace, name string) (map[string]any, bool) {
	list := o.objects[kind]
	i, found := slices.BinarySearchFunc(list, live{namespace: namespace, name: name}, compareLive)
	if !found {
		return nil, false
	}
	return list[i].value, true
}

// List are the objects of a kind, of one namespace or, for "", of all, sorted by namespace and name. It answers
// false when there may be others: only a list of the kind's own, such as the ConfigMapList of
// `kubectl get --raw /api/v1/configmaps`, is known to hold all. The caller must not change the objects.
func (o *Observed) List(kind schema.GroupKind, namespace string) ([]map[string]any, bool) {
	var values []map[string]any
	for _, l := range o.objects[kind] {
		if namespace == "" || l.namespace == namespace {
			values = append(values, l.value)
		}
	}
	return values, o.all[kind]
}

func compareLive(a, b live) int {
	return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.name, b.name))
}

// LoadObserved reads live objects. Roots and options are those of [Load], but a kustomization is not built:
// what is observed is not made. Values of Secrets are not read: nothing rendered may hold one.
func LoadObserved(fsys fs.FS, roots []string, o Options) (*Observed, diag.List) {
	l := &loader{tree: newTree(fsys, o), set: &Set{}, identities: map[identity]*Object{}}
	r := &observedReader{loader: l, observed: &Observed{objects: map[schema.GroupKind][]live{}, all: map[schema.GroupKind]bool{}}}
	l.take = r.take
	w := walker{loader: l, ignore: o.Ignore, found: map[string]int{}, plain: true}
	w.roots(roots)
	for _, f := range w.inputs {
		if f.stdin {
			l.text(source.NewFile(stdinName, o.Stdin))
			continue
		}
		l.file(f)
	}
	l.overlaps()
	for _, list := range r.observed.objects {
		slices.SortFunc(list, compareLive)
	}
	for _, list := range l.lists {
		if list.Node.Lookup("metadata", "continue").Str() == "" {
			r.observed.all[list.groupKind()] = true
		}
	}
	return r.observed, l.diags
}

// observedReader collects live objects.
type observedReader struct {
	loader   *loader
	observed *Observed
}

// lastApplied is the annotation in which kubectl keeps a copy of an object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

func (r *observedReader) take(o *Object) {
	known := len(r.loader.overlap)
	if r.loader.once(o); len(r.loader.overlap) > known || o.Name == "" {
		return
	}
	value, ok := o.Node.JSON().(map[string]any)
	if !ok {
		return
	}
	kind := o.groupKind()
	if kind == (schema.GroupKind{Kind: "Secret"}) {
		r.loader.diags.Warnf(diag.InputSecret, o.Node.Span(), "the values of the Secret %q are not read", o.Name).
			WithHint("refer to the Secret by name, as with secretKeyRef, instead of copying its values")
		delete(value, "data")
		delete(value, "stringData")
		if metadata, ok := value["metadata"].(map[string]any); ok {
			if annotations, ok := metadata["annotations"].(map[string]any); ok {
				delete(annotations, lastApplied)
			}
		}
	}
	r.observed.objects[kind] = append(r.observed.objects[kind], live{o.Namespace, o.Name, value})
}
