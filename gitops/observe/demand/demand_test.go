package demand_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/input"
)

// TestDemand renders each archive of testdata and compares what is asked with its file want.yaml.
func TestDemand(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var want string
			input := &txtar.Archive{}
			for _, f := range archive.Files {
				if f.Name == "want.yaml" {
					want = string(f.Data)
					continue
				}
				input.Files = append(input.Files, f)
			}
			p, r := rendered(t, input)
			got, err := yaml.Marshal(demand.Demand(p, r, demand.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("UPDATE") != "" {
				input.Comment = archive.Comment
				input.Files = append(input.Files, txtar.File{Name: "want.yaml", Data: got})
				if err := os.WriteFile(name, txtar.Format(input), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("%s: -want +got\n%s", archive.Comment, diff)
			}
		})
	}
}

// rendered renders the files of an archive.
func rendered(t *testing.T, archive *txtar.Archive) (*render.Program, *render.Result) {
	t.Helper()
	files, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	set, diags := input.Load(files, []string{"."}, input.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	p, diags := engine.Compile(render.Input{
		RGDs: input.Nodes(set.RGDs), CRDs: input.Nodes(set.CRDs), Objects: input.Nodes(set.Objects),
	}, render.Options{AllowEmpty: true})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r, diags := p.Render()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p, r
}

func TestName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ab-", 80) + "ab"
	cases := map[string]struct {
		reason string
		of     v1alpha1.InstanceReference
		want   string
	}{
		"Namespaced": {"people find it by kind and name", v1alpha1.InstanceReference{APIVersion: "kro.run/v1alpha1", Kind: "WebApp", Namespace: "prod", Name: "shop"}, "webapp-shop-8ab9cb04"},
		"Version":    {"the version of a kind does not matter", v1alpha1.InstanceReference{APIVersion: "kro.run/v2", Kind: "WebApp", Namespace: "prod", Name: "shop"}, "webapp-shop-8ab9cb04"},
		"Long":       {"a name has at most 253 characters, and a hyphen follows no hyphen", v1alpha1.InstanceReference{APIVersion: "kro.run/v1alpha1", Kind: "WebApp", Name: long}, "webapp-" + long[:244-len("webapp-")-1] + "-c7496108"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, demand.Name(tc.of)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}
