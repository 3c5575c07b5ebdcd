package cluster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/krowave/krowave/test/e2e/await"
)

// Step is what can happen to an object.
type Step string

// The steps. Between Deleting and Deleted an object has a deletion timestamp and waits for its finalizers.
const (
	Created  Step = "created"
	Changed  Step = "changed"
	Deleting Step = "deleting"
	Deleted  Step = "deleted"
)

// Event is a step of an object.
type Event struct {
	Step   Step
	Object string // Kind/name
	// Revision is the cluster's when it happened; all objects of all kinds share one sequence.
	Revision uint64
}

// String is the event as a person would tell it.
func (e Event) String() string { return fmt.Sprintf("%d %s %s", e.Revision, e.Object, e.Step) }

// Recorder writes down what happens to objects, from the time when it is asked to.
type Recorder struct {
	mutex    sync.Mutex
	events   []Event
	deleting map[string]bool
}

// Record watches kinds in a namespace. The kinds must be served.
func (c *Cluster) Record(tb testing.TB, namespace string, kinds ...schema.GroupVersionKind) *Recorder {
	tb.Helper()
	r := &Recorder{deleting: map[string]bool{}}
	r.Add(tb, c, namespace, kinds...)
	return r
}

// Add watches more kinds: those that a CRD has just defined.
func (r *Recorder) Add(tb testing.TB, c *Cluster, namespace string, kinds ...schema.GroupVersionKind) {
	tb.Helper()
	for _, gvk := range kinds {
		client, err := c.Client(gvk, namespace)
		if err != nil {
			tb.Fatalf("watch %s: %v", gvk.Kind, err)
		}
		list, err := client.List(tb.Context(), metav1.ListOptions{})
		if err != nil {
			tb.Fatalf("watch %s: %v", gvk.Kind, err)
		}
		ctx, stop := context.WithCancel(tb.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.follow(ctx, client, list.GetResourceVersion())
		}()
		tb.Cleanup(func() {
			stop()
			<-done
		})
	}
}

// follow watches until the context ends. Servers end every watch after some time.
func (r *Recorder) follow(ctx context.Context, client dynamic.ResourceInterface, revision string) {
	for ctx.Err() == nil {
		w, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: revision})
		if err != nil {
			continue
		}
		for event := range w.ResultChan() {
			if u, ok := event.Object.(*unstructured.Unstructured); ok {
				revision = u.GetResourceVersion()
				r.note(event.Type, u)
			}
		}
	}
}

func (r *Recorder) note(kind watch.EventType, u *unstructured.Unstructured) {
	revision, err := strconv.ParseUint(u.GetResourceVersion(), 10, 64)
	if err != nil {
		return
	}
	e := Event{Object: u.GetKind() + "/" + u.GetName(), Revision: revision}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case kind == watch.Added:
		e.Step = Created
	case kind == watch.Deleted:
		e.Step = Deleted
		delete(r.deleting, e.Object)
	case kind == watch.Modified && u.GetDeletionTimestamp() == nil:
		e.Step = Changed
	case kind == watch.Modified && !r.deleting[e.Object]:
		e.Step = Deleting
		r.deleting[e.Object] = true
	default:
		return
	}
	r.events = append(r.events, e)
}

// Events are all events so far in the order in which they happened.
func (r *Recorder) Events() []Event {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	events := slices.Clone(r.events)
	slices.SortStableFunc(events, func(a, b Event) int { return int(int64(a.Revision) - int64(b.Revision)) }) //nolint:gosec // revisions of a test
	return events
}

// Seen is the revision of the last event of a kind for an object, 0 when there was none.
func (r *Recorder) Seen(step Step, object string) uint64 {
	revision := uint64(0)
	for _, e := range r.Events() {
		if e.Step == step && e.Object == object {
			revision = e.Revision
		}
	}
	return revision
}

// Left is when an object began to go: the revision of its Deleting event, or of its Deleted one when it went at once.
func (r *Recorder) Left(object string) uint64 {
	if revision := r.Seen(Deleting, object); revision > 0 {
		return revision
	}
	return r.Seen(Deleted, object)
}

// GoneBefore tells that an object was gone before another began to go. What a read shows already, a watch may bring a moment later: it
// waits for the end of both.
func (r *Recorder) GoneBefore(tb testing.TB, first, then string) {
	tb.Helper()
	await.True(tb, "the end of "+first+" and "+then, await.Short, func() (bool, string) {
		return r.Seen(Deleted, first) > 0 && r.Seen(Deleted, then) > 0, r.String()
	})
	if gone, left := r.Seen(Deleted, first), r.Left(then); gone >= left {
		tb.Errorf("%s was gone at %d, %s left at %d, want the first before the second:\n%s", first, gone, then, left, r)
	}
}

// CreatedBefore tells that an object was created before another. It waits for the news of both.
func (r *Recorder) CreatedBefore(tb testing.TB, first, then string) {
	tb.Helper()
	await.True(tb, "the creation of "+first+" and "+then, await.Short, func() (bool, string) {
		return r.Seen(Created, first) > 0 && r.Seen(Created, then) > 0, r.String()
	})
	if before, after := r.Seen(Created, first), r.Seen(Created, then); before >= after {
		tb.Errorf("%s was created at %d, %s at %d, want the first before the second:\n%s", first, before, then, after, r)
	}
}

// String is the story for a failed test.
func (r *Recorder) String() string {
	var lines []string
	for _, e := range r.Events() {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, "\n")
}
