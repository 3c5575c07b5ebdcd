package catalog

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/source"
)

func parse(tb testing.TB, text string) *source.Node {
	tb.Helper()
	docs, problems := source.Parse(source.NewFile("crd.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 || len(docs) == 0 {
		tb.Fatalf("%d documents, %v", len(docs), problems)
	}
	return docs[0].Root
}

func readFile(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// TestReadCRD: reading the text gives what decoding it as Kubernetes does gives.
func TestReadCRD(t *testing.T) {
	t.Parallel()
	text := readFile(t, "testdata/crd.yaml")
	got, diags := ReadCRD(parse(t, text))
	if len(diags) > 0 {
		t.Fatalf("ReadCRD() reports %v", diags)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict([]byte(text), &crd); err != nil {
		t.Fatal(err)
	}
	want := FromCRD(&crd, "crd.yaml:2")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadCRD() differs from FromCRD(): -FromCRD +ReadCRD\n%s", diff)
	}
	var names []string
	for _, k := range got {
		names = append(names, fmt.Sprint(k.GVK, " ", k.Plural, " ", k.Namespaced, " ", k.BuiltIn))
	}
	if diff := cmp.Diff([]string{"example.com/v1, Kind=Widget widgets true false", "example.com/v2, Kind=Widget widgets true false"}, names); diff != "" {
		t.Errorf("ReadCRD(): -want +got\n%s", diff)
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	kinds, _ := ReadCRD(parse(t, readFile(t, "testdata/crd.yaml")))
	root := kinds[0].Schema
	text := &Schema{Type: "string"}
	integer := &Schema{Type: "integer"}
	either := []*Schema{integer, text}
	cases := map[string]struct {
		reason string
		got    *Schema
		want   *Schema
	}{
		"Metadata":     {"what a CRD says about metadata does not show", at(root, "metadata"), ObjectMeta()},
		"Kind":         {"a CRD need not declare kind", at(root, "kind"), text},
		"IntOrString":  {"either type is spelt out", at(root, "spec", "port"), &Schema{IntOrString: true, AnyOf: either}},
		"SpeltOut":     {"but not twice", at(root, "spec", "spelt"), &Schema{IntOrString: true, AnyOf: either, Pattern: "^[0-9]+%?$"}},
		"AllOf":        {"nor when it is inside allOf", at(root, "spec", "inAllOf"), &Schema{IntOrString: true, AllOf: []*Schema{{AnyOf: either}, {Pattern: "x"}}}},
		"OtherAnyOf":   {"an anyOf of another meaning stays", at(root, "spec", "other"), &Schema{IntOrString: true, AnyOf: []*Schema{{Pattern: "a"}, {Pattern: "b"}}, AllOf: []*Schema{{AnyOf: either}}}},
		"InList":       {"in lists and maps too", at(root, "spec", "ports", "*", "*"), &Schema{IntOrString: true, AnyOf: either}},
		"EmbeddedMeta": {"an embedded object has metadata", at(root, "spec", "template", "metadata"), ObjectMeta()},
		"EmbeddedKeys": {"an embedded object names its kind", &Schema{Required: at(root, "spec", "template").Required}, &Schema{Required: []string{"apiVersion", "kind"}}},
		"NoSchema":     {"a version without fields", at(kinds[1].Schema, "spec"), nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
	if diff := cmp.Diff(&Schema{Type: "object"}, newPublisher().publish(nil)); diff != "" {
		t.Errorf("the kind of a CRD without a schema: -want +got\n%s", diff)
	}
}

func TestIsCRD(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   bool
	}{
		"V1":    {"the version of today", "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}", true},
		"Beta":  {"an older one, which ReadCRD refuses", "{apiVersion: apiextensions.k8s.io/v1beta1, kind: CustomResourceDefinition}", true},
		"Group": {"the kind of another group", "{apiVersion: example.com/v1, kind: CustomResourceDefinition}", false},
		"Kind":  {"another kind of the group", "{apiVersion: apiextensions.k8s.io/v1, kind: ConversionReview}", false},
		"List":  {"not even a map", "[]", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := IsCRD(parse(t, tc.text)); got != tc.want {
				t.Errorf("%s: IsCRD() = %t", tc.reason, got)
			}
		})
	}
	if IsCRD(nil) {
		t.Error("IsCRD(nil) = true")
	}
}

// crdText is a CRD in few lines; old is replaced by replacement.
func crdText(old, replacement string) string {
	return strings.Replace(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: example.com
  scope: Cluster
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {a: {type: string}}
`, old, replacement, 1)
}

func TestReadCRDProblems(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   []string
		kinds  int
	}{
		"None":         {"a sound CRD", crdText("", ""), nil, 1},
		"Beta":         {"an old version", crdText("k8s.io/v1", "k8s.io/v1beta1"), []string{`1:13 INP101 a CustomResourceDefinition of "apiextensions.k8s.io/v1beta1" cannot be read`}, 0},
		"NoSpec":       {"no spec", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n", []string{"1:1 INP101 spec is missing"}, 0},
		"NullSpec":     {"null is nothing", "apiVersion: apiextensions.k8s.io/v1\nspec: null\n", []string{"2:7 INP101 spec is missing"}, 0},
		"AllAtOnce":    {"all problems at once", crdText("  group: example.com\n  scope: Cluster\n  names: {kind: Widget, plural: widgets}", "  scope: cluster\n  names: {kind: ''}"), []string{`4:3 INP101 group is missing`, `4:10 INP101 scope is "cluster"`, "5:10 INP101 plural is missing", "5:17 INP101 kind is empty"}, 0},
		"NotServed":    {"no version is served", crdText("served: true", "served: false"), []string{"8:3 INP102 no version of Widget is served"}, 0},
		"NoVersions":   {"no version at all", crdText("versions:\n", "versions: []\n  other:\n"), []string{"7:13 INP102 no version of Widget is served"}, 0},
		"NoSchema":     {"the kind is known, its fields are not", crdText("schema:", "other:"), []string{"8:5 INP101 schema is missing"}, 1},
		"WrongType":    {"a number in place of a text", crdText("type: string", "type: 1"), []string{"13:32 INP101 type is of type integer, not string"}, 1},
		"WrongLimit":   {"a text in place of a number", crdText("type: string", "minLength: '1', maximum: x, enum: {}, required: [1], oneOf: [a]"), []string{"13:37 INP101 minLength is of type string, not integer", "13:51 INP101 maximum is of type string, not number", "13:60 INP101 enum is of type object, not array", "13:75 INP101 an item of required is of type integer, not string", "13:87 INP101 an item of oneOf is of type string, not object"}, 1},
		"WrongNesting": {"a text in place of a schema", crdText("{a: {type: string}}", "{a: x, b: {items: []}}\n        additionalProperties: x"), []string{"13:25 INP101 a is of type string, not object", "13:39 INP101 items is of type array, not object", "14:31 INP101 additionalProperties is of type string, not object"}, 1},
		"NullLimit":    {"null is nothing inside of a schema", crdText("type: string", "type: string, minLength: null"), nil, 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds, diags := ReadCRD(parse(t, tc.text))
			var got []string
			for _, d := range diags.Sorted() {
				p := d.Span.Start()
				got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, d.Code, d.Message))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || len(kinds) != tc.kinds {
				t.Errorf("%s: %d kinds, want %d; -want +got\n%s", tc.reason, len(kinds), tc.kinds, diff)
			}
		})
	}
	if kinds, diags := ReadCRD(nil); kinds != nil || !diags.HasErrors() {
		t.Errorf("ReadCRD(nil) = %v, %v", kinds, diags)
	}
}

func FuzzReadCRD(f *testing.F) {
	f.Add(readFile(f, "testdata/crd.yaml"))
	f.Add(crdText("", ""))
	f.Add(crdText("type: string", "minLength: '1', oneOf: [a]"))
	f.Fuzz(func(t *testing.T, text string) {
		docs, _ := source.Parse(source.NewFile("crd.yaml", []byte(text)), source.Limits{Nodes: 10_000})
		for _, doc := range docs {
			checkCRD(t, doc.Root)
		}
	})
}

// checkCRD: there are kinds or reasons why not, reasons have a place, and kinds are complete.
func checkCRD(t *testing.T, doc *source.Node) {
	t.Helper()
	kinds, diags := ReadCRD(doc)
	if len(kinds) == 0 && len(diags) == 0 {
		t.Error("no kinds and no reason for it")
	}
	for _, d := range diags {
		if d.Span.File() == nil {
			t.Errorf("%s points nowhere", d.Message)
		}
	}
	for _, k := range kinds {
		if k.GVK.Version == "" || k.Plural == "" || (k.Schema.Properties != nil && k.Schema.Properties["metadata"] == nil) {
			t.Errorf("%+v is incomplete", k)
		}
	}
}
