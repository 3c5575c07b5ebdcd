package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	kroschema "github.com/kubernetes-sigs/kro/pkg/graph/schema"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/source"
	"github.com/krowave/krowave/test/kro/modules"
)

// catalogDocument is an OpenAPI v3 document as kro decodes it.
type catalogDocument struct {
	Components struct {
		Schemas map[string]*spec.Schema `json:"schemas"`
	} `json:"components"`
}

// resolve finds the component of a kind and replaces references, with kro's own resolver.
func (d *catalogDocument) resolve(t *testing.T, gvk schema.GroupVersionKind) *spec.Schema {
	t.Helper()
	const prefix = "#/components/schemas/"
	for name, s := range d.Components.Schemas {
		var kinds []schema.GroupVersionKind
		if err := s.Extensions.GetObject("x-kubernetes-group-version-kind", &kinds); err != nil {
			t.Fatal(err)
		}
		for _, k := range kinds {
			if k != gvk {
				continue
			}
			resolved, err := resolver.PopulateRefs(func(ref string) (*spec.Schema, bool) {
				found, ok := d.Components.Schemas[strings.TrimPrefix(ref, prefix)]
				return found, ok
			}, name)
			if err != nil {
				t.Fatal(err)
			}
			return resolved
		}
	}
	t.Fatalf("no schema of %v", gvk)
	return nil
}

// TestCatalogBuiltin: the schema of every built-in kind is the one that kro resolves.
func TestCatalogBuiltin(t *testing.T) {
	t.Parallel()
	dir, err := modules.KubernetesOpenAPI(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours, err := catalog.Builtin("1.36")
	if err != nil {
		t.Fatal(err)
	}
	compiledIn := resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, scheme.Scheme)
	documents := map[schema.GroupVersion]*catalogDocument{}
	for _, gvk := range ours.Kinds() {
		theirs, err := compiledIn.ResolveSchema(gvk)
		if err != nil {
			gv := gvk.GroupVersion()
			if documents[gv] == nil {
				documents[gv] = readCatalogDocument(t, dir, gv)
			}
			theirs = documents[gv].resolve(t, gvk)
		}
		kind, _ := ours.Lookup(gvk)
		// The documents in the source of Kubernetes lack the enums that API servers publish.
		if diff := cmp.Diff(ourSchema(t, theirs), kind.Schema, cmpopts.IgnoreFields(catalog.Schema{}, "Description", "Enum")); diff != "" {
			t.Errorf("%v: -kro +ours\n%s", gvk, diff)
		}
	}
}

