package parameters

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/fieldpath"
)

func TestParse(t *testing.T) {
	t.Parallel()
	spec := fieldpath.Path{}.Key("spec")
	cases := map[string]struct {
		reason string
		text   string
		want   Parameters
		given  []string
	}{
		"empty": {"detection sends none", "", Parameters{Held: Fail}, nil},
		"blank": {"a variable that is set to blanks", " \n", Parameters{Held: Fail}, nil},
		"null":  {"Argo CD writes null for no parameters", "null", Parameters{Held: Fail}, nil},
		"none":  {"an empty list", "[]", Parameters{Held: Fail}, nil},
		"fixed": {
			"every fixed parameter", `[
				{"name":"mode","string":"passthrough"}, {"name":"rgds","array":["platform/rgds/","./platform/rgds","a/../b"]},
				{"name":"crds","string":"crds.yaml"}, {"name":"observed","array":["."]}, {"name":"held","string":"hold"},
				{"name":"wave-strategy","string":"level"}, {"name":"wave-base","string":"-7"}, {"name":"wave-stride","string":"3"},
				{"name":"strict","string":"true"}, {"name":"kubernetes-version","string":"1.35"}, {"name":"allow-empty","string":"true"}]`,
			Parameters{
				Mode: render.Passthrough, Library: []string{"platform/rgds", "b"}, CRDs: []string{"crds.yaml"}, Observed: []string{"."}, Held: Hold,
				Wave: wave.Options{Strategy: wave.Level, Base: -7, Stride: 3}, Strict: true, KubernetesVersion: "1.35", AllowEmpty: true,
			},
			[]string{"mode", "rgds", "crds", "observed", "held", "wave-strategy", "wave-base", "wave-stride", "strict", "kubernetes-version", "allow-empty"},
		},
		"zero values": {
			"what is given counts also when it is the default", `[{"name":"strict","string":"false"},{"name":"rgds","array":[]},{"name":"wave-base","string":"0"}]`,
			Parameters{Held: Fail},
			[]string{"strict", "rgds", "wave-base"},
		},
		"overrides": {
			"fields of instances, sorted by the parameter", `[
				{"name":"spec.z","string":"1"}, {"name":"WebApp/shop:spec.a.b","array":["x"]},
				{"name":"WebApp/prod/shop:spec.labels[\"a.b/c\"]","map":{}}, {"name":"spec[\"a b\"]","string":""}]`,
			Parameters{Held: Fail, Overrides: []Override{
				{Parameter: `WebApp/prod/shop:spec.labels["a.b/c"]`, Kind: "WebApp", Namespace: "prod", Name: "shop", Path: spec.Key("labels").Key("a.b/c")},
				{Parameter: "WebApp/shop:spec.a.b", Kind: "WebApp", Name: "shop", Path: spec.Key("a").Key("b")},
				{Parameter: "spec.z", Path: spec.Key("z")},
				{Parameter: `spec["a b"]`, Path: spec.Key("a b")},
			}},
			[]string{"spec.z"},
		},
		"unknown members": {"what a later Argo CD adds to an entry is passed over", `[{"name":"mode","string":"children","since":"4.0"}]`, Parameters{Mode: render.Children, Held: Fail}, []string{"mode"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tc.text)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreUnexported(Parameters{}, Override{})); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			for _, name := range tc.given {
				if !got.Given(name) {
					t.Errorf("%s: %s was given", tc.reason, name)
				}
			}
			if got.Given("nothing") || tc.given == nil && got.Given("mode") {
				t.Errorf("%s: something was not given", tc.reason)
			}
		})
	}
}

// TestParseAll: one error names all problems, sorted, with codes and suggestions. The texts themselves are in the
// archives of package application.
func TestParseAll(t *testing.T) {
	t.Parallel()
	_, err := Parse(`[{"name":"stric","string":"true"},{"name":"mode","string":"expant"},{"name":"rgds","array":["../x"]}]`)
	want := `parameter mode:1:1: PAR003: "expant" is not one of expand, children or passthrough; did you mean "expand"?
parameter rgds:1:1: PAR003: the path "../x" leads out of the repository; paths start at the root of the repository
parameter stric:1:1: PAR002: there is no such parameter; did you mean "strict"?`
	if _, ok := errors.AsType[*Error](err); !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// FuzzParse: whatever an Application says, it is read or refused, always the same way, and no path leaves the repository.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", `[{"name":"mode","string":"expand"}]`, `[{"name":"rgds","array":["a","../b","/c"]}]`, `[{"name":"spec.a[\"b\"].c","map":{"x":"y"}}]`,
		`[{"name":"K/n:spec.a","string":"1"},{"name":"K/ns/n:spec.a","array":[]}]`, `[{"name":1}]`, `[{"name":"a"`, `{"a":1}`, "[{\"name\":\"\\u0000\\n\\ud800\"}]", `[{"name":"wave-base","string":"99999999999999999999"}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		again, second := Parse(text)
		if (err == nil) != (second == nil) || err != nil && err.Error() != second.Error() {
			t.Fatalf("%v, and then %v", err, second)
		}
		if err != nil {
			problems, ok := errors.AsType[*Error](err)
			if !ok || !problems.Problems.HasErrors() {
				t.Fatalf("not an *Error with problems: %v", err)
			}
			for _, d := range problems.Problems {
				if path := d.Span.Path(); strings.ContainsAny(path, "\n\r") || !utf8.ValidString(path) {
					t.Errorf("a name that breaks the line: %q", path)
				}
			}
			return
		}
		if diff := cmp.Diff(p, again, cmpopts.IgnoreUnexported(Parameters{}, Override{})); diff != "" {
			t.Errorf("two readings: %s", diff)
		}
		for _, list := range [][]string{p.Library, p.CRDs, p.Observed} {
			for _, name := range list {
				if !fs.ValidPath(name) {
					t.Errorf("the path %q leads out of the repository", name)
				}
			}
		}
		if p.Wave.Stride < 0 || p.Held == "" {
			t.Errorf("got %+v", p)
		}
		for _, o := range p.Overrides {
			if key, _ := o.Path.Elements()[0].Key(); key != "spec" || o.Path.Len() < 2 || (o.Kind == "") != (o.Name == "") {
				t.Errorf("got %+v", o)
			}
		}
	})
}
