package admission_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// server does what the API server does with a custom resource, with the API server's own
// packages, in the order of its handler and its strategy.
type server struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *schemacel.Validator
	namespaced bool
}

func newServer(tb testing.TB, crd *apiextensionsv1.CustomResourceDefinition) *server {
	tb.Helper()
	raw, err := json.Marshal(crd)
	if err != nil {
		tb.Fatal(err)
	}
	var decoded apiextensionsv1.CustomResourceDefinition
	if err := json.Unmarshal(raw, &decoded); err != nil {
		tb.Fatal(err)
	}
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(decoded.Spec.Versions[0].Schema.OpenAPIV3Schema, &props, nil); err != nil {
		tb.Fatal(err)
	}
	s, err := schema.NewStructural(&props)
	if err != nil {
		tb.Fatal(err)
	}
	s = s.DeepCopy()
	if err := defaulting.PruneDefaults(s); err != nil {
		tb.Fatal(err)
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		tb.Fatal(err)
	}
	return &server{
		structural: s, validator: validator, namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped,
		rules: schemacel.NewValidator(s, true, celconfig.PerCallLimit),
	}
}

// create answers the stored object, the dropped fields and the errors. An error
// of the first kind means that the object could not even be decoded.
func (s *server) create(tb testing.TB, obj map[string]any) (stored map[string]any, unknown []string, errs field.ErrorList) {
	tb.Helper()
	raw, err := json.Marshal(obj)
	if err != nil {
		tb.Fatal(err)
	}
	if err := utiljson.Unmarshal(raw, &stored); err != nil {
		tb.Fatal(err)
	}
	strict := objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true}
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(stored, strict)
	if err != nil {
		return nil, unknown, field.ErrorList{field.TypeInvalid(field.NewPath("metadata"), nil, err.Error())}
	}
	unknown = append(unknown, pruning.PruneWithOptions(stored, s.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
	defaulting.PruneNonNullableNullsWithoutDefaults(stored, s.structural)
	invalid, more := objectmeta.CoerceWithOptions(nil, stored, s.structural, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if invalid != nil {
		return nil, unknown, field.ErrorList{invalid}
	}
	unknown = append(unknown, more...)
	if found {
		if meta.Namespace == "" {
			meta.Namespace = "default" // as the request's path has it
		}
		if err := objectmeta.SetObjectMeta(stored, meta); err != nil {
			tb.Fatal(err)
		}
	} else {
		stored["metadata"], meta = map[string]any{"namespace": "default"}, &metav1.ObjectMeta{Namespace: "default"}
	}
	defaulting.Default(stored, s.structural)
	delete(stored, "status")
	errs = metavalidation.ValidateObjectMeta(meta, s.namespaced, metavalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	errs = append(errs, validation.ValidateCustomResource(nil, stored, s.validator)...)
	errs = append(errs, objectmeta.Validate(nil, stored, s.structural, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, stored)...)
	return stored, unknown, errs
}

// validateRules evaluates the rules of a stored object.
func (s *server) validateRules(stored, old map[string]any) field.ErrorList {
	var before any
	if old != nil {
		before = old
	}
	errs, _ := s.rules.Validate(context.Background(), nil, s.structural, stored, before, celconfig.RuntimeCELCostBudget)
	return errs
}

func blocking(errs field.ErrorList) bool {
	return slices.ContainsFunc(errs, func(err *field.Error) bool {
		switch err.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
			return true
		}
		return false
	})
}

func thing(spec any) map[string]any {
	return map[string]any{
		"apiVersion": "example.com/v1", "kind": "Thing",
		"metadata": map[string]any{"name": "one", "namespace": "default"}, "spec": spec,
	}
}

// compare holds Admit against the API server's own packages.
func compare(t *testing.T, props apiextensionsv1.JSONSchemaProps, obj, old map[string]any) {
	t.Helper()
	crd := crdOf(props)
	validator, err := admission.NewValidator(crd, "v1")
	if err != nil {
		return
	}
	before, err := json.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	got, diags := validator.Admit(obj, nil, admission.Options{Namespace: "default", Old: old})
	if after, _ := json.Marshal(obj); string(after) != string(before) {
		t.Errorf("Admit changed its input:\n%s\n%s", before, after)
	}
	s := newServer(t, crd)
	stored, unknown, errs := s.create(t, obj)
	describe := func() string {
		schemaText, _ := json.Marshal(props.Properties["spec"])
		return fmt.Sprintf("schema: %s\nobject: %s\nAdmit: %v\nserver: %v", schemaText, before, texts(diags), errs)
	}
	if stored == nil {
		if !diags.HasErrors() {
			t.Errorf("the server cannot decode what Admit takes\n%s", describe())
		}
		return
	}
	if diff := cmp.Diff(stored, got); diff != "" {
		t.Errorf("object: -server +Admit\n%s\n%s", diff, describe())
	}
	if dropped := only(diags, diag.Warning); len(dropped) != len(unknown) && !has(diags, diag.InstanceType) {
		t.Errorf("dropped fields: the server has %q, Admit %q\n%s", unknown, texts(dropped), describe())
	}
	if s.rules != nil && !blocking(errs) {
		var oldStored map[string]any
		if old != nil {
			oldStored, _, _ = s.create(t, old)
		}
		errs = append(errs, s.validateRules(stored, oldStored)...)
	}
	if diags.HasErrors() != (len(errs) > 0) {
		t.Errorf("verdicts differ\n%s", describe())
	}
	if strings.Contains(fmt.Sprint(errs), "Of)") { // Which alternative to explain is a matter of taste.
		return
	}
	for _, err := range errs {
		if err.Field != "<nil>" && !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return mentions(d, err.Field) }) {
			t.Errorf("%s: Admit says nothing about it\n%s", err, describe())
		}
	}
}

