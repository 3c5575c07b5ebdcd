package watch

import (
	"fmt"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/tools/cache"

	"github.com/krowave/krowave/gitops/observe/readiness"
)

// store is what a reflector writes into.
type store struct{ feed *feed }

// shortened is an object in the hands of a reflector that lists: what is kept of it, or nothing.
type shortened struct {
	metav1.ObjectMeta
	object *Object
}

// Transformer implements [cache.TransformingStore]: a list never stands in memory as a whole.
func (s store) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		if _, done := obj.(*shortened); done {
			return obj, nil
		}
		u, err := unstructuredOf(obj)
		if err != nil {
			return nil, err
		}
		s.feed.mu.Lock()
		o := s.feed.shorten(u)
		s.feed.mu.Unlock()
		if o == nil {
			return &shortened{}, nil
		}
		return &shortened{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}, object: o}, nil
	}
}

// Add implements [cache.ReflectorStore].
func (s store) Add(obj any) error { return s.put(obj, true) }

// Update implements [cache.ReflectorStore].
func (s store) Update(obj any) error { return s.put(obj, true) }

// Delete implements [cache.ReflectorStore].
func (s store) Delete(obj any) error { return s.put(obj, false) }

// Resync implements [cache.ReflectorStore].
func (store) Resync() error { return nil }

// put takes an object as the watch brought it.
func (s store) put(obj any, exists bool) error { //nolint:revive // the reflector has a method for each
	u, err := unstructuredOf(obj)
	if err != nil {
		return err
	}
	f := s.feed
	name := types.NamespacedName{Namespace: u.GetNamespace(), Name: u.GetName()}
	f.mu.Lock()
	var o *Object
	if exists {
		o = f.shorten(u)
	}
	changed := map[Asker]bool{}
	f.each(name, func(t *topic) {
		if t.behind(u) || t.chosen == nil && t.name != name {
			return
		}
		mine := o
		if mine != nil && !t.chooses(name, u.GetLabels()) {
			mine = nil
		}
		t.floor = ""
		now := t.put(name, mine)
		if t.chosen == nil && !t.known {
			t.known, now = true, true
		}
		if now {
			t.who(changed)
		}
	})
	f.mu.Unlock()
	f.tell(changed)
	return nil
}

// each are the topics that an object may belong to.
func (f *feed) each(name types.NamespacedName, do func(*topic)) {
	if t := f.topics[topicKey{name: name}]; t != nil {
		do(t)
	}
	for _, t := range f.selections {
		do(t)
	}
}

// Replace implements [cache.ReflectorStore].
func (s store) Replace(list []any, _ string) error {
	f := s.feed
	f.mu.Lock()
	found := make(map[types.NamespacedName]*Object, len(f.topics))
	for _, obj := range list {
		o, err := f.kept(obj)
		if err != nil {
			f.mu.Unlock()
			return err
		}
		if o != nil {
			found[types.NamespacedName{Namespace: o.Namespace, Name: o.Name}] = o
		}
	}
	changed := map[Asker]bool{}
	late := false
	for _, t := range f.topics {
		if t.since >= f.lists && f.lists > 0 {
			late = late || !t.known // this list was begun before it was asked for
			continue
		}
		now := t.replace(found)
		if now || !t.known {
			t.who(changed)
		}
		t.known, t.floor = true, ""
	}
	f.synced = true
	if late {
		f.wake()
	}
	f.mu.Unlock()
	f.tell(changed)
	return nil
}

// kept is what is kept of an object of a list.
func (f *feed) kept(obj any) (*Object, error) {
	if s, done := obj.(*shortened); done {
		return s.object, nil
	}
	u, err := unstructuredOf(obj)
	if err != nil {
		return nil, err
	}
	return f.shorten(u), nil
}

// fetched takes an object that was read by itself; nil when there is none.
func (f *feed) fetched(name types.NamespacedName, u *unstructured.Unstructured) {
	f.mu.Lock()
	t := f.topics[topicKey{name: name}]
	if t == nil || t.known { // the watch was faster
		f.mu.Unlock()
		return
	}
	var o *Object
	if u != nil {
		o, t.floor = f.shorten(u), u.GetResourceVersion()
	}
	t.put(name, o)
	t.known = true
	who := map[Asker]bool{}
	t.who(who)
	f.mu.Unlock()
	f.tell(who)
}

// tell notifies askers, without the lock.
func (f *feed) tell(askers map[Asker]bool) {
	for a := range askers {
		f.watcher.options.Notify(a)
	}
}

// shorten keeps of an object what all topics ask of it, or answers nil when none does. It needs the lock.
func (f *feed) shorten(u *unstructured.Unstructured) *Object {
	name := types.NamespacedName{Namespace: u.GetNamespace(), Name: u.GetName()}
	var paths []string
	var chosen, asked bool
	f.each(name, func(t *topic) {
		if !t.chooses(name, u.GetLabels()) {
			return
		}
		asked = true
		if chosen = chosen || t.chosen != nil; paths == nil {
			paths = t.paths
			return
		}
		paths = sorted(append(slices.Clone(paths), t.paths...))
	})
	if !asked {
		return nil
	}
	o := shorten(u, paths)
	if chosen {
		o.Labels = maps.Clone(u.GetLabels())
	}
	if o.Verdict = readiness.Ready(); !f.key.secret() {
		o.Verdict = readiness.OfStatus(u)
	} else if o.Deleting {
		o.Verdict = readiness.Terminating()
	}
	return o
}

// behind reports that the watch brings a state that is older than one that was read already.
func (t *topic) behind(u *unstructured.Unstructured) bool {
	if t.floor == "" {
		return false
	}
	c, err := resourceversion.CompareResourceVersion(u.GetResourceVersion(), t.floor)
	return err == nil && c < 0
}

// replace takes the objects of a list and reports that something has changed.
func (t *topic) replace(found map[types.NamespacedName]*Object) bool {
	changed := false
	if t.chosen == nil {
		return t.put(t.name, found[t.name])
	}
	for name := range t.objects {
		if o := found[name]; o == nil || !t.chooses(name, o.Labels) {
			changed = t.put(name, nil) || changed
		}
	}
	for name, o := range found {
		if t.chooses(name, o.Labels) {
			changed = t.put(name, o) || changed
		}
	}
	return changed
}

// who adds those who ask.
func (t *topic) who(to map[Asker]bool) {
	for _, a := range t.asks {
		to[a.asker] = true
	}
}

// unstructuredOf is an object of either client.
func unstructuredOf(obj any) (*unstructured.Unstructured, error) {
	switch o := obj.(type) {
	case *unstructured.Unstructured:
		return o, nil
	case *metav1.PartialObjectMetadata:
		return metadataOf(o)
	case cache.DeletedFinalStateUnknown:
		return unstructuredOf(o.Obj)
	}
	return nil, fmt.Errorf("an object of type %T came from a watch", obj)
}

// metadataOf is the metadata of a Secret.
func metadataOf(o *metav1.PartialObjectMetadata) (*unstructured.Unstructured, error) {
	m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return nil, fmt.Errorf("read the metadata of %s/%s: %w", o.Namespace, o.Name, err)
	}
	u := &unstructured.Unstructured{Object: m}
	u.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Secret"})
	return u, nil
}

var _ cache.TransformingStore = store{}
