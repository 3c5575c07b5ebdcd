package flux_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/repository"
)

// stack is one application: a repository with the RGD of testdata, a GitRepository, a GraphArtifact and a Kustomization, in a
// namespace and with a kind of its own, so that scenarios do not share a CRD. Each instance has a Part, a ConfigMap with
// an address that only the Part's status tells, a Deployment that reads it, and a ConfigMap that names the Deployment.
type stack struct {
	suite     *suite
	cluster   *cluster.Cluster
	kind      string
	namespace string
	repo      *repository.Repository
	graph     cluster.Ref
	name      string // of the GitRepository, the GraphArtifact and the Kustomization
}

// app is the name of whatever there is one of in a stack.
const app = "app"

// newStack makes a repository with the RGD, which is not committed yet, and a namespace. The kind is one word.
func newStack(t *testing.T, s *suite, kind string) *stack {
	t.Helper()
	k := &stack{suite: s, cluster: s.cluster, kind: kind, namespace: strings.ToLower(kind), repo: repository.New(t), name: app}
	k.graph = flux.Graph(k.namespace, app)
	k.cluster.Namespace(t, k.namespace)
	for _, u := range k.cluster.Apply(t, cluster.Parse(t, k.text(t, "part.yaml", ""))...) {
		k.cluster.Established(t, u.GetName())
	}
	k.repo.Write(t, "krowave.yaml", "apiVersion: krowave.dev/v1alpha1\nkind: Config\ncrds: [part.yaml]\n")
	k.repo.Write(t, "part.yaml", k.text(t, "part.yaml", ""))
	k.repo.Write(t, "app/rgd.yaml", k.text(t, "rgd.yaml", ""))
	return k
}

// text is a file of testdata for this stack.
func (k *stack) text(t *testing.T, file, instance string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return expand(string(data), "KIND.lower", strings.ToLower(k.kind), "KIND", k.kind, "NAMESPACE", k.namespace, "NAME", instance)
}

// instance writes an instance, which is not committed yet.
func (k *stack) instance(t *testing.T, name string) {
	t.Helper()
	k.repo.Write(t, "app/"+name+".yaml", k.text(t, "instance.yaml", name))
}

// deliver commits, and applies what makes Flux and krowave deliver it. Fields of the GraphArtifact's spec may be added.
func (k *stack) deliver(t *testing.T, fields map[string]any) {
	t.Helper()
	k.repo.Commit(t, "Deploy")
	spec := map[string]any{
		"interval": "1h", "retryInterval": "5s", "path": app,
		"sourceRef": map[string]any{"kind": "GitRepository", "name": app},
	}
	maps.Copy(spec, fields)
	k.cluster.Apply(t,
		flux.Object(flux.Repository(k.namespace, app), map[string]any{
			"interval": "1h", "url": k.repo.Serve(t), "ref": map[string]any{"branch": repository.Branch},
		}),
		flux.Object(k.graph, spec),
		flux.Object(flux.Kustomization(k.namespace, app), map[string]any{
			"interval": "1h", "retryInterval": "5s", "prune": true,
			"sourceRef": map[string]any{"kind": "ExternalArtifact", "name": app},
		}))
}

// push commits and announces the commit. The answer is the revision that the source will have.
func (k *stack) push(t *testing.T, message string) string {
	t.Helper()
	commit := k.repo.Commit(t, message)
	flux.Announce(t, k.cluster, flux.Repository(k.namespace, app))
	return repository.Branch + "@sha1:" + commit
}

// state is the GraphArtifact.
func (k *stack) state(t *testing.T) *v1alpha1.GraphArtifact {
	t.Helper()
	g := &v1alpha1.GraphArtifact{}
	u := k.cluster.Exists(t, k.graph)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, g); err != nil {
		t.Fatalf("read %s: %v", k.graph, err)
	}
	return g
}

// attempted waits until a revision of the source was rendered, or refused.
func (k *stack) attempted(t *testing.T, revision string) {
	t.Helper()
	await.True(t, "the controller to see "+revision, await.Long, func() (bool, string) {
		last := k.state(t).Status.LastAttemptedRevision
		return last == revision, last
	})
}

