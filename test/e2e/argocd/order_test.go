package argocd_test

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// waves: the example webapp is created in the order of its graph, and what needs the Deployment waits until that is
// healthy, for both of its instances.
func waves(t *testing.T, s *suite) {
	t.Helper()
	const namespace = "prod"
	s.cluster.Namespace(t, namespace)
	repo := repository.New(t)
	repo.Copy(t, process.Root(t)+"/examples/webapp", "webapp")
	commit := repo.Commit(t, "Deploy two web applications")
	record := s.cluster.Record(t, namespace, configMaps(), deployments(),
		schema.FromAPIVersionAndKind("v1", "Service"), schema.FromAPIVersionAndKind("networking.k8s.io/v1", "Ingress"))
	a := s.argocd.Apply(t, argocd.Spec{
		Name: "webapp", Namespace: namespace,
		Source: argocd.Source{RepoURL: repo.URL, Path: "webapp", Revision: repository.Branch, Plugin: s.plugin.Name},
	})
	shop, stock := cluster.Named("apps/v1", "Deployment", namespace, "shop"), cluster.Named("apps/v1", "Deployment", namespace, "stock")
	service := func(name string) cluster.Ref { return cluster.Named("v1", "Service", namespace, name) }
	s.cluster.Established(t, "webapps.kro.run")
	instances := cluster.Named("kro.run/v1alpha1", "WebApp", namespace, "")
	record.Add(t, s.cluster, namespace, instances.GVK)

	a.Waiting(t, "apps/Deployment/")
	s.cluster.Healthy(t, shop)
	// Argo CD names one of those that it waits for: stock when shop is no longer among them, and stock still keeps everything back.
	a.Waiting(t, "apps/Deployment/stock")
	for _, ref := range []cluster.Ref{service("shop"), service("stock"), cluster.Named("networking.k8s.io/v1", "Ingress", namespace, "shop")} {
		if s.cluster.Get(t, ref) != nil {
			t.Errorf("%s is there before the Deployment stock is healthy", ref)
		}
	}
	if names := s.cluster.Names(t, instances.GVK, namespace); len(names) > 0 {
		t.Errorf("the instances %v are there before their objects", names)
	}
	s.cluster.Healthy(t, stock)
	a.Waiting(t, "networking.k8s.io/Ingress/shop")
	s.cluster.Healthy(t, cluster.Named("networking.k8s.io/v1", "Ingress", namespace, "shop"))
	a.Deliver(t, commit)
	a.Wait(t, "healthy", func(s argocd.State) bool { return s.Health.Status == "Healthy" })
	for _, edge := range [][2]string{
		{"ConfigMap/shop-env", "Deployment/shop"},
		{"Deployment/shop", "Service/shop"},
		{"Service/shop", "Ingress/shop"},
		{"Ingress/shop", "WebApp/shop"},
		{"ConfigMap/stock-env", "Deployment/stock"},
		{"Deployment/stock", "Service/stock"},
		{"Service/stock", "WebApp/stock"},
	} {
		record.CreatedBefore(t, edge[0], edge[1])
	}
}

// change: a change of the RGD changes the objects that it is about, of all instances, and no other.
func change(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Changing")
	k.instance(t, "first")
	k.instance(t, "second")
	a := k.deliver(t, k.repo.Commit(t, "Deploy"), "first", "second")
	a.Wait(t, "healthy", func(s argocd.State) bool { return s.Health.Status == "Healthy" })
	before, record := k.identities(t, "first", "second"), k.record(t)

	k.repo.Write(t, "app/rgd.yaml", strings.ReplaceAll(k.repo.Read(t, "app/rgd.yaml"), "server:1.0.0", "server:2.0.0"))
	commit := k.repo.Commit(t, "Use another image")
	a.Refresh(t, "normal")
	for _, name := range []string{"first", "second"} {
		image(t, k, name, "registry.example.com/server:2.0.0")
		// The Deployment has a new generation, which its status does not speak of yet.
		s.cluster.Healthy(t, k.deployment(name))
	}
	a.Deliver(t, commit)
	unchanged(t, k, before, "first", "second")
	for _, e := range record.Events() {
		if !strings.HasPrefix(e.Object, "Deployment/") || e.Step != cluster.Changed {
			t.Errorf("%s, want a change of the Deployments alone", e)
		}
	}
	if got := a.State(t).Sync.Revision; got != commit {
		t.Errorf("the Application is at %s, want %s", got, commit)
	}
}

// image waits for an image of the Deployment of an instance.
func image(t *testing.T, k *stack, name, want string) {
	t.Helper()
	await.True(t, want, await.Long, func() (bool, string) {
		u := k.suite.cluster.Get(t, k.deployment(name))
		if u == nil {
			return false, "no Deployment"
		}
		text, err := u.MarshalJSON()
		return err == nil && strings.Contains(string(text), want), string(text)
	})
}

// unchanged tells that every object is still the same one.
func unchanged(t *testing.T, k *stack, before map[string]string, instances ...string) {
	t.Helper()
	for ref, uid := range k.identities(t, instances...) {
		if uid != before[ref] || uid == "gone" {
			t.Errorf("%s was %s and is %s", ref, before[ref], uid)
		}
	}
}

// prune: an instance that is removed from Git goes, the instance first and then its objects against the order of the graph. The
// other one stays.
func prune(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Pruned")
	k.instance(t, "stays")
	k.instance(t, "goes")
	a := k.deliver(t, k.repo.Commit(t, "Deploy two"), "stays", "goes")
	before, levels, record := k.identities(t, "stays"), k.levels(t, "goes"), k.record(t)

	k.repo.Remove(t, "app/goes.yaml")
	commit := k.repo.Commit(t, "Remove one")
	a.Deliver(t, commit)
	for _, ref := range k.all("goes") {
		s.cluster.Gone(t, ref)
	}
	unchanged(t, k, before, "stays")
	reversed(t, record, levels)
}

// teardown: when the Application is deleted, its objects go against the order of the graph.
func teardown(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Toredown")
	k.instance(t, "only")
	a := k.deliver(t, k.repo.Commit(t, "Deploy"), "only")
	levels, record := k.levels(t, "only"), k.record(t)
	a.Delete(t)
	a.Gone(t)
	for _, ref := range k.all("only") {
		s.cluster.Gone(t, ref)
	}
	reversed(t, record, levels)
}

// levels are the objects of an instance by their sync wave, the lowest wave first.
func (k *stack) levels(t *testing.T, name string) [][]string {
	t.Helper()
	const annotation = "argocd.argoproj.io/sync-wave"
	var waves []int
	byWave := map[int][]string{}
	for _, ref := range k.all(name) {
		wave := number(t, k.suite.cluster.Exists(t, ref).GetAnnotations()[annotation])
		if !slices.Contains(waves, wave) {
			waves = append(waves, wave)
		}
		byWave[wave] = append(byWave[wave], ref.GVK.Kind+"/"+ref.Name)
	}
	slices.Sort(waves)
	var levels [][]string
	for _, wave := range waves {
		levels = append(levels, byWave[wave])
	}
	if len(levels) < 3 {
		t.Errorf("%s has the levels %v: the Deployment's health gates what needs it, and the instance comes last", name, levels)
	}
	return levels
}

// reversed tells that everything on a level was gone before anything on the level below began to go.
func reversed(t *testing.T, record *cluster.Recorder, levels [][]string) {
	t.Helper()
	for i := 1; i < len(levels); i++ {
		for _, above := range levels[i] {
			for _, below := range levels[i-1] {
				record.GoneBefore(t, above, below)
			}
		}
	}
}
