package simpleschema_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kubernetes-sigs/kro/api/v1alpha1"
	krocrd "github.com/kubernetes-sigs/kro/pkg/graph/crd"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krowave/krowave/render/crd"
)

// refused asks the API server's own code whether a CRD may be created.
func refused(t *testing.T, c *apiextensionsv1.CustomResourceDefinition) field.ErrorList {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var read apiextensionsv1.CustomResourceDefinition
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	apiextensionsv1.SetDefaults_CustomResourceDefinition(&read)
	apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&read.Spec)
	var internal apiextensions.CustomResourceDefinition
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&read, &internal, nil); err != nil {
		t.Fatal(err)
	}
	internal.Status.StoredVersions = []string{read.Spec.Versions[0].Name}
	return validation.ValidateCustomResourceDefinition(context.Background(), &internal)
}

// compareCRD makes a CRD on both sides and asks the API server's code and ours
// whether it can be created. It tells whether it can.
func compareCRD(t *testing.T, s simple, in crd.Input) bool {
	t.Helper()
	built, root, diags := s.ours(t)
	if built == nil {
		t.Fatalf("%v: %v", s, diags)
	}
	in.Spec = built.Schema
	ours := crd.Synthesize(in)
	theirs := kroCRD(in)
	ours.TypeMeta = theirs.TypeMeta
	if diff := cmp.Diff(asJSON(t, theirs), asJSON(t, ours)); diff != "" {
		t.Errorf("%v (-kro +ours):\n%s", s, diff)
	}
	want := refused(t, theirs)
	got := crd.Check(ours, crd.Origin{Schema: root, Spec: built.Origin})
	if (len(want) > 0) != got.HasErrors() {
		t.Errorf("%v\nthe API server: %v\nours: %v", asJSON(t, s), want.ToAggregate(), got)
	}
	for _, d := range got {
		if d.Span.File() == nil {
			t.Errorf("%v: no place for %s", s, d.Message)
		}
	}
	return len(want) == 0
}

// kroCRD is the CRD that kro makes, in the two steps in which it does.
func kroCRD(in crd.Input) *apiextensionsv1.CustomResourceDefinition {
	scope := apiextensionsv1.ClusterScoped
	if in.Namespaced {
		scope = apiextensionsv1.NamespaceScoped
	}
	schema := &v1alpha1.Schema{
		ShortNames: in.ShortNames, Categories: in.Categories, AdditionalPrinterColumns: in.PrinterColumns,
		Metadata: &v1alpha1.CRDMetadata{Labels: in.Labels, Annotations: in.Annotations},
	}
	c := krocrd.SynthesizeCRD(in.Group, in.Version, in.Kind, *in.Spec, apiextensionsv1.JSONSchemaProps{}, false, scope, schema)
	status := apiextensionsv1.JSONSchemaProps{Type: "object"}
	if in.Status != nil {
		status = *in.Status.DeepCopy()
	}
	krocrd.SetCRDStatus(c, status, true)
	return c
}

// TestCRDNames compares the CRDs of kinds and names, sound or not.
func TestCRDNames(t *testing.T) {
	t.Parallel()
	base := crd.Input{Group: "kro.run", Version: "v1alpha1", Kind: "App", Namespaced: true}
	change := func(f func(*crd.Input)) crd.Input {
		in := base
		f(&in)
		return in
	}
	column := func(name, typ, path, format string) crd.Input {
		return change(func(in *crd.Input) {
			in.PrinterColumns = []apiextensionsv1.CustomResourceColumnDefinition{{Name: name, Type: typ, JSONPath: path, Format: format}}
		})
	}
	cases := []crd.Input{
		base,
		column("A", "string", ".spec.a", ""), column("", "string", ".spec.a", ""), column("A", "text", ".spec.a", ""), column("A", "", ".spec.a", ""),
		column("A", "date", "spec.a", "date"), column("A", "integer", "", "int32"), column("A", "integer", ".", "int16"), column("A", "string", "{.spec.a}", ""),
	}
	for _, kind := range []string{"Policy", "Proxy", "VPC", "Index", "Person", "Focus", "Octopus", "Info", "DNS", "Data", "Redis", "TLS", "Series", "Gateway", "List", "A", "Ab1", "App_x", "App-x", "1App", "LongKindNameLongKindNameLongKindNameLongKindNameLongKindNameLong1", ""} {
		cases = append(cases, change(func(in *crd.Input) { in.Kind = kind }))
	}
	for _, group := range []string{"", "nodots", "Upper.example.com", "a..b", "example.com", "apps.k8s.io", "x.kubernetes.io", "a_b.c"} {
		cases = append(cases, change(func(in *crd.Input) { in.Group = group }))
	}
	for _, version := range []string{"v1", "V1", "1", "v1.0", "", "v1beta1"} {
		cases = append(cases, change(func(in *crd.Input) { in.Version = version }))
	}
	for _, name := range []string{"a", "", "A", "a_b", "-a", "a-", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		cases = append(cases, change(func(in *crd.Input) { in.ShortNames = []string{name, "ok"} }), change(func(in *crd.Input) { in.Categories = []string{name} }),
			change(func(in *crd.Input) { in.Labels = map[string]string{"k": name} }), change(func(in *crd.Input) { in.Annotations = map[string]string{name: "x"} }))
	}
	cases = append(cases,
		change(func(in *crd.Input) { in.Namespaced = false }),
		change(func(in *crd.Input) {
			in.Group = "apps.k8s.io"
			in.Annotations = map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"}
		}),
		change(func(in *crd.Input) {
			in.Status = &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"state": {Type: "integer"}, "x": {Type: "string"}}}
		}),
		change(func(in *crd.Input) {
			in.Status = &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"x": {}}}
		}),
		change(func(in *crd.Input) {
			in.Status = &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"x": {Type: "array"}}}
		}),
	)
	s := simple{Spec: map[string]any{"a": "string"}}
	for _, in := range cases {
		compareCRD(t, s, in)
	}
}

