package feedback

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/rest"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/tracking"
	"github.com/krowave/krowave/gitops/observe/known"
)

// DefaultPatience is how long a render waits for a cache that has not seen everything.
const DefaultPatience = 10 * time.Second

// Options say what to watch. All but Config may be left out.
type Options struct {
	// Config is the way to the API server.
	Config *rest.Config
	// Namespaces are those whose Observations count; none is all.
	Namespaces []string
	// Patience is how long [Cache.Observed] waits for a cache that is not in sync; 0 is [DefaultPatience].
	Patience time.Duration
	// Log gets a line when the server is lost and when it is back; nil discards it.
	Log *slog.Logger
	// Read reads one Observation as it is at this moment, and answers nil when there is none; [New] reads it from Config. It is safe for
	// concurrent use.
	Read func(ctx context.Context, name types.NamespacedName) (*v1alpha1.Observation, error)
}

// Cache has the Observations of a cluster while [Cache.Run] runs.
type Cache struct {
	options Options
	feeds   []*Feed

	mu      sync.Mutex
	changed chan struct{} // closed and made anew when a feed gets in sync
	all     map[types.NamespacedName]entry
	of      map[string]map[types.NamespacedName]*v1alpha1.Observation // by the Application
	kept    map[string]application.Snapshot                           // by the Application, until something of it changes
}

// entry is one Observation and whose it is, "" for nobody's.
type entry struct {
	application string
	observation *v1alpha1.Observation
}

// UnsyncedError says that the Observations of the cluster are not known.
type UnsyncedError struct {
	Namespace string // "" is all
	Err       error  // why; nil when there was not enough time yet
}

// Error says what is not known and why.
func (e *UnsyncedError) Error() string {
	text := "the Observations of the cluster are not known"
	if e.Namespace != "" {
		text = "the Observations of the namespace " + e.Namespace + " are not known"
	}
	if e.Err == nil {
		return text + " yet"
	}
	return text + ": " + e.Err.Error()
}

// Unwrap is the error of the server.
func (e *UnsyncedError) Unwrap() error { return e.Err }

// New makes a cache that is filled while [Cache.Run] runs. An error is a configuration that cannot be.
func New(o Options) (*Cache, error) {
	client, err := clientOf(o.Config)
	if err != nil {
		return nil, fmt.Errorf("make a client for Observations: %w", err)
	}
	o.Read = reader(client)
	c, feeds := Fed(o)
	for _, f := range feeds {
		f.client = client
	}
	return c, nil
}

// Fed makes a cache that its feeds fill, one for each namespace in their order; Config is not used, and there is nothing to run.
func Fed(o Options) (*Cache, []*Feed) {
	o.Patience = cmp.Or(o.Patience, DefaultPatience)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Cache{
		options: o, changed: make(chan struct{}), all: map[types.NamespacedName]entry{},
		of: map[string]map[types.NamespacedName]*v1alpha1.Observation{}, kept: map[string]application.Snapshot{},
	}
	namespaces := slices.Compact(slices.Sorted(slices.Values(o.Namespaces)))
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for _, namespace := range namespaces {
		c.feeds = append(c.feeds, &Feed{cache: c, namespace: namespace})
	}
	return c, slices.Clone(c.feeds)
}

// Run watches until the context ends.
func (c *Cache) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, s := range c.feeds {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
}

// Observed implements [application.Values]. The error is an [*UnsyncedError], or that of the context.
func (c *Cache) Observed(ctx context.Context, name string) (application.Snapshot, error) {
	waited, cancel := context.WithTimeout(ctx, c.options.Patience)
	defer cancel()
	for {
		snapshot, changed, err := c.snapshot(name)
		if _, unsynced := errors.AsType[*UnsyncedError](err); !unsynced {
			return snapshot, err
		}
		select {
		case <-changed:
		case <-waited.Done():
			if ctx.Err() != nil {
				return application.Snapshot{}, context.Cause(ctx)
			}
			return application.Snapshot{}, err
		}
	}
}

