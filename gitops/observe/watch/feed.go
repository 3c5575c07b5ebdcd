package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
)

// feedKey is one watch of the API.
type feedKey struct {
	identity  Identity
	kind      schema.GroupVersionKind
	namespace string // empty for all, and for cluster-scoped kinds
}

// secret reports the kind of which only metadata is read.
func (k feedKey) secret() bool { return k.kind.Group == "" && k.kind.Kind == "Secret" }

// feed is one watch of the API and what is kept of what it brings.
type feed struct {
	watcher  *Watcher
	key      feedKey
	resource schema.GroupVersionResource

	mu     sync.Mutex
	topics map[topicKey]*topic
	asked  map[Asker][]ask
	// selections are the topics with a selector.
	selections []*topic
	// lists counts the lists that were begun.
	lists int
	// synced says that a list was complete; listed is its number.
	synced  bool
	err     error
	cancel  context.CancelFunc // ends the feed; nil before it starts
	restart context.CancelFunc // lists again
	kick    chan struct{}      // there may be topics that no list has brought
}

func newFeed(w *Watcher, key feedKey, resource schema.GroupVersionResource) *feed {
	return &feed{watcher: w, key: key, resource: resource, topics: map[topicKey]*topic{}, asked: map[Asker][]ask{}, kick: make(chan struct{}, 1)}
}

// set replaces what an asker asks for: topics with all the paths, each topic once.
func (f *feed) set(asker Asker, asks []ask) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.asked[asker]
	if slices.EqualFunc(before, asks, ask.equal) {
		return
	}
	if f.asked[asker] = asks; len(asks) == 0 {
		delete(f.asked, asker)
	}
	still := make(map[topicKey]bool, len(asks))
	for _, a := range asks {
		still[a.topicKey] = true
	}
	for _, a := range before {
		if still[a.topicKey] {
			continue
		}
		t := f.topics[a.topicKey]
		if t.drop(asker); len(t.asks) == 0 {
			delete(f.topics, a.topicKey)
			f.selections = slices.DeleteFunc(f.selections, func(other *topic) bool { return other == t })
		}
	}
	for _, a := range asks {
		f.add(asker, a)
	}
}

// add takes one question, with the lock held.
func (f *feed) add(asker Asker, a ask) {
	t := f.topics[a.topicKey]
	if t == nil {
		t = newTopic(a.topicKey)
		f.topics[a.topicKey] = t
		if t.chosen != nil {
			f.selections = append(f.selections, t)
		}
		t.set(asker, a.paths)
	} else if !t.set(asker, a.paths) {
		return
	}
	t.known, t.since = false, f.lists
	f.wake()
}

func (f *feed) wake() {
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

func (f *feed) idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.topics) == 0
}

func (f *feed) count() (objects int, failing bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.topics {
		if objects += len(t.objects); t.object != nil {
			objects++
		}
	}
	return objects, f.err != nil
}

func (f *feed) askers() []Asker {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.asked))
}

// look answers a topic.
func (f *feed) look(key topicKey) Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.topics[key]
	switch {
	case f.err != nil && apierrors.IsForbidden(f.err):
		return Answer{State: Forbidden, Message: f.refused()}
	case f.err != nil:
		return Answer{State: Failed, Message: fmt.Sprintf("%s cannot be watched: %s", f.resource.Resource, apierrors.ReasonForError(f.err))}
	case t == nil || !t.known:
		return Answer{}
	}
	return Answer{State: Known, Objects: t.all()}
}

// refused says who may not do what.
func (f *feed) refused() string {
	where, who := "in all namespaces", "the controller"
	if f.key.namespace != "" {
		where = "in namespace " + f.key.namespace
	}
	if i := f.key.identity; i != (Identity{}) {
		who = "service account " + i.Namespace + "/" + i.Name
	}
	return fmt.Sprintf("%s may not list and watch %s %s", who, f.resource.GroupResource(), where)
}

// start begins to watch.
func (f *feed) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.cancel = cancel
	f.mu.Unlock()
	go f.run(ctx)
	go f.fill(ctx)
}

// stop ends the watch.
func (f *feed) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.cancel()
	}
}

