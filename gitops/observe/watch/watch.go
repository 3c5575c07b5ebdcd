package watch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
)

// Asker is who asks: the namespace and name of an object.
type Asker = types.NamespacedName

// Identity is the service account that objects are read as; the zero Identity is the process's own.
type Identity struct{ Namespace, Name string }

// User is the name of the user that is impersonated.
func (i Identity) User() string {
	return "system:serviceaccount:" + i.Namespace + ":" + i.Name
}

// Target is one question.
type Target struct {
	Identity Identity
	Kind     schema.GroupVersionKind
	// Namespace is empty for cluster-scoped objects and, with a selector, for those of all namespaces.
	Namespace string
	// Name is that of the object. Without one the objects that Selector chooses are meant.
	Name string
	// Selector is a label selector as text.
	Selector string
	// Fields are paths, as package fieldpath writes them; "" is the whole object.
	Fields []string
}

// State is how much an Answer is worth.
type State uint8

// The states.
const (
	// Pending: it has not been looked for yet. Notify follows.
	Pending State = iota
	// Known: the objects are those of the cluster. None means that there are none.
	Known
	// Forbidden: the identity may not list or watch the kind.
	Forbidden
	// KindUnknown: the cluster does not have the kind.
	KindUnknown
	// Failed: the cluster cannot be asked, for another reason.
	Failed
)

// Answer is what is known of a Target.
type Answer struct {
	State State
	// Message says why nothing is known. It quotes no value of an object.
	Message string
	// RetryAfter is when to ask again for a kind that is not known; 0 for all else, of which Notify tells.
	RetryAfter time.Duration
	// Objects are sorted by namespace and name. They must not be changed.
	Objects []*Object
}

// Options are what a Watcher needs.
type Options struct {
	// Config is that of the process's own identity.
	Config *rest.Config
	// Mapper finds the resources of kinds, and looks again for one that it does not know.
	Mapper meta.RESTMapper
	// Notify is called when an answer of an asker has changed. It must return at once and may be called concurrently.
	Notify func(Asker)
	// ClusterWide reads a kind in all namespaces with one watch when it is read as the process's own identity.
	ClusterWide bool
	// Clock is the real one without it.
	Clock clock.Clock
}

// Watcher keeps what is asked for.
type Watcher struct {
	options Options
	clients clients
	kinds   *kinds

	mu     sync.Mutex
	ctx    context.Context //nolint:containedctx // that of Start: watches end with it and not with who asks
	feeds  map[feedKey]*feed
	askers map[Asker][]*feed
}

// New makes a Watcher that watches once it is started.
func New(o Options) *Watcher {
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	w := &Watcher{options: o, feeds: map[feedKey]*feed{}, askers: map[Asker][]*feed{}}
	w.clients = clients{config: o.Config}
	w.kinds = &kinds{mapper: o.Mapper, clock: o.Clock, notify: o.Notify, unknown: map[schema.GroupVersionKind]*absence{}}
	return w
}

// Start watches until the context ends. What was asked before is watched from then on.
func (w *Watcher) Start(ctx context.Context) error {
	c, err := w.clients.of(Identity{})
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.ctx = ctx
	for _, f := range w.feeds {
		f.start(ctx)
	}
	w.mu.Unlock()
	w.kinds.watch(ctx, c)
	return nil
}

// NeedLeaderElection says that only a leader watches.
func (w *Watcher) NeedLeaderElection() bool { return true }

// Ask replaces what an asker asks for.
func (w *Watcher) Ask(asker Asker, targets []Target) {
	asks := map[feedKey][]ask{}
	resources := map[feedKey]schema.GroupVersionResource{}
	for _, t := range targets {
		mapping := w.kinds.find(t.Kind, asker)
		if mapping == nil {
			continue
		}
		key := w.key(t, mapping)
		resources[key] = mapping.Resource
		asks[key] = append(asks[key], ask{topicKey: keyOf(t, mapping), paths: sorted(t.Fields)})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var now []*feed
	for key, list := range asks {
		f := w.feeds[key]
		if f == nil {
			f = w.feed(key, resources[key])
		}
		f.set(asker, merged(list))
		now = append(now, f)
	}
	for _, f := range w.askers[asker] {
		if !slices.Contains(now, f) {
			w.leave(f, asker)
		}
	}
	if w.askers[asker] = now; len(now) == 0 {
		delete(w.askers, asker)
	}
}

// Forget ends what an asker asks for.
func (w *Watcher) Forget(asker Asker) {
	w.kinds.forget(asker)
	w.Ask(asker, nil)
}

// leave is called with the lock held.
func (w *Watcher) leave(f *feed, asker Asker) {
	f.set(asker, nil)
	if f.idle() {
		f.stop()
		delete(w.feeds, f.key)
	}
}

// feed is called with the lock held.
func (w *Watcher) feed(key feedKey, resource schema.GroupVersionResource) *feed {
	f := newFeed(w, key, resource)
	w.feeds[key] = f
	if w.ctx != nil {
		f.start(w.ctx)
	}
	return f
}

// gone ends the watch of a kind that the cluster no longer has.
func (w *Watcher) gone(f *feed) {
	w.mu.Lock()
	if w.feeds[f.key] == f {
		delete(w.feeds, f.key)
	}
	askers := f.askers()
	for _, a := range askers {
		w.askers[a] = slices.DeleteFunc(slices.Clone(w.askers[a]), func(other *feed) bool { return other == f })
		w.kinds.lost(f.key.kind, a)
	}
	w.mu.Unlock()
	f.stop()
	for _, a := range askers {
		w.options.Notify(a)
	}
}

// Look answers a target that the asker has asked for.
func (w *Watcher) Look(t Target) Answer {
	mapping, wait := w.kinds.known(t.Kind)
	if mapping == nil {
		return Answer{
			State: KindUnknown, RetryAfter: wait,
			Message: fmt.Sprintf("the cluster has no kind %s in %s", t.Kind.Kind, t.Kind.GroupVersion()),
		}
	}
	w.mu.Lock()
	f := w.feeds[w.key(t, mapping)]
	w.mu.Unlock()
	if f == nil {
		return Answer{}
	}
	return f.look(keyOf(t, mapping))
}

// key says which watch serves a target.
func (w *Watcher) key(t Target, mapping *meta.RESTMapping) feedKey {
	key := feedKey{identity: t.Identity, kind: t.Kind, namespace: t.Namespace}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace || w.options.ClusterWide && t.Identity == (Identity{}) {
		key.namespace = ""
	}
	return key
}

// Stats count what is kept.
type Stats struct {
	// Watches are those of the API.
	Watches int
	// Objects are those of which something is kept.
	Objects int
	// Failing are watches that do not work.
	Failing int
}

// Stats counts.
func (w *Watcher) Stats() Stats {
	w.mu.Lock()
	feeds := make([]*feed, 0, len(w.feeds))
	for _, f := range w.feeds {
		feeds = append(feeds, f)
	}
	w.mu.Unlock()
	s := Stats{Watches: len(feeds)}
	for _, f := range feeds {
		objects, failing := f.count()
		s.Objects += objects
		if failing {
			s.Failing++
		}
	}
	return s
}
