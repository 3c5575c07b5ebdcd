package watch

import (
	"context"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
)

// How long to wait before a kind that does not exist is looked for again, if no CustomResourceDefinition says so.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// absence is a kind that the cluster does not have.
type absence struct {
	askers map[Asker]bool
	at     time.Time
	wait   time.Duration
	// found says that there is such a kind, at least by name. How long to wait is kept for the case that it cannot be listed.
	found bool
}

// kinds knows the resources of kinds.
type kinds struct {
	mapper meta.RESTMapper
	clock  clock.Clock
	notify func(Asker)

	mu      sync.Mutex
	unknown map[schema.GroupVersionKind]*absence
}

// find is the resource of a kind, or nil after the asker was put down as one who waits for it.
func (k *kinds) find(kind schema.GroupVersionKind, asker Asker) *meta.RESTMapping {
	k.mu.Lock()
	if a := k.unknown[kind]; a != nil && !a.found && k.clock.Since(a.at) < a.wait {
		a.askers[asker] = true
		k.mu.Unlock()
		return nil
	}
	k.mu.Unlock()
	mapping, err := k.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		k.missed(kind)[asker] = true
		return nil
	}
	if a := k.unknown[kind]; a != nil {
		a.found = true
		clear(a.askers)
	}
	return mapping
}

// missed records that a kind was looked for in vain, with the lock held. It answers those who wait for it.
func (k *kinds) missed(kind schema.GroupVersionKind) map[Asker]bool {
	a := k.unknown[kind]
	if a == nil {
		a = &absence{askers: map[Asker]bool{}, wait: firstRetry / 2}
		k.unknown[kind] = a
	}
	a.at, a.wait, a.found = k.clock.Now(), min(2*a.wait, lastRetry), false
	return a.askers
}

// lost records that the cluster no longer has a kind.
func (k *kinds) lost(kind schema.GroupVersionKind, asker Asker) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a := k.unknown[kind]; a != nil && !a.found {
		a.askers[asker] = true
		return
	}
	k.missed(kind)[asker] = true
}

// known is the resource of a kind that was found, or nil and when to look again.
func (k *kinds) known(kind schema.GroupVersionKind) (*meta.RESTMapping, time.Duration) {
	k.mu.Lock()
	var wait time.Duration
	if a := k.unknown[kind]; a != nil && !a.found {
		wait = max(a.wait-k.clock.Since(a.at), time.Millisecond)
	}
	k.mu.Unlock()
	if wait > 0 {
		return nil, wait
	}
	mapping, err := k.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, firstRetry
	}
	return mapping, 0
}

func (k *kinds) forget(asker Asker) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.unknown {
		delete(a.askers, asker)
	}
}

// appeared makes everybody who waits for a kind of a group look again; all groups are meant by all.
func (k *kinds) appeared(is func(group string) bool) {
	var askers []Asker
	k.mu.Lock()
	for kind, a := range k.unknown {
		if !is(kind.Group) {
			continue
		}
		for asker := range a.askers {
			askers = append(askers, asker)
		}
		delete(k.unknown, kind)
	}
	k.mu.Unlock()
	for _, a := range askers {
		k.notify(a)
	}
}

// watch watches the CustomResourceDefinitions until the context ends. Without the right to do so kinds are found by and by.
func (k *kinds) watch(ctx context.Context, c *client) {
	resource := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return c.metadata.Resource(resource).List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watchInterface, error) {
			return c.metadata.Resource(resource).Watch(ctx, o)
		},
	}
	cache.NewReflectorWithOptions(lw, &metav1.PartialObjectMetadata{}, definitions{k}, cache.ReflectorOptions{Name: "CustomResourceDefinitions"}).RunWithContext(ctx)
}

// definitions is a store that keeps nothing and tells of every definition.
type definitions struct{ kinds *kinds }

// Add implements [cache.ReflectorStore].
func (d definitions) Add(obj any) error {
	o, err := meta.Accessor(obj)
	if err != nil {
		return err //nolint:wrapcheck // the reflector names the object
	}
	_, group, _ := strings.Cut(o.GetName(), ".")
	d.kinds.appeared(func(other string) bool { return other == group })
	return nil
}

// Update implements [cache.ReflectorStore].
func (d definitions) Update(obj any) error { return d.Add(obj) }

// Delete implements [cache.ReflectorStore].
func (definitions) Delete(any) error { return nil }

// Replace implements [cache.ReflectorStore].
func (d definitions) Replace([]any, string) error {
	d.kinds.appeared(func(string) bool { return true })
	return nil
}

// Resync implements [cache.ReflectorStore].
func (definitions) Resync() error { return nil }
