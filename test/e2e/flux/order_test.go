package flux_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
)

// record watches all kinds of the stack but that of its instances, which need not be served yet.
func (k *stack) record(t *testing.T) *cluster.Recorder {
	t.Helper()
	return k.cluster.Record(t, k.namespace, schema.FromAPIVersionAndKind("v1", "ConfigMap"),
		schema.FromAPIVersionAndKind("apps/v1", "Deployment"), schema.FromAPIVersionAndKind("e2e.krowave.dev/v1", "Part"))
}

// label is how a recorder names an object.
func label(r cluster.Ref) string { return r.GVK.Kind + "/" + r.Name }

// levels: from a push to an instance with its status, one level after the other, each as soon as the one before is ready and no
// sooner.
func levels(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Leveled")
	k.instance(t, "one")
	record := k.record(t)
	k.deliver(t, nil)

	k.cluster.Exists(t, k.network("one"))
	k.waiting(t, "Held one/settings", "Held one/server", "Held one/endpoint", "NotReady one/")
	k.there(t, "one", k.network("one"))
	k.condition(t, "Resolved", "False", "Held", "")

	// The address is known before the Part is ready: what needs it is complete and waits all the same.
	k.status(t, "one", map[string]any{"state": "pending", "address": "192.0.2.1"})
	k.waiting(t, "NotReady one/settings", "NotReady one/server", "NotReady one/endpoint", "NotReady one/")
	k.there(t, "one", k.network("one"))
	k.condition(t, "Resolved", "True", "", "")

	k.status(t, "one", map[string]any{"state": "up"})
	k.cluster.Exists(t, k.server("one"))
	k.waiting(t, "NotReady one/endpoint", "NotReady one/")
	k.there(t, "one", k.network("one"), k.settings("one"), k.server("one"))

	k.cluster.Healthy(t, k.server("one"))
	k.cluster.Exists(t, k.object("one"))
	k.waiting(t)
	k.there(t, "one", k.all("one")...)
	k.condition(t, "Ready", "True", "", "")

	instance := k.active(t, k.object("one"))
	got, _, _ := unstructured.NestedMap(instance.Object, "status")
	delete(got, "conditions")
	want := map[string]any{"state": "ACTIVE", "address": "192.0.2.1", "replicas": int64(1)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the status of the instance: -want +got\n%s", diff)
	}
	state := map[string]string{"InstanceManaged": "True", "GraphResolved": "True", "ResourcesReady": "True", "Ready": "True"}
	if diff := cmp.Diff(state, cluster.Conditions(instance)); diff != "" {
		t.Errorf("the conditions of the instance: -want +got\n%s", diff)
	}
	follows(t, record, k.network("one"), k.settings("one"))
	follows(t, record, k.network("one"), k.server("one"))
	follows(t, record, k.server("one"), k.endpoint("one"))
}

// active waits until an instance says that it is active and ready.
func (k *stack) active(t *testing.T, r cluster.Ref) *unstructured.Unstructured {
	t.Helper()
	var found *unstructured.Unstructured
	await.True(t, r.String()+" to be active", await.Long, func() (bool, string) {
		found = k.cluster.Exists(t, r)
		state, _, _ := unstructured.NestedString(found.Object, "status", "state")
		text, _ := found.MarshalJSON()
		return state == "ACTIVE" && cluster.Conditions(found)["Ready"] == "True", string(text)
	})
	return found
}

// follows tells that the first object was changed for the last time, by whoever made it ready, before the second was made.
func follows(t *testing.T, record *cluster.Recorder, first, second cluster.Ref) {
	t.Helper()
	record.CreatedBefore(t, label(first), label(second))
	if ready, after := record.Seen(cluster.Changed, label(first)), record.Seen(cluster.Created, label(second)); ready == 0 || ready >= after {
		t.Errorf("%s changed last at %d, %s was created at %d, want the second after the first was ready:\n%s", first, ready, second, after, record)
	}
}

// leaves: an instance that leaves Git goes in reverse, each object when what needs it is gone. The other one stays.
func leaves(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Leaving")
	k.instance(t, "stays")
	k.instance(t, "goes")
	k.deliver(t, nil)
	k.settle(t, "stays", "goes")
	before := k.identities(t, "stays")
	record := k.record(t)
	record.Add(t, k.cluster, k.namespace, k.object("").GVK)
	// An object that takes its time keeps everything below it.
	const finalizer = "e2e.krowave.dev/slow"
	k.cluster.Merge(t, k.server("goes"), map[string]any{"metadata": map[string]any{"finalizers": []any{finalizer}}})

	k.repo.Remove(t, "app/goes.yaml")
	k.attempted(t, k.push(t, "Remove one"))
	await.True(t, "the Deployment to be deleted", await.Long, func() (bool, string) {
		return k.cluster.Exists(t, k.server("goes")).GetDeletionTimestamp() != nil, record.String()
	})
	k.there(t, "goes", k.network("goes"), k.settings("goes"), k.server("goes"))
	k.cluster.Merge(t, k.server("goes"), map[string]any{"metadata": map[string]any{"finalizers": nil}})
	for _, ref := range k.all("goes") {
		k.cluster.Gone(t, ref)
	}
	k.waiting(t)
	k.unchanged(t, before, "stays")
	for _, pair := range [][2]cluster.Ref{
		{k.object("goes"), k.endpoint("goes")},
		{k.endpoint("goes"), k.server("goes")},
		{k.server("goes"), k.settings("goes")},
		{k.settings("goes"), k.network("goes")},
	} {
		record.GoneBefore(t, label(pair[0]), label(pair[1]))
	}
}
