package argocd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/plugin"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// suite is what all scenarios share: one cluster, one Argo CD, one plugin. Each has its own repository, namespace and kind.
type suite struct {
	cluster *cluster.Cluster
	argocd  *argocd.Installation
	program string // cmp-server
	plugin  *plugin.Plugin
}

// TestArgoCD runs the plugin in a real Argo CD on a real API server.
func TestArgoCD(t *testing.T) {
	t.Parallel()
	cache := process.Servers(t, os.Getenv)
	s := &suite{program: process.Build(t, process.Root(t), "./cmd/cmp-server")}
	s.cluster = cluster.Start(t, cluster.Options{Servers: cache, Controllers: cluster.Deleters()})
	s.argocd = argocd.Start(t, argocd.Options{Servers: cache, Cluster: s.cluster, Settings: checks(t)})
	s.plugin = plugin.New(t, s.program, "krowave", s.argocd.Plugins)
	s.plugin.Start(t)
	// The group lets the servers live until the last scenario has ended.
	t.Run("Scenarios", func(t *testing.T) {
		for name, scenario := range map[string]func(*testing.T, *suite){
			"Waves": waves, "Change": change, "Prune": prune, "Teardown": teardown, "Invalid": invalid,
			"Outage": outage, "Shared": shared, "Hydrator": hydrator, "Health": health, "Feedback": feedback,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	})
}

// The kinds that the scenarios watch.
func configMaps() schema.GroupVersionKind { return schema.FromAPIVersionAndKind("v1", "ConfigMap") }

func deployments() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind("apps/v1", "Deployment")
}

// stack is an application of the RGD in testdata: a ConfigMap, a Deployment that reads it, and a ConfigMap that names the
// Deployment, for each instance. Its kind is its own, so that scenarios do not share a CRD.
type stack struct {
	suite     *suite
	kind      string
	namespace string
	repo      *repository.Repository
}

// newStack makes a repository with the RGD, which is not committed yet, and a namespace. The kind is one word.
func newStack(t *testing.T, s *suite, kind string) *stack {
	t.Helper()
	k := &stack{suite: s, kind: kind, namespace: strings.ToLower(kind), repo: repository.New(t)}
	s.cluster.Namespace(t, k.namespace)
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
	return strings.NewReplacer("KIND.lower", strings.ToLower(k.kind), "KIND", k.kind, "NAMESPACE", k.namespace, "NAME", instance).Replace(string(data))
}

// instance writes an instance, which is not committed yet.
func (k *stack) instance(t *testing.T, name string) {
	t.Helper()
	k.repo.Write(t, "app/"+name+".yaml", k.text(t, "instance.yaml", name))
}

// spec is the Application of the stack.
func (k *stack) spec() argocd.Spec {
	return argocd.Spec{
		Name: k.namespace, Namespace: k.namespace,
		Source: argocd.Source{RepoURL: k.repo.URL, Path: "app", Revision: repository.Branch, Plugin: k.suite.plugin.Name},
	}
}

// deliver applies the Application and steers the health of the instances' Deployments until a commit is there.
func (k *stack) deliver(t *testing.T, commit string, instances ...string) *argocd.Application {
	t.Helper()
	a := k.suite.argocd.Apply(t, k.spec())
	for _, name := range instances {
		k.suite.cluster.Healthy(t, k.deployment(name))
	}
	a.Deliver(t, commit)
	return a
}

// The objects of an instance.
func (k *stack) settings(name string) cluster.Ref {
	return cluster.Named("v1", "ConfigMap", k.namespace, name+"-settings")
}

func (k *stack) deployment(name string) cluster.Ref {
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
	return []cluster.Ref{k.settings(name), k.deployment(name), k.endpoint(name), k.object(name)}
}

// identities are the UIDs of the objects of instances: an object that was deleted and made again has another.
func (k *stack) identities(t *testing.T, instances ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range instances {
		for _, ref := range k.all(name) {
			all[ref.String()] = "gone"
			if u := k.suite.cluster.Get(t, ref); u != nil {
				all[ref.String()] = string(u.GetUID())
			}
		}
	}
	return all
}

// record watches all kinds of the stack. The CRD must be there.
func (k *stack) record(t *testing.T) *cluster.Recorder {
	t.Helper()
	return k.suite.cluster.Record(t, k.namespace, configMaps(), deployments(), k.object("").GVK)
}
