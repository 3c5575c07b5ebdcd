package publish_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/publish"
)

const (
	settings = `{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"name":"web","namespace":"shop"}}`
	web      = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":2}}`
	role     = `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"system:web/../x"}}`
)

func manifests(texts ...string) []decision.Manifest {
	var all []decision.Manifest
	for _, text := range texts {
		all = append(all, decision.Manifest{JSON: []byte(text)})
	}
	return all
}

func content(t *testing.T, texts ...string) publish.Files {
	t.Helper()
	files, err := publish.Content(manifests(texts...))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestContent: files in the order of manifests, with names that are safe, and what a person would have written.
func TestContent(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"00001-configmap-web.yaml":               "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\ndata:\n  a: \"1\"\n",
		"00002-clusterrole-system-web----x.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:web/../x\n",
		"kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\nresources:\n" +
			"- 00001-configmap-web.yaml\n- 00002-clusterrole-system-web----x.yaml\n",
	}
	got := map[string]string{}
	for _, f := range content(t, settings, role) {
		got[f.Name] = string(f.Data)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestContentBuilds: kustomize accepts the files, also none, and keeps their order.
func TestContentBuilds(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]string{"none": nil, "all": {web, settings, role}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := filesys.MakeFsInMemory()
			for _, f := range content(t, texts...) {
				if err := fsys.WriteFile("/"+f.Name, f.Data); err != nil {
					t.Fatal(err)
				}
			}
			built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fsys, "/")
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, r := range built.Resources() {
				kinds = append(kinds, r.GetKind())
			}
			want := map[string][]string{"none": nil, "all": {"Deployment", "ConfigMap", "ClusterRole"}}[name]
			if d := cmp.Diff(want, kinds); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestContentRefusals: what is no object is told by its ID.
func TestContentRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ reason, json, want string }{
		"no JSON": {"cut off", `{"kind":`, "write the manifest of the-id: read its kind and name: unexpected end of JSON input"},
		"no name": {"nothing to apply", `{"kind":"A"}`, "write the manifest of the-id: it has no kind, or no name"},
		"no kind": {"nothing to apply", `{"metadata":{"name":"a"}}`, "write the manifest of the-id: it has no kind, or no name"},
	} {
		_, err := publish.Content([]decision.Manifest{{ID: "the-id", JSON: []byte(tc.json)}})
		if err == nil {
			t.Fatalf("%s: %s: accepted", name, tc.reason)
		}
		if d := cmp.Diff(tc.want, err.Error()); d != "" {
			t.Errorf("%s: %s: -want +got:\n%s", name, tc.reason, d)
		}
	}
}

// TestRevision: it stands for names and contents, and for nothing else.
func TestRevision(t *testing.T) {
	t.Parallel()
	files := content(t, settings, web)
	base := publish.Revision(files)
	if !strings.HasPrefix(base, "latest@sha256:") || len(base) != len("latest@sha256:")+64 {
		t.Errorf("revision %q", base)
	}
	turned := slices.Clone(files)
	slices.Reverse(turned)
	if got := publish.Revision(turned); got != base {
		t.Errorf("another order of files: %s, want %s", got, base)
	}
	for name, other := range map[string]publish.Files{
		"other content": content(t, settings, strings.Replace(web, "2", "3", 1)),
		"other order":   content(t, web, settings),
		"one less":      content(t, settings),
		"moved bytes":   {{Name: "a", Data: []byte("bc")}},
		"moved back":    {{Name: "ab", Data: []byte("c")}},
	} {
		if got := publish.Revision(other); got == base {
			t.Errorf("%s: the same revision", name)
		}
	}
	if publish.Revision(publish.Files{{Name: "a", Data: []byte("bc")}}) == publish.Revision(publish.Files{{Name: "ab", Data: []byte("c")}}) {
		t.Error("bytes moved from a name to a content: the same revision")
	}
}

// keys are the IDs of manifests, sorted.
func keys(all map[string][]byte) []string { return slices.Sorted(maps.Keys(all)) }