// condition waits for a condition of the GraphArtifact whose message has a text.
func (k *stack) condition(t *testing.T, kind, status, reason, text string) {
	t.Helper()
	await.True(t, fmt.Sprintf("%s to be %s %s %s: %s", k.graph, kind, status, reason, text), await.Long, func() (bool, string) {
		s, r, message := flux.Condition(k.cluster.Exists(t, k.graph), kind)
		return s == status && (reason == "" || r == reason) && strings.Contains(message, text), s + " " + r + ": " + message
	})
}

// waiting waits until just these nodes wait, "NotReady instance/node", and what the artifact has is applied. Without any, the
// GraphArtifact is ready: the inventory of what is about to be published is written before the artifact is.
func (k *stack) waiting(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	await.True(t, fmt.Sprintf("%s to wait for %q", k.graph, want), await.Long, func() (bool, string) {
		g := k.state(t)
		var got []string
		for _, w := range g.Status.Waiting {
			got = append(got, w.Reason+" "+w.Instance[strings.LastIndexByte(w.Instance, '/')+1:]+"/"+w.Node)
		}
		slices.Sort(got)
		applied, _, _ := unstructured.NestedString(k.cluster.Exists(t, flux.Kustomization(k.namespace, k.name)).Object, "status", "lastAppliedRevision")
		there := g.Status.Artifact != nil && g.Status.Artifact.Revision == applied
		if len(want) == 0 {
			there = there && apimeta.IsStatusConditionTrue(g.Status.Conditions, "Ready")
		}
		return there && slices.Equal(want, got), fmt.Sprintf("%q, conditions %v, applied %q of %v", got, g.Status.Conditions, applied, g.Status.Artifact)
	})
}

// The objects of an instance.
func (k *stack) network(name string) cluster.Ref {
	return cluster.Named("e2e.krowave.dev/v1", "Part", k.namespace, name+"-network")
}

func (k *stack) settings(name string) cluster.Ref {
	return cluster.Named("v1", "ConfigMap", k.namespace, name+"-settings")
}

func (k *stack) server(name string) cluster.Ref {
	return cluster.Named("apps/v1", "Deployment", k.namespace, name+"-server")
}

func (k *stack) endpoint(name string) cluster.Ref {
	return cluster.Named("v1", "ConfigMap", k.namespace, name+"-endpoint")
}

func (k *stack) object(name string) cluster.Ref {
	return cluster.Named("e2e.krowave.dev/v1alpha1", k.kind, k.namespace, name)
}

// all are the objects of an instance in the order of the graph.
func (k *stack) all(name string) []cluster.Ref {
	return []cluster.Ref{k.network(name), k.settings(name), k.server(name), k.endpoint(name), k.object(name)}
}

// up writes what a Part's controller writes when it is done.
func (k *stack) up(t *testing.T, name, address string) {
	t.Helper()
	k.cluster.Exists(t, k.network(name))
	k.status(t, name, map[string]any{"state": "up", "address": address})
}

func (k *stack) status(t *testing.T, name string, status map[string]any) {
	t.Helper()
	k.cluster.Merge(t, k.network(name), map[string]any{"status": status}, "status")
}

// settle brings everything of instances to ready, and waits until all is applied.
func (k *stack) settle(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		k.up(t, name, "192.0.2.1")
	}
	for _, name := range names {
		k.cluster.Healthy(t, k.server(name))
	}
	k.waiting(t)
}

// there tells that just these objects of an instance are in the cluster.
func (k *stack) there(t *testing.T, name string, want ...cluster.Ref) {
	t.Helper()
	var got []string
	for _, ref := range k.all(name) {
		if k.cluster.Get(t, ref) != nil {
			got = append(got, ref.String())
		}
	}
	var wanted []string
	for _, ref := range want {
		wanted = append(wanted, ref.String())
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("the objects of %s: -want +got\n%s", name, diff)
	}
}

// identities are the UIDs of the objects of instances: an object that was deleted and made again has another.
func (k *stack) identities(t *testing.T, names ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range names {
		for _, ref := range k.all(name) {
			all[ref.String()] = "gone"
			if u := k.cluster.Get(t, ref); u != nil {
				all[ref.String()] = string(u.GetUID())
			}
		}
	}
	return all
}

// unchanged tells that every object is still the same one.
func (k *stack) unchanged(t *testing.T, before map[string]string, names ...string) {
	t.Helper()
	same(t, before, k.identities(t, names...))
}

func same(t *testing.T, before, after map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the objects: -before +after\n%s", diff)
	}
}
