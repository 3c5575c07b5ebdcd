package hydrate_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/hydrate"
)

const inner = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: part}
spec:
  schema: {apiVersion: v1alpha1, kind: Part, spec: {text: string}}
  resources:
  - id: settings
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.metadata.name}-settings"}, data: {text: "${schema.spec.text}"}}
`

const outer = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema: {apiVersion: v1alpha1, kind: Shop, spec: {text: string}}
  resources:
  - id: first
    readyWhen: ["${first.metadata.name != ''}"]
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.metadata.name}-first"}, data: {text: "${schema.spec.text}"}}
  - id: nested
    template: {apiVersion: kro.run/v1alpha1, kind: Part, metadata: {name: "${schema.metadata.name}-part"}, spec: {text: "${first.metadata.name}"}}
  - id: last
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.metadata.name}-last"}, data: {text: "${nested.metadata.name}"}}
  - id: late
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.metadata.name}-late"}, data: {uid: "${first.metadata.uid}"}}
`

const instance = `apiVersion: kro.run/v1alpha1
kind: Shop
metadata: {name: one, namespace: a}
spec: {text: hello}
`

func render(t *testing.T, files map[string]string, q hydrate.Request) (*hydrate.Rendering, error) {
	t.Helper()
	r, err := hydrate.New(hydrate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	q.Files = func(context.Context) (fs.FS, error) { return fsys, nil }
	return r.Render(t.Context(), q)
}

// TestNeeds: an object needs what its node refers to and what the nodes that it is part of refer to, and whoever needs a nested
// instance needs all that it is made of.
func TestNeeds(t *testing.T) {
	t.Parallel()
	got, err := render(t, map[string]string{"app/rgd.yaml": outer, "app/one.yaml": instance, "lib/part.yaml": inner},
		hydrate.Request{Path: "./app", RGDs: []string{"./lib"}})
	if err != nil {
		t.Fatal(err)
	}
	type seen struct {
		ID, Instance, Node string
		Needs              []string
		Gates              bool
	}
	var objects []seen
	for _, o := range got.Objects {
		if o.Instance != "" {
			objects = append(objects, seen{o.ID, o.Instance, o.Node, o.Needs, o.Gates})
		}
	}
	const shop = "Shop.kro.run/a/one"
	want := []seen{
		{"a_one-first__ConfigMap", shop, "first", nil, true},
		{"a_one-part-settings__ConfigMap", shop, "nested/settings", []string{"a_one-first__ConfigMap"}, false},
		{"a_one-part_kro.run_Part", shop, "nested", []string{"a_one-first__ConfigMap"}, true},
		{"a_one-last__ConfigMap", shop, "last", []string{"a_one-part-settings__ConfigMap", "a_one-part_kro.run_Part"}, false},
		{"a_one_kro.run_Shop", shop, "", nil, false},
	}
	if diff := cmp.Diff(want, objects); diff != "" {
		t.Errorf("the objects: -want +got\n%s", diff)
	}
	held := []decision.HeldNode{{Instance: shop, Node: "late", Paths: []string{"first.metadata.uid"}, ID: "a_one-late__ConfigMap"}}
	if diff := cmp.Diff(held, got.Held); diff != "" {
		t.Errorf("the held nodes: -want +got\n%s", diff)
	}
	if len(got.Observations) != 2 {
		t.Errorf("there are %d Observations, want one for each instance", len(got.Observations))
	}
}

// TestInvalid: what the user has to mend says where.
func TestInvalid(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		files  map[string]string
		q      hydrate.Request
		want   string
	}{
		"Expression": {
			"A node that is not there.",
			map[string]string{"rgd.yaml": strings.Replace(outer, "${first.metadata.uid}", "${fist.metadata.uid}", 1), "part.yaml": inner},
			hydrate.Request{},
			"rgd.yaml:15:",
		},
		"Path": {
			"A path that the source does not have.", map[string]string{"one.yaml": instance}, hydrate.Request{Path: "app"}, "app: INP",
		},
		"Outside": {
			"A path that leads out of the source.", map[string]string{"one.yaml": instance}, hydrate.Request{Path: "../app"}, "../app: INP",
		},
		"Twice": {
			"An object that a file has and an instance makes.",
			map[string]string{"rgd.yaml": outer, "part.yaml": inner, "one.yaml": instance, "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one-first, namespace: a}\n"},
			hydrate.Request{},
			"EVA005",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := render(t, c.files, c.q)
			var wrong *hydrate.InvalidError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s Got %v, want %s", c.reason, err, c.want)
			}
		})
	}
}

// TestKept: a source that is known is not opened again, and gives the same.
func TestKept(t *testing.T) {
	t.Parallel()
	r, err := hydrate.New(hydrate.Options{Keep: 1})
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	files := fstest.MapFS{"rgd.yaml": {Data: []byte(outer)}, "part.yaml": {Data: []byte(inner)}, "one.yaml": {Data: []byte(instance)}}
	ask := func(digest, mode string) *hydrate.Rendering {
		got, err := r.Render(t.Context(), hydrate.Request{Digest: digest, Options: v1alpha1.RenderOptions{Mode: mode}, Files: func(context.Context) (fs.FS, error) {
			opened++
			return files, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := ask("sha256:1", "")
	again := ask("sha256:1", "")
	if opened != 1 || first.Digest != again.Digest {
		t.Errorf("opened %d times, digests %s and %s", opened, first.Digest, again.Digest)
	}
	ask("sha256:2", "")
	ask("sha256:1", "")
	if opened != 3 {
		t.Errorf("opened %d times, want 3: only one source is kept", opened)
	}
	passed := ask("sha256:1", "passthrough")
	for _, o := range passed.Objects {
		if o.Instance != "" {
			t.Errorf("%s belongs to %s, and nobody looks at it", o.ID, o.Instance)
		}
		if strings.HasSuffix(o.ID, "_ResourceGraphDefinition") && !strings.Contains(string(o.Manifest), `"kustomize.toolkit.fluxcd.io/substitute":"disabled"`) {
			t.Errorf("Flux would read the expressions of %s", o.ID)
		}
	}
}