// snapshot is what is known of an Application, or what to wait for until it is.
func (c *Cache) snapshot(name string) (application.Snapshot, <-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.unsynced(); err != nil {
		return application.Snapshot{}, c.changed, err
	}
	if s, ok := c.kept[name]; ok {
		return s, nil, nil
	}
	s, err := snapshotOf(c.of[name])
	if err != nil {
		return s, nil, err
	}
	if len(c.of[name]) > 0 {
		c.kept[name] = s
	}
	return s, nil, nil
}

// unsynced is why nothing can be answered, or nil. The lock is held.
func (c *Cache) unsynced() error {
	for _, s := range c.feeds {
		if !s.synced || s.broken != nil {
			return &UnsyncedError{Namespace: s.namespace, Err: s.broken}
		}
	}
	return nil
}

// snapshotOf makes the snapshot of some Observations.
func snapshotOf(of map[types.NamespacedName]*v1alpha1.Observation) (application.Snapshot, error) {
	list := make([]v1alpha1.Observation, 0, len(of))
	for _, name := range slices.SortedFunc(maps.Keys(of), compareNames) {
		list = append(list, *of[name])
	}
	values := known.New(list, nil)
	done := delivered(list)
	data, err := json.Marshal(done)
	if err != nil {
		return application.Snapshot{}, fmt.Errorf("write what was delivered: %w", err)
	}
	sum := sha256.Sum256(append(data, values.Version()...))
	return application.Snapshot{Version: hex.EncodeToString(sum[:]), Objects: values, Delivered: done}, nil
}

func compareNames(a, b types.NamespacedName) int {
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
}

// put takes an Observation in, or what has become of it, unless something newer is there already.
func (c *Cache) put(o *v1alpha1.Observation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.outdates(o) {
		c.take(o)
	}
}

// outdates says that a newer version of an Observation was read than the given one. The lock is held.
func (c *Cache) outdates(o *v1alpha1.Observation) bool {
	e, ok := c.all[types.NamespacedName{Namespace: o.Namespace, Name: o.Name}]
	if !ok {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(e.observation.ResourceVersion, o.ResourceVersion)
	return err == nil && order > 0
}

// take is put with the lock held.
func (c *Cache) take(o *v1alpha1.Observation) {
	name := types.NamespacedName{Namespace: o.Namespace, Name: o.Name}
	c.drop(name)
	e := entry{
		application: tracking.Application(o, schema.GroupKind{Group: v1alpha1.Group, Kind: v1alpha1.ObservationKind}),
		observation: trimmed(o),
	}
	c.all[name] = e
	if e.application == "" {
		return
	}
	if c.of[e.application] == nil {
		c.of[e.application] = map[types.NamespacedName]*v1alpha1.Observation{}
	}
	c.of[e.application][name] = e.observation
	delete(c.kept, e.application)
}

// drop forgets an Observation. The lock is held.
func (c *Cache) drop(name types.NamespacedName) {
	e, ok := c.all[name]
	if !ok {
		return
	}
	delete(c.all, name)
	delete(c.kept, e.application)
	delete(c.of[e.application], name)
	if len(c.of[e.application]) == 0 {
		delete(c.of, e.application)
	}
}

// trimmed is what a render reads of an Observation.
func trimmed(o *v1alpha1.Observation) *v1alpha1.Observation {
	t := &v1alpha1.Observation{
		Spec:   v1alpha1.ObservationSpec{Instance: o.Spec.Instance, RGD: o.Spec.RGD, Nodes: slices.Clone(o.Spec.Nodes)},
		Status: v1alpha1.ObservationStatus{ObservedGeneration: o.Status.ObservedGeneration, Instance: o.Status.Instance, Nodes: o.Status.Nodes},
	}
	t.Namespace, t.Name, t.Generation, t.ResourceVersion = o.Namespace, o.Name, o.Generation, o.ResourceVersion
	for i := range t.Spec.Nodes {
		t.Spec.Nodes[i].ReadyWhen = nil
	}
	return t
}
