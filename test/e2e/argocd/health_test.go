package argocd_test

import (
	"maps"
	"os/exec"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// gadgets is an RGD with a custom kind whose readiness only readyWhen tells.
const gadgets = "testdata/gadget"

// checks are the settings that krowave writes for the gadgets, as its users patch them into argocd-cm.
func checks(t *testing.T) map[string]string {
	t.Helper()
	krowave := process.Build(t, process.Root(t), "./cmd/krowave")
	out, err := exec.CommandContext(t.Context(), krowave, "health", "--argocd", gadgets).Output()
	if err != nil {
		t.Fatalf("krowave health: %v", err)
	}
	settings := map[string]string{}
	for _, u := range cluster.Parse(t, string(out)) {
		data, _, err := unstructured.NestedStringMap(u.Object, "data")
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(settings, data)
	}
	if len(settings) < 2 {
		t.Fatalf("krowave health writes %d settings, want one for the custom kind and one for the instance:\n%s", len(settings), out)
	}
	return settings
}

// health: the checks that krowave generates make Argo CD wait for a custom resource as its readyWhen says.
func health(t *testing.T, s *suite) {
	t.Helper()
	const namespace = "workshop"
	s.cluster.Namespace(t, namespace)
	repo := repository.New(t)
	repo.Copy(t, gadgets, "app")
	commit := repo.Commit(t, "Deploy a gadget")
	a := s.argocd.Apply(t, argocd.Spec{
		Name: "workshop", Namespace: namespace,
		Source: argocd.Source{RepoURL: repo.URL, Path: "app", Revision: repository.Branch, Plugin: s.plugin.Name},
	})
	notice, gadget := cluster.Named("v1", "ConfigMap", namespace, "main"), cluster.Named("e2e.example.com/v1", "Gadget", namespace, "main")
	a.Waiting(t, "e2e.example.com/Gadget/main")
	if s.cluster.Get(t, notice) != nil {
		t.Error("the ConfigMap is there before the gadget is ready")
	}
	s.cluster.Merge(t, gadget, map[string]any{"status": map[string]any{"phase": "Making"}}, "status")
	a.Refresh(t, "normal")
	a.Waiting(t, "e2e.example.com/Gadget/main")
	if s.cluster.Get(t, notice) != nil {
		t.Error("the ConfigMap is there while the gadget is being made")
	}
	s.cluster.Merge(t, gadget, map[string]any{"status": map[string]any{"phase": "Ready"}}, "status")
	a.Deliver(t, commit)
	a.Wait(t, "healthy", func(s argocd.State) bool { return s.Health.Status == "Healthy" })
	s.cluster.Exists(t, notice)
}
