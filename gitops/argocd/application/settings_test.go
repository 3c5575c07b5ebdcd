package application

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

// TestLimits: a krowave.yaml, which whoever writes an application may change, lowers the limits of the server and never
// raises them.
func TestLimits(t *testing.T) {
	t.Parallel()
	const rgd = `
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: many}
spec:
  schema: {apiVersion: v1alpha1, kind: Many}
  resources:
    - id: config
      forEach: [{i: "${[1, 2, 3]}"}]
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a${string(i)}"}}
---
apiVersion: kro.run/v1alpha1
kind: Many
metadata: {name: m}
`
	cases := map[string]struct {
		reason  string
		options Options
		limits  string // of krowave.yaml
		want    bool
	}{
		"none":               {"no limit is in the way", Options{}, "", true},
		"server":             {"the server's limit on collections", Options{Render: render.Options{MaxItems: 2}}, "", false},
		"file raises":        {"the file cannot raise it", Options{Render: render.Options{MaxItems: 2}}, "collectionSize: 100", false},
		"file lowers":        {"the file can lower it", Options{}, "collectionSize: 2", false},
		"file is higher":     {"a limit of the file above the default is none", Options{}, "collectionSize: 1000000", true},
		"server's cost":      {"what expressions may cost", Options{Render: render.Options{Budget: 1}}, "cost: 10000000", false},
		"file's cost":        {"what expressions may cost, by the file", Options{}, "cost: 1", false},
		"server's objects":   {"the objects of an instance", Options{Render: render.Options{MaxObjects: 2}}, "", false},
		"server's documents": {"the objects of the input", Options{Limits: input.Limits{Documents: 1}}, "documents: 100", false},
		"file's documents":   {"the objects of the input, by the file", Options{}, "documents: 1", false},
		"server's bytes":     {"the size of a file", Options{Limits: input.Limits{FileBytes: 100}}, "fileBytes: 100000", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{"app/rgd.yaml": {Data: []byte(rgd)}}
			if tc.limits != "" {
				files["krowave.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: krowave.dev/v1alpha1\nkind: Config\nlimits: {%s}\n", tc.limits)}
			}
			_, err := renderer(t, tc.options).Generate(t.Context(), Request{Files: files, Digest: name, Path: "app"})
			if (err == nil) != tc.want {
				t.Errorf("%s: got %v", tc.reason, err)
			}
		})
	}
}

// known are live objects of one namespace.
type known struct {
	names []string
	all   bool
}

func (k known) Find(_ schema.GroupKind, _, name string) (eval.Live, bool) {
	return eval.Live{Object: map[string]any{"of": k.names}}, slices.Contains(k.names, name)
}

func (k known) List(schema.GroupKind, string, labels.Selector) ([]eval.Live, bool) {
	var list []eval.Live
	for _, n := range k.names {
		list = append(list, eval.Live{Object: map[string]any{"name": n}})
	}
	return list, k.all
}

// TestLayers: of several sources of live objects the first that knows an object counts, and of lists the first that is
// known to be whole.
func TestLayers(t *testing.T) {
	t.Parallel()
	if layered() != nil || layered(nil, nil) != nil {
		t.Error("no source is a source")
	}
	kind := schema.GroupKind{Kind: "ConfigMap"}
	cases := map[string]struct {
		reason  string
		sources []eval.Observed
		list    []map[string]any
		all     bool
		find    any // what holds the object b
	}{
		"one":          {"a single source is asked as it is", []eval.Observed{nil, known{[]string{"b"}, false}}, []map[string]any{{"name": "b"}}, false, []string{"b"}},
		"first":        {"the first one outranks the second", []eval.Observed{known{[]string{"a", "b"}, true}, known{[]string{"b"}, true}}, []map[string]any{{"name": "a"}, {"name": "b"}}, true, []string{"a", "b"}},
		"second whole": {"a whole list outranks one that may lack some", []eval.Observed{known{[]string{"a"}, false}, known{[]string{"b"}, true}}, []map[string]any{{"name": "b"}}, true, []string{"b"}},
		"none whole":   {"else the first that knows some", []eval.Observed{known{nil, false}, known{[]string{"b"}, false}, known{[]string{"c"}, false}}, []map[string]any{{"name": "b"}}, false, []string{"b"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := layered(tc.sources...)
			live, all := l.List(kind, "", labels.Everything())
			var list []map[string]any
			for _, o := range live {
				list = append(list, o.Object)
			}
			if diff := cmp.Diff(tc.list, list); diff != "" || all != tc.all {
				t.Errorf("%s: whole %t, want %t: -want +got\n%s", tc.reason, all, tc.all, diff)
			}
			o, _ := l.Find(kind, "", "b")
			if diff := cmp.Diff(tc.find, o.Object["of"]); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if _, found := l.Find(kind, "", "nobody"); found {
				t.Error("an object that nobody knows")
			}
		})
	}
}
