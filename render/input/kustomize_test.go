package input_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// tree is a file system of texts.
func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// TestOrigins: values inside built objects lead to the text that they were written as.
func TestOrigins(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/origins.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fsys, _ := files(archive)
	set, diags := input.Load(fsys, []string{"overlay"}, input.Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	byName := map[string]*source.Node{}
	for _, list := range [][]*input.Object{set.RGDs, set.Objects} {
		for _, o := range list {
			byName[o.Name] = o.Node
		}
	}
	cases := map[string]struct {
		reason string
		object string
		path   []any
		part   string
		want   string
	}{
		"Expression": {"an expression in an RGD", "x-webapp", []any{"spec", "resources", 0, "template", "data", "image"}, "${schema.spec.image}", `base/rgd.yaml:19:17 "${schema.spec.image}"`},
		"Schema":     {"an unchanged string", "x-webapp", []any{"spec", "schema", "spec", "image"}, "", `base/rgd.yaml:10:14 "string"`},
		"Prefix":     {"a changed name has the place of the name before", "x-webapp", []any{"metadata", "name"}, "", `base/rgd.yaml:4:9 "webapp"`},
		"Patched":    {"a patched value has the place of the value before", "x-shop", []any{"spec", "image"}, "", `base/several.yaml:11:10 "nginx"`},
		"Added":      {"an added value has the place of what it was added to", "x-shop", []any{"spec", "replicas"}, "", `base/several.yaml:11:3 "image: nginx"`},
		"Similar":    {"one name contains the other", "x-shop-canary", []any{"spec", "image"}, "canary", `base/several.yaml:18:16 "canary"`},
		"Generated":  {"a generated object has the place of its generator", "x-settings-h29d89cmmt", []any{"data", "a"}, "", `base/kustomization.yaml:5:3 "name: settings"`},
		"Own":        {"a generator of the root", "x-password", []any{"data", "p"}, "", `overlay/kustomization.yaml:10:3 "name: password"`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, ok := byName[tc.object].At(tc.path...)
			if !ok {
				t.Fatalf("%s has no %v", tc.object, tc.path)
			}
			span := n.Span()
			if at := strings.Index(n.Str(), tc.part); tc.part != "" {
				span = n.SpanOf(at, at+len(tc.part))
			}
			if diff := cmp.Diff(tc.want, where(span)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSameAsKustomize: the objects are those of kustomize itself, whatever is done to know their places. It is not
// parallel: kustomize alone guards none of its package variables.
func TestSameAsKustomize(t *testing.T) {
	builds := map[string][]string{
		"overlays": {"app/overlays/dev", "app/overlays/prod", "app/base"},
		"origins":  {"overlay", "base"},
		"metadata": {"a", "b"},
		"features": {"rich", "json", "plugins", "order", "openapi", "after"},
		"labels":   {"over", "configured"},
	}
	for name, dirs := range builds {
		archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		fsys, _ := files(archive)
		memory := filesys.MakeFsInMemory()
		for file, f := range fsys {
			if err := memory.WriteFile("/"+file, f.Data); err != nil {
				t.Fatal(err)
			}
		}
		for _, dir := range dirs {
			set, diags := input.Load(fsys, []string{dir}, input.Options{})
			if diags.HasErrors() {
				t.Errorf("%s/%s: %v", name, dir, diags)
			}
			var got []any
			for _, list := range [][]*input.Object{set.RGDs, set.CRDs, set.Objects} {
				for _, o := range list {
					got = append(got, o.Node.JSON())
				}
			}
			o := krusty.MakeDefaultOptions()
			o.Reorder = krusty.ReorderOptionUnspecified
			built, err := krusty.MakeKustomizer(o).Run(memory, "/"+dir)
			openapi.ResetOpenAPI()
			if err != nil {
				t.Fatalf("%s/%s: %v", name, dir, err)
			}
			var want []any
			for _, kind := range []string{"ResourceGraphDefinition", "CustomResourceDefinition", ""} {
				for _, res := range built.Resources() {
					if is := res.GetKind(); is == kind || (kind == "" && is != "ResourceGraphDefinition" && is != "CustomResourceDefinition") {
						text, err := res.AsYAML()
						if err != nil {
							t.Fatal(err)
						}
						docs, _ := source.Parse(source.NewFile("want", text), source.Limits{})
						want = append(want, docs[0].Root.JSON())
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s/%s: -kustomize +krowave\n%s", name, dir, diff)
			}
		}
	}
}

// TestNothingIsFetched: whatever a kustomization says, no request is sent and no git is run. Without the checks
// before the build every one of these fails: kustomize's own code asks the server or runs the command.
func TestNothingIsFetched(t *testing.T) {
	var requests, commands atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	t.Cleanup(server.Close)
	bin, marker := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\n: > "+marker+"\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	// What names a whole repository.
	repositories := []string{
		"URL/repo", "URL/a/b/c?ref=main", "github.com/acme/repo", "github.com:acme/repo.git", "GitHub.com/acme/repo", "git::github.com/acme/repo//x", "GIT::URL/a/b",
		"git@127.0.0.1:acme/repo.git", "ssh://127.0.0.1:1/acme/repo", "file:///acme/repo", "a@b/c/d", "a-b@127.0.0.1:x/y/z",
	}
	var kustomizations []string
	for _, r := range repositories {
		for _, field := range []string{"resources", "Resources", "bases", "components", "generators", "transformers", "validators"} {
			kustomizations = append(kustomizations, field+": [\""+r+"\"]\n")
		}
	}
	for _, text := range []string{
		"crds: [URL/x]", "configurations: [URL/x]", "openapi: {path: URL/x}", "patches: [{path: URL/x}]", "patchesStrategicMerge: [URL/x]",
		"patchesJson6902: [{path: URL/x, target: {kind: ConfigMap, version: v1, name: ok}}]", "replacements: [{path: URL/x}]",
		"configMapGenerator: [{name: x, files: [URL/x]}]", "configMapGenerator: [{name: x, files: [k=URL/x]}]", "configMapGenerator: [{name: x, envs: [URL/x]}]",
		"configMapGenerator: [{name: x, env: URL/x}]", "secretGenerator: [{name: x, files: [k=URL/x]}]", "secretGenerator: [{Name: x, Env: URL/x}]",
	} {
		kustomizations = append(kustomizations, text+"\n")
	}
	for _, config := range []string{
		"kind: PatchTransformer\n  path: URL/x", "kind: PatchTransformer\n  PATH: URL/x", "kind: PatchTransformer\n  ? path\n  : URL/x", "kind: PatchTransformer\n  <<: {path: URL/x}",
		"kind: PatchJson6902Transformer\n  path: URL/x\n  target: {name: x}", "kind: PatchStrategicMergeTransformer\n  paths: [URL/x]", "kind: ReplacementTransformer\n  replacements: [{path: URL/x}]",
		"kind: ConfigMapGenerator\n  files: [k=URL/x]", "kind: SecretGenerator\n  envs: [URL/x]", "kind: ConfigMapGenerator\n  env: URL/x", "kind: ValueAddTransformer\n  value: x\n  targetFilePath: URL/x",
		"kind: HelmChartInflationGenerator\n  name: x\n  repo: URL/x\n  valuesFile: URL/x",
	} {
		config = "apiVersion: builtin\n  metadata: {name: x}\n  " + config + "\n"
		for _, field := range []string{"generators", "transformers", "validators"} {
			kustomizations = append(kustomizations, field+":\n- |\n  "+config, field+":\n- |\n  apiVersion: v1\n  kind: List\n  items:\n  - "+strings.ReplaceAll(config, "\n", "\n  ")+"\n")
		}
	}
	for _, text := range kustomizations {
		text = strings.ReplaceAll(text, "URL", server.URL)
		ok := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ok}\n"
		_, diags := input.Load(tree(map[string]string{"kustomization.yaml": "namePrefix: x-\n" + text, "ok.yaml": ok}), []string{"."}, input.Options{})
		if !diags.HasErrors() {
			t.Errorf("accepted: %s", text)
		}
		if _, err := os.Stat(marker); err == nil {
			commands.Add(1)
			_ = os.Remove(marker)
			t.Errorf("git was run for: %s", text)
		}
		if requests.Swap(0) > 0 {
			t.Errorf("a request was sent for: %s", text)
		}
	}
}

// TestSchemaDoesNotStay: a custom OpenAPI schema serves only the kustomization that asks for it.
func TestSchemaDoesNotStay(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/features.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fsys, _ := files(archive)
	first := listing(fsys, []string{"after"}, "objects")
	_ = listing(fsys, []string{"openapi"}, "objects")
	if diff := cmp.Diff(first, listing(fsys, []string{"after"}, "objects")); diff != "" {
		t.Errorf("-before +after another build\n%s", diff)
	}
}

// TestRefusals: what kustomize says is the same in every run and quotes no value of a Secret.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason        string
		kustomization string
		want          string
	}{
		"Literal":   {"an entry of a Secret is not quoted", "secretGenerator: [{name: x, literals: [hunter2]}]", "an entry of a configMapGenerator or secretGenerator cannot be read"},
		"Env":       {"a line of a file is not quoted", "secretGenerator: [{name: x, envs: [e]}]", "an entry of a configMapGenerator or secretGenerator cannot be read"},
		"ConfigMap": {"an entry of a ConfigMap may be seen", "configMapGenerator: [{name: x, literals: [entry]}]", "loading KV pairs: literal sources [entry]: invalid literal source entry, expected key=value"},
		"Pointer": {
			"no address is in the message", "secretGenerator: [{name: x, behavior: merge, literals: [a=hunter2]}]",
			`merging from generator &{… …}: id resid.ResId{Gvk:resid.Gvk{Group:"", Version:"v1", Kind:"Secret", isClusterScoped:false}, Name:"x", Namespace:""} does not exist; cannot merge or replace`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := input.Load(tree(map[string]string{"kustomization.yaml": tc.kustomization, "e": "hunter2 \xff\n"}), []string{"."}, input.Options{})
			if diff := cmp.Diff([]string{"INP054 kustomization.yaml kustomize refuses to build this: " + tc.want}, codes(diags)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestManyBuilds: a few small files cannot become a build without end.
func TestManyBuilds(t *testing.T) {
	t.Parallel()
	files := map[string]string{"z/kustomization.yaml": "resources: [cm.yaml]\n", "z/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"}
	below := "z"
	for name := range strings.SplitSeq("abcdefghijklmnop", "") {
		files[name+"/kustomization.yaml"] = "resources: [../" + name + "1, ../" + name + "2]\n"
		files[name+"1/kustomization.yaml"] = "namePrefix: l\nresources: [../" + below + "]\n"
		files[name+"2/kustomization.yaml"] = "namePrefix: r\nresources: [../" + below + "]\n"
		below = name
	}
	_, diags := input.Load(tree(files), []string{below}, input.Options{})
	if len(diags) != 1 || diags[0].Code != diag.InputLimit {
		t.Errorf("got %v", diags)
	}
}

// TestConcurrentBuilds: kustomize's package variables are guarded. The race detector makes this test strict.
func TestConcurrentBuilds(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/features.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fsys, _ := files(archive)
	done := make(chan string)
	for range 4 {
		go func() { done <- listing(fsys, []string{"rich", "openapi"}, "objects") }()
	}
	first := <-done
	for range 3 {
		if again := <-done; again != first {
			t.Errorf("two builds of one input differ\n%s", cmp.Diff(first, again))
		}
	}
}