func (f *feed) run(ctx context.Context) {
	c, err := f.watcher.clients.of(f.key.identity)
	if err != nil {
		f.failed(err)
		return
	}
	lister := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			f.begin(o.Continue == "")
			list, err := f.list(ctx, c, o)
			f.failed(err)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watchInterface, error) {
			f.begin(o.SendInitialEvents != nil && *o.SendInitialEvents)
			w, err := f.watch(ctx, c, o)
			f.watching(err)
			return w, err
		},
	}
	var expected runtime.Object = &unstructured.Unstructured{}
	if f.key.secret() {
		expected = &metav1.PartialObjectMetadata{}
	}
	for ctx.Err() == nil {
		once, restart := context.WithCancel(ctx)
		f.mu.Lock()
		f.restart = restart
		f.mu.Unlock()
		cache.NewReflectorWithOptions(lister, expected, store{f}, cache.ReflectorOptions{
			Name: f.key.kind.String() + " " + f.key.namespace, TypeDescription: f.key.kind.String(),
		}).RunWithContext(once)
		restart()
	}
}

// begin counts the lists.
func (f *feed) begin(first bool) { //nolint:revive // it says what the caller has found out
	if !first {
		return
	}
	f.mu.Lock()
	f.lists++
	f.mu.Unlock()
}

// failed takes note of a list that did not work.
func (f *feed) failed(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	if apierrors.IsNotFound(err) {
		f.watcher.gone(f)
		return
	}
	f.mu.Lock()
	changed := f.err == nil || apierrors.ReasonForError(f.err) != apierrors.ReasonForError(err)
	f.err = err
	f.mu.Unlock()
	if changed {
		f.notify(f.askers())
	}
}

// watching takes note of a watch that works, or does not. A list alone does not show that it does.
func (f *feed) watching(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	if err != nil && !apierrors.IsResourceExpired(err) && !apierrors.IsTooManyRequests(err) && !apierrors.IsInvalid(err) {
		f.failed(err)
		return
	}
	f.mu.Lock()
	was := f.err
	f.err = nil
	f.mu.Unlock()
	if was != nil {
		f.notify(f.askers())
	}
}

func (f *feed) notify(askers []Asker) {
	for _, a := range askers {
		f.watcher.options.Notify(a)
	}
}

// How topics are brought that were asked for when the list was there already.
const (
	// gather is how long to wait for further ones.
	gather = 20 * time.Millisecond
	// few are read one by one; for more everything is listed again.
	few = 10
)

// fill brings topics that were asked for after the list that is there was begun.
func (f *feed) fill(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.kick:
		}
		select {
		case <-ctx.Done():
			return
		case <-f.watcher.options.Clock.After(gather):
		}
		names, again := f.missing()
		if again {
			f.mu.Lock()
			if f.restart != nil {
				f.restart()
			}
			f.mu.Unlock()
			continue
		}
		for _, name := range names {
			f.fetch(ctx, name)
		}
	}
}

// missing are the objects to read, or that everything is to be listed again.
func (f *feed) missing() (names []types.NamespacedName, again bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.synced {
		return nil, false // the list that is on its way may bring them
	}
	for _, t := range f.topics {
		if t.known {
			continue
		}
		if names = append(names, t.name); t.chosen != nil || len(names) > few {
			return nil, true
		}
	}
	return names, false
}

// fetch reads one object.
func (f *feed) fetch(ctx context.Context, name types.NamespacedName) {
	c, err := f.watcher.clients.of(f.key.identity)
	if err != nil {
		return
	}
	var u *unstructured.Unstructured
	if f.key.secret() {
		var m *metav1.PartialObjectMetadata
		if m, err = c.metadata.Resource(f.resource).Namespace(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{}); err == nil {
			u, err = metadataOf(m)
		}
	} else {
		u, err = c.dynamic.Resource(f.resource).Namespace(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{})
	}
	switch {
	case apierrors.IsNotFound(err):
		u = nil
	case err != nil:
		// A role may allow to list and watch, and not to get.
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.restart != nil && ctx.Err() == nil {
			f.restart()
		}
		return
	}
	f.fetched(name, u)
}

func (f *feed) list(ctx context.Context, c *client, o metav1.ListOptions) (runtime.Object, error) {
	if f.key.secret() {
		return c.metadata.Resource(f.resource).Namespace(f.key.namespace).List(ctx, o) //nolint:wrapcheck // the reflector looks into it
	}
	return c.dynamic.Resource(f.resource).Namespace(f.key.namespace).List(ctx, o) //nolint:wrapcheck // the reflector looks into it
}

func (f *feed) watch(ctx context.Context, c *client, o metav1.ListOptions) (watchInterface, error) {
	if f.key.secret() {
		return c.metadata.Resource(f.resource).Namespace(f.key.namespace).Watch(ctx, o) //nolint:wrapcheck // the reflector looks into it
	}
	return c.dynamic.Resource(f.resource).Namespace(f.key.namespace).Watch(ctx, o) //nolint:wrapcheck // the reflector looks into it
}
