package admission_test

import (
	"encoding/json"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/source"
)

// FuzzAdmit: no schema and no object make Admit panic, and what is said is said at a
// place in the file. The bytes steer the schema, the text is the object.
func FuzzAdmit(f *testing.F) {
	for seed := range 8 {
		f.Add(pseudo(seed).data[:64], head+"spec: {a: 1, b: [a, {c: x}], d.e: null, f: {metadata: 1.5}}\n")
	}
	f.Add([]byte{6, 1, 3}, "metadata: {name: [], labels: 1, ownerReferences: [{}, 1]}\nspec: []\n")
	f.Fuzz(func(t *testing.T, choices []byte, text string) {
		d := &dice{choices}
		crd := crdOf(rooted(d.schema(3)))
		validator, err := admission.NewValidator(crd, "v1")
		if err != nil {
			return
		}
		docs, _ := source.Parse(source.NewFile("fuzz.yaml", []byte(text)), source.Limits{Nodes: 2000})
		for _, doc := range docs {
			obj, ok := doc.Root.JSON().(map[string]any)
			if !ok {
				continue
			}
			got, diags := validator.Admit(obj, doc.Root, admission.Options{Namespace: "default", Old: obj})
			for _, problem := range diags {
				if problem.Span.File() == nil || problem.Message == "" || strings.Contains(problem.Message, "%!") {
					t.Errorf("%+v", problem)
				}
			}
			if diags.HasErrors() {
				continue
			}
			again, diags := validator.Admit(got, nil, admission.Options{})
			if len(diags) > 0 {
				t.Errorf("not admitted a second time: %v", texts(diags))
			}
			if a, b := marshal(t, got), marshal(t, again); a != b {
				t.Errorf("admitted twice:\n%s\n%s", a, b)
			}
		}
	})
}

// FuzzSameAsServer compares Admit with the API server's packages.
func FuzzSameAsServer(f *testing.F) {
	for seed := range 8 {
		f.Add(pseudo(seed).data[:200])
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		d := &dice{choices}
		props := rooted(d.schema(3))
		spec := props.Properties["spec"]
		obj := thing(d.value(&spec, 4))
		obj["metadata"] = d.metadata()
		compare(t, props, obj, thing(d.value(&spec, 4)))
	})
}

// FuzzNewValidator: a schema is compiled or refused, whatever it says.
func FuzzNewValidator(f *testing.F) {
	for seed := range 8 {
		f.Add(marshal(f, rooted(pseudo(seed).schema(2))))
	}
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#/definitions/b"}}}`)
	f.Add(`{"type":"object","properties":{"spec":{"type":"array"}},"x-kubernetes-validations":[{"rule":"self.spec["}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var props apiextensionsv1.JSONSchemaProps
		if err := json.Unmarshal([]byte(text), &props); err != nil {
			return
		}
		validator, err := admission.NewValidator(crdOf(props), "v1")
		if err != nil {
			return
		}
		obj := thing(map[string]any{"a": "b", "c": []any{int64(1), map[string]any{}}})
		before := runtime.DeepCopyJSON(obj)
		validator.Admit(obj, nil, admission.Options{Old: before})
		if a, b := marshal(t, before), marshal(t, obj); a != b {
			t.Errorf("the object was changed:\n%s\n%s", a, b)
		}
	})
}

func marshal(t testing.TB, x any) string {
	t.Helper()
	raw, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