// TestCRDSchemas compares whether invented schemas can be installed.
func TestCRDSchemas(t *testing.T) {
	t.Parallel()
	count := 1_500
	if testing.Short() {
		count = 300
	}
	in := crd.Input{Group: "kro.run", Version: "v1", Kind: "App", Namespaced: true}
	tried, installed := 0, 0
	for seed := range count {
		d := crdDice{rand.New(rand.NewPCG(uint64(seed), 2))}
		s := d.schema()
		if _, err := s.theirs(); err != nil {
			continue
		}
		tried++
		if compareCRD(t, s, in) {
			installed++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if tried < count/2 || installed < tried/10 || installed > tried*9/10 {
		t.Errorf("%d of %d schemas can be installed, of %d: the generator is too one-sided", installed, tried, count)
	}
}

// crdDice invents schemas that kro accepts and the API server may not.
type crdDice struct{ *rand.Rand }

func (d crdDice) pick(from ...string) string { return from[d.IntN(len(from))] }

func (d crdDice) schema() simple {
	s := simple{Spec: map[string]any{}, Types: map[string]any{"Scalar": d.scalar(), "Struct": d.object(), "Deep": map[string]any{"parts": d.list("Struct"), "one": "Struct"}}}
	for _, name := range []string{"a", "b-c", "metadata"}[:1+d.IntN(3)] {
		s.Spec[name] = d.field()
	}
	return s
}

func (d crdDice) object() map[string]any {
	o := map[string]any{"name": d.scalar(), "id": d.pick("string | required=true maxLength=5", "integer", "integer | default=1", "[]string")}
	if d.IntN(3) == 0 {
		o["tags"] = d.list("Scalar")
	}
	return o
}

func (d crdDice) field() any {
	switch d.IntN(8) {
	case 0:
		return d.object()
	case 1:
		return d.list("Struct")
	case 2:
		return d.list("Deep")
	case 3:
		return d.pick("map[string]Struct", "map[string]Scalar", "map[string]string | validation=\"size(self) < 5\"", "map[string]string | default={\"a\":\"b\"}", "map[string]integer | default={\"a\":\"b\"}")
	case 4:
		return d.pick("Struct | validation=\"has(self.name)\"", "Struct | validation=\"self.id == 'x'\"", "Struct | default={}", "Struct | default={\"id\":\"x\"}", "Struct | default={\"nope\":1}", "Deep | immutable=true")
	case 5:
		return d.pick("object | validation=\"has(self.x)\"", "object | validation=true", "object | default={\"a\":1}", "object | default=[]", "object")
	}
	return d.scalar()
}

func (d crdDice) scalar() string {
	return d.pick(
		"string", "string | default=a", "string | default=a maxLength=0", "string | enum=a,b default=c", "string | pattern=^b default=a", "string | immutable=true",
		"string | immutable=true maxLength=10", "string | validation=\"self != oldSelf\"", "string | validation=\"self.matches('^a*$')\"", "string | validation=\"self > 1\"",
		"string | validation=\"self == 'a' default=b\"", "string | validation=\"self == 'a'\" default=b", "string | validation=\"self.size() < 5\" maxLength=100", "integer | default=5 minimum=6",
		"integer | default=5 validation=\"self > 4\"", "integer | minimum=5 maximum=1", "boolean | default=1", "float | default=1.5 maximum=1.5", "float | default=2", "integer | enum=1,2 default=2",
		"string | validation=\"self.matches('^a*$')\" maxLength=100000", "string | validation=\"self.contains('x') || self.contains('y')\" validation=\"self.split('').all(x, self.contains(x))\"", "Nope",
	)
}

func (d crdDice) list(elem string) string {
	return "[]" + d.pick(elem, elem, "string", "[]"+elem, "map[string]"+elem) + d.pick("", " | maxItems=5", " | listType=set", " | uniqueItems=true maxItems=3", " | listType=map listMapKey=id", " | listType=map listMapKey=id maxItems=10",
		" | listType=map listMapKey=name", " | listType=map", " | immutable=true", " | immutable=true maxItems=5", " | listType=atomic default=[]", " | validation=\"self.all(x, x == x)\"", " | default=[\"a\",\"a\"] listType=set", " | validation=\"self.exists_one(x, self.all(y, x == y))\"")
}
