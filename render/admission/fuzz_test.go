package admission_test

import (
	"encoding/json"
	"iter"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/diag"
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
		validator, err := admission.NewValidator(crdOf(rooted(d.schema(3))), "v1")
		if err != nil {
			return
		}
		for root, obj := range objects(text) {
			got, diags := validator.Admit(obj, root, admission.Options{Namespace: "default", Old: obj})
			for _, problem := range diags {
				if problem.Span.File() == nil || problem.Message == "" || strings.Contains(problem.Message, "%!") {
					t.Errorf("%+v", problem)
				}
			}
			if !diags.HasErrors() {
				admitAgain(t, validator, got)
			}
		}
	})
}

// admitAgain: what was admitted is admitted as it is.
func admitAgain(t *testing.T, validator *admission.Validator, stored map[string]any) {
	t.Helper()
	again, diags := validator.Admit(stored, nil, admission.Options{})
	if len(diags) > 0 {
		t.Errorf("not admitted a second time: %v", texts(diags))
	}
	if a, b := marshal(t, stored), marshal(t, again); a != b {
		t.Errorf("admitted twice:\n%s\n%s", a, b)
	}
}

// objects are the documents of a text that are objects, with where they are written.
func objects(text string) iter.Seq2[*source.Node, map[string]any] {
	return func(yield func(*source.Node, map[string]any) bool) {
		docs, _ := source.Parse(source.NewFile("fuzz.yaml", []byte(text)), source.Limits{Nodes: 2000})
		for _, doc := range docs {
			if obj, ok := doc.Root.JSON().(map[string]any); ok && !yield(doc.Root, obj) {
				return
			}
		}
	}
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

// FuzzCheck: no object of any kind makes Check panic, nothing is an error, and no value of a
// Secret is repeated.
func FuzzCheck(f *testing.F) {
	f.Add("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: [1]}\nspec: {replicas: x, template: {spec: {containers: [1, {ports: [{}, null]}]}}}\n")
	f.Add("apiVersion: v1\nkind: Secret\nmetadata: []\ndata: {a: hunter2!, b: [hunter2!], c: {d: hunter2!}}\nstringData: hunter2!\n")
	f.Add("apiVersion: v1\nkind: Service\nspec: {ports: [{port: 1e99}, {port: -1.5, targetPort: {}}], selector: null}\n")
	f.Add("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {versions: [{schema: {openAPIV3Schema: {properties: {a: {enum: [1], default: {}}}}}}]}\n")
	f.Add("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec: {image: 1, ports: [{port: a}, 1], values: {a: null}, cache: {name: []}}\n")
	c := builtin(f).With(customKind(*specCRD(f, webSchema).Spec.Versions[0].Schema.OpenAPIV3Schema))
	checker := admission.NewChecker()
	f.Fuzz(func(t *testing.T, text string) {
		for root, obj := range objects(text) {
			kind, ok := kindOf(c, obj)
			if !ok {
				continue
			}
			before := marshal(t, obj)
			for _, problem := range checker.Check(obj, kind, locator(root)) {
				discreet(t, problem)
			}
			if after := marshal(t, obj); after != before {
				t.Errorf("the object was changed:\n%s\n%s", before, after)
			}
		}
	})
}

// discreet: a problem of a rendered object is a warning, and repeats no secret.
func discreet(t *testing.T, problem diag.Diagnostic) {
	t.Helper()
	shown := printed(t, diag.List{problem})
	if problem.Severity != diag.Warning || strings.Contains(shown, "%!") {
		t.Errorf("%+v", problem)
	}
	if problem.Secret && strings.Contains(shown, "hunter2!") {
		t.Errorf("a secret is shown:\n%s", shown)
	}
}
