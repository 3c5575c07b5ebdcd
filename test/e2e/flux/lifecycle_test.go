package flux_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
)

// handled: the annotation that `flux reconcile` sets is answered, a suspended GraphArtifact does nothing, and goes on where it
// was when it is resumed.
func handled(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Handled")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	before := k.identities(t, "one")

	asked := flux.Announce(t, k.cluster, k.graph)
	await.True(t, "the request to be handled", await.Long, func() (bool, string) {
		handled := k.state(t).Status.LastHandledReconcileAt
		return handled == asked, handled
	})

	// The witness is not suspended: what it has seen, the other has had the time to see. Nobody applies what it renders.
	k.suspend(t, true)
	witness := *k
	witness.namespace += "-witness"
	witness.graph = flux.Graph(witness.namespace, app)
	k.cluster.Namespace(t, witness.namespace)
	k.cluster.Apply(t, flux.Object(witness.graph, map[string]any{
		"interval": "1h", "path": app, "sourceRef": map[string]any{"kind": "GitRepository", "name": app, "namespace": k.namespace},
	}))
	old := k.state(t).Status
	k.repo.Write(t, "app/rgd.yaml", strings.ReplaceAll(k.repo.Read(t, "app/rgd.yaml"), "server:1.0.0", "server:2.0.0"))
	revision := k.push(t, "Use another image")
	witness.attempted(t, revision)
	if now := k.state(t).Status; now.LastAttemptedRevision != old.LastAttemptedRevision || now.Artifact.Revision != old.Artifact.Revision {
		t.Errorf("a suspended GraphArtifact went from %s, %s to %s, %s",
			old.LastAttemptedRevision, old.Artifact.Revision, now.LastAttemptedRevision, now.Artifact.Revision)
	}
	k.suspend(t, false)
	k.attempted(t, revision)
	k.has(t, k.server("one"), "server:2.0.0")
	k.unchanged(t, before, "one")
}

func (k *stack) suspend(t *testing.T, on bool) {
	t.Helper()
	k.cluster.Merge(t, k.graph, map[string]any{"spec": map[string]any{"suspend": on}})
}

// deleted: with the policy Delete a GraphArtifact goes when all that it delivered is gone, in reverse.
func deleted(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Deleted")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	record := k.record(t)
	record.Add(t, k.cluster, k.namespace, k.object("").GVK)
	k.cluster.Delete(t, k.graph)
	k.cluster.Gone(t, k.graph)
	k.there(t, "one")
	k.cluster.Gone(t, flux.Artifact(k.namespace, app))
	for i, ref := range k.all("one")[1:] {
		record.GoneBefore(t, label(ref), label(k.all("one")[i]))
	}
	k.cluster.Gone(t, cluster.Named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "deleteds.e2e.krowave.dev"))
}

// orphaned: with the policy Orphan, and when it is suspended, a GraphArtifact goes and leaves everything.
func orphaned(t *testing.T, s *suite) {
	t.Helper()
	for name, spec := range map[string]map[string]any{
		"Orphaned": {"deletionPolicy": "Orphan"}, "Paused": {"suspend": true},
	} {
		t.Run(name, func(t *testing.T) {
			k := newStack(t, s, name)
			k.instance(t, "one")
			k.deliver(t, nil)
			k.settle(t, "one")
			before := k.identities(t, "one")
			k.cluster.Merge(t, k.graph, map[string]any{"spec": spec})
			k.cluster.Delete(t, k.graph)
			k.cluster.Gone(t, k.graph)
			k.cluster.Gone(t, flux.Artifact(k.namespace, app))
			// Flux has seen that the artifact is gone, and keeps what it applied.
			flux.Announce(t, k.cluster, flux.Kustomization(k.namespace, app))
			await.True(t, "Flux to miss the artifact", await.Long, func() (bool, string) {
				status, reason, message := flux.Condition(k.cluster.Exists(t, flux.Kustomization(k.namespace, app)), "Ready")
				return status == "False", reason + ": " + message
			})
			k.unchanged(t, before, "one")
		})
	}
}

// denied: without the right to read as the tenant's service account nothing is known, and the condition says what is missing. With
// the right all goes on.
func denied(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Denied")
	k.instance(t, "one")
	k.cluster.Apply(t, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": "tenant", "namespace": k.namespace},
	}})
	k.deliver(t, map[string]any{"serviceAccountName": "tenant"})
	k.cluster.Exists(t, k.network("one"))
	k.up(t, "one", "192.0.2.1")
	k.condition(t, "Resolved", "False", "ObservationFailed", "service account "+k.namespace+"/tenant")
	k.there(t, "one", k.network("one"))

	rules := []any{
		rule("e2e.krowave.dev", "get", "list", "watch"), rule("apps", "get", "list", "watch"), rule("", "get", "list", "watch"),
	}
	k.cluster.Apply(t,
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
			"metadata": map[string]any{"name": "tenant", "namespace": k.namespace}, "rules": rules,
		}},
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
			"metadata": map[string]any{"name": "tenant", "namespace": k.namespace},
			"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tenant"},
			"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": "tenant", "namespace": k.namespace}},
		}})
	k.settle(t, "one")
	k.there(t, "one", k.all("one")...)
}

func rule(group string, verbs ...string) map[string]any {
	all := make([]any, 0, len(verbs))
	for _, v := range verbs {
		all = append(all, v)
	}
	return map[string]any{"apiGroups": []any{group}, "resources": []any{"*"}, "verbs": all}
}
