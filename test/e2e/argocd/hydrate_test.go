package argocd_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/e2e/reposerver"
	"github.com/krowave/krowave/test/e2e/repository"
)

// hydrator: the source hydrator says nothing of the cluster, and gets the same bytes as the controller, which says
// everything; also another version of Kubernetes changes nothing.
func hydrator(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Hydrated")
	k.instance(t, "one")
	k.repo.Commit(t, "Deploy")
	client := reposerver.New(t, s.argocd.RepoServer)
	request := reposerver.Request{
		RepoURL: k.repo.URL, Revision: repository.Branch, Path: "app", Plugin: s.plugin.Name,
		Application: k.namespace, Namespace: k.namespace, Fresh: true,
	}
	generate := func(version string, versions ...string) []string {
		t.Helper()
		r := request
		r.KubeVersion, r.APIVersions = version, versions
		manifests, err := client.Generate(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return manifests
	}
	want := generate("1.36.3", "v1", "apps/v1", "apps/v1/Deployment", "e2e.krowave.dev/v1alpha1")
	if diff := cmp.Diff(want, generate("")); diff != "" {
		t.Errorf("without the cluster's versions: -with +without\n%s", diff)
	}
	if diff := cmp.Diff(want, generate("1.21.0", "v1")); diff != "" {
		t.Errorf("in another cluster: -1.36 +1.21\n%s", diff)
	}
	kinds := make([]string, 0, len(want))
	for _, m := range want {
		var object struct{ Kind string }
		if err := json.Unmarshal([]byte(m), &object); err != nil {
			t.Fatalf("%v in %s", err, m)
		}
		kinds = append(kinds, object.Kind)
	}
	if first, last := kinds[0], kinds[len(kinds)-1]; first != "CustomResourceDefinition" || last != k.kind || !slices.Contains(kinds, "Deployment") {
		t.Errorf("the manifests are %v, want the CRD first, the instance last", kinds)
	}
}