func readCatalogDocument(t *testing.T, dir string, gv schema.GroupVersion) *catalogDocument {
	t.Helper()
	name := "apis__" + gv.Group + "__" + gv.Version
	if gv.Group == "" {
		name = "api__" + gv.Version
	}
	data, err := os.ReadFile(filepath.Join(dir, name+"_openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	d := &catalogDocument{}
	if err := json.Unmarshal(data, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCatalogParts: the schemas that kro takes from its own binary.
func TestCatalogParts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kro  spec.Schema
		ours *catalog.Schema
	}{
		"ObjectMeta":    {kroschema.ObjectMetaSchema, catalog.ObjectMeta()},
		"LabelSelector": {kroschema.LabelSelectorSchema, catalog.LabelSelector()},
	} {
		if diff := cmp.Diff(ourSchema(t, &tc.kro), tc.ours, cmpopts.IgnoreFields(catalog.Schema{}, "Description")); diff != "" {
			t.Errorf("%s: -kro +ours\n%s", name, diff)
		}
	}
}

// TestCatalogCRD: the kind of a CRD has the schema that an API server publishes and kro resolves,
// for kro's own CRDs and for one that uses everything.
func TestCatalogCRD(t *testing.T) {
	t.Parallel()
	dir, err := modules.Kro(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "helm", "crds", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, filepath.Join("..", "..", "..", "render", "catalog", "testdata", "crd.yaml"))
	if len(names) < 2 {
		t.Fatal("no CRDs of kro")
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		crd := &extv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(text, crd); err != nil {
			t.Fatal(err)
		}
		documents, problems := source.Parse(source.NewFile(filepath.Base(name), text), source.Limits{})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		kinds, diags := catalog.ReadCRD(documents[0].Root)
		if len(kinds) == 0 || len(diags) > 0 {
			t.Errorf("%s: %d kinds, %v", name, len(kinds), diags)
		}
		for _, kind := range kinds {
			theirs := published(t, crd, kind.GVK)
			if diff := cmp.Diff(ourSchema(t, theirs), kind.Schema, cmpopts.IgnoreFields(catalog.Schema{}, "Description")); diff != "" {
				t.Errorf("%v: -kro +ours\n%s", kind.GVK, diff)
			}
		}
	}
}

// published is the schema of a CRD's version as kro finds it in the API server's document.
func published(t *testing.T, crd *extv1.CustomResourceDefinition, gvk schema.GroupVersionKind) *spec.Schema {
	t.Helper()
	served, err := builder.BuildOpenAPIV3(crd, gvk.Version, builder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(served)
	if err != nil {
		t.Fatal(err)
	}
	d := &catalogDocument{}
	if err := json.Unmarshal(data, d); err != nil {
		t.Fatal(err)
	}
	return d.resolve(t, gvk)
}

// ourSchema writes kro's form of a schema as ours, field by field.
func ourSchema(t *testing.T, s *spec.Schema) *catalog.Schema {
	t.Helper()
	if s == nil {
		return nil
	}
	out := &catalog.Schema{
		Format: s.Format, Nullable: s.Nullable, Pattern: s.Pattern, MultipleOf: s.MultipleOf,
		Minimum: s.Minimum, Maximum: s.Maximum, ExclusiveMinimum: s.ExclusiveMinimum, ExclusiveMaximum: s.ExclusiveMaximum,
		MinLength: s.MinLength, MaxLength: s.MaxLength, MinItems: s.MinItems, MaxItems: s.MaxItems,
		MinProperties: s.MinProperties, MaxProperties: s.MaxProperties, UniqueItems: s.UniqueItems,
		Not: ourSchema(t, s.Not), OneOf: ourSchemas(t, s.OneOf), AnyOf: ourSchemas(t, s.AnyOf), AllOf: ourSchemas(t, s.AllOf),
	}
	if len(s.Type) > 0 {
		out.Type = s.Type[0]
	}
	out.Required = append(out.Required, s.Required...)
	for name, field := range s.Properties {
		if out.Properties == nil {
			out.Properties = map[string]*catalog.Schema{}
		}
		out.Properties[name] = ourSchema(t, &field)
	}
	if s.Items != nil {
		out.Items = ourSchema(t, s.Items.Schema)
	}
	if a := s.AdditionalProperties; a != nil {
		out.AdditionalProperties, out.AnyAdditional = ourSchema(t, a.Schema), a.Allows && a.Schema == nil
	}
	out.Default = ourValue(t, s.Default)
	for _, value := range s.Enum {
		out.Enum = append(out.Enum, ourValue(t, value))
	}
	out.PreserveUnknown, _ = s.Extensions.GetBool("x-kubernetes-preserve-unknown-fields")
	out.Embedded, _ = s.Extensions.GetBool("x-kubernetes-embedded-resource")
	out.IntOrString, _ = s.Extensions.GetBool("x-kubernetes-int-or-string")
	out.IntOrString = out.IntOrString || s.Format == "int-or-string"
	out.ListType, _ = s.Extensions.GetString("x-kubernetes-list-type")
	out.MapType, _ = s.Extensions.GetString("x-kubernetes-map-type")
	if keys, ok := s.Extensions.GetStringSlice("x-kubernetes-list-map-keys"); ok {
		out.ListMapKeys = keys
	}
	return out
}

func ourSchemas(t *testing.T, list []spec.Schema) []*catalog.Schema {
	t.Helper()
	var all []*catalog.Schema
	for i := range list {
		// An allOf around a reference is what the reference was replaced in.
		if list[i].Ref.GetURL() == nil {
			all = append(all, ourSchema(t, &list[i]))
		}
	}
	return all
}

// ourValue writes a JSON value with whole numbers as int64.
func ourValue(t *testing.T, value any) any {
	t.Helper()
	if value == nil {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	docs, problems := source.Parse(source.NewFile("value.json", data), source.Limits{})
	if len(problems) > 0 || len(docs) != 1 {
		t.Fatalf("%s: %v", data, problems)
	}
	return docs[0].Root.JSON()
}