// mentions compares paths, which differ in how odd keys are written. Below a value of the
// wrong type Admit looks no further.
func mentions(d diag.Diagnostic, path string) bool {
	plain := strings.NewReplacer(`["`, ".", `"]`, "", "[", ".", "]", "")
	if strings.HasPrefix(path, "metadata.") { // The server leaves keys and indices out.
		path = strings.Join(strings.Split(path, ".")[:2], ".")
	}
	got, want := plain.Replace(d.Message), strings.TrimPrefix(plain.Replace(path), ".")
	if d.Code == diag.InstanceType {
		got, _, _ = strings.Cut(got, " must be ")
		return strings.HasPrefix(want, got)
	}
	return strings.HasPrefix(got, want)
}

func texts(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s[%s]: %s", d.Severity, d.Code, d.Message))
	}
	return out
}

func has(list diag.List, code diag.Code) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == code })
}

func only(list diag.List, severity diag.Severity) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != severity })
}

// TestSameAsServer compares with the API server on schemas and objects of all sorts.
func TestSameAsServer(t *testing.T) {
	t.Parallel()
	rounds := 2000
	if testing.Short() {
		rounds = 300
	}
	for seed := range rounds {
		d := pseudo(seed)
		props := rooted(d.schema(3))
		spec := props.Properties["spec"]
		obj := thing(d.value(&spec, 4))
		var old map[string]any
		if d.often() {
			old = thing(d.value(&spec, 4))
		}
		if d.seldom() {
			obj["metadata"] = d.metadata()
		}
		compare(t, props, obj, old)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestCheckSameAsAdmit: a rendered custom resource is held to what an instance is held to,
// but for rules in CEL, which the catalogue does not have.
func TestCheckSameAsAdmit(t *testing.T) {
	t.Parallel()
	for seed := range 500 {
		d := pseudo(seed)
		props := rooted(d.schema(3))
		spec := props.Properties["spec"]
		obj := thing(d.value(&spec, 4))
		validator, err := admission.NewValidator(crdOf(props), "v1")
		if err != nil || strings.Contains(marshal(t, props), `"additionalProperties":false`) { // which the catalogue does not know
			continue
		}
		_, diags := validator.Admit(obj, nil, admission.Options{})
		want := slices.DeleteFunc(sortedMessages(diags), func(m string) bool {
			return strings.Contains(m, "breaks the rule") || strings.Contains(m, "is refused:") || strings.Contains(m, "cannot be validated")
		})
		nowhere := func(fieldpath.Path) source.Span { return source.Span{} }
		got := sortedMessages(admission.NewChecker().Check(obj, customKind(props), nowhere))
		if diff := cmp.Diff(want, got); len(want)+len(got) > 0 && diff != "" {
			t.Fatalf("seed %d: -Admit +Check\n%s", seed, diff)
		}
	}
}

func sortedMessages(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Message)
	}
	slices.Sort(out)
	return out
}
