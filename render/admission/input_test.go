package admission_test

import (
	"bytes"
	"encoding/json"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// parse reads one document.
func parse(tb testing.TB, text string) *source.Node {
	tb.Helper()
	docs, problems := source.Parse(source.NewFile("app.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 || len(docs) != 1 {
		tb.Fatalf("%d documents, problems: %v", len(docs), problems)
	}
	return docs[0].Root
}

func fields(tb testing.TB, n *source.Node) map[string]any {
	tb.Helper()
	obj, ok := n.JSON().(map[string]any)
	if !ok {
		tb.Fatal("not an object")
	}
	return obj
}

func printed(tb testing.TB, list diag.List) string {
	tb.Helper()
	var b bytes.Buffer
	if err := diag.Print(&b, list, diag.Style{}); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func marshal(tb testing.TB, x any) string {
	tb.Helper()
	raw, err := json.Marshal(x)
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

func newValidator(tb testing.TB, crd *apiextensionsv1.CustomResourceDefinition) *admission.Validator {
	tb.Helper()
	v, err := admission.NewValidator(crd, "v1")
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// specCRD is a CRD whose spec has the given schema in YAML.
func specCRD(tb testing.TB, text string) *apiextensionsv1.CustomResourceDefinition {
	tb.Helper()
	var spec apiextensionsv1.JSONSchemaProps
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		tb.Fatal(err)
	}
	props := rooted(spec)
	props.Properties["status"] = apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)}
	return crdOf(props)
}

func crdOf(props apiextensionsv1.JSONSchemaProps) *apiextensionsv1.CustomResourceDefinition {
	crd := &apiextensionsv1.CustomResourceDefinition{}
	crd.Name = "things.example.com"
	crd.Spec = apiextensionsv1.CustomResourceDefinitionSpec{
		Group: "example.com",
		Names: apiextensionsv1.CustomResourceDefinitionNames{Kind: "Thing", ListKind: "ThingList", Plural: "things", Singular: "thing"},
		Scope: apiextensionsv1.NamespaceScoped,
		Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
			Name: "v1", Served: true, Storage: true,
			Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &props},
			Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
		}},
	}
	return crd
}

// rooted makes a schema the spec of a CRD.
func rooted(spec apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
	return apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
		"apiVersion": {Type: "string"}, "kind": {Type: "string"}, "metadata": {Type: "object"}, "spec": spec,
	}}
}

// customKind is the kind of [crdOf] as the catalogue knows it.
func customKind(props apiextensionsv1.JSONSchemaProps) catalog.Kind {
	return catalog.Kind{
		GVK:        schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"},
		Schema:     catalog.FromJSONSchemaProps(&props),
		Namespaced: true,
	}
}

func builtin(tb testing.TB) *catalog.Catalog {
	tb.Helper()
	c, err := catalog.Builtin("")
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// kindOf is what the catalogue knows of an object's kind.
func kindOf(c *catalog.Catalog, obj map[string]any) (catalog.Kind, bool) {
	apiVersion, _ := obj["apiVersion"].(string)
	kind, _ := obj["kind"].(string)
	return c.Lookup(schema.FromAPIVersionAndKind(apiVersion, kind))
}

// locator points at values, and at what is around those that are not written.
func locator(root *source.Node) func(fieldpath.Path) source.Span {
	return func(p fieldpath.Path) source.Span {
		at := root
		for _, e := range p.Elements() {
			next, ok := at, false
			if i, isIndex := e.Index(); isIndex {
				next, ok = at.At(i)
			} else if key, isKey := e.Key(); isKey {
				next, ok = at.At(key)
			}
			if !ok {
				break
			}
			at = next
		}
		return at.Span()
	}
}

const head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\n"

// webSchema has most of what SimpleSchema can say.
const webSchema = `
type: object
required: [image]
properties:
  image: {type: string}
  size: {type: string, enum: [small, medium, large], default: small}
  replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
  ratio: {type: number, minimum: 0.5}
  slug: {type: string, pattern: '^[a-z]+$', minLength: 2, maxLength: 5}
  tags: {type: array, maxItems: 3, x-kubernetes-list-type: set, items: {type: string}}
  ports:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [port, protocol]
    items:
      type: object
      required: [port]
      properties: {port: {type: integer}, protocol: {type: string, default: TCP}}
  labels: {type: object, additionalProperties: {type: string}}
  values: {type: object, x-kubernetes-preserve-unknown-fields: true}
  cache:
    type: object
    default: {}
    properties:
      enabled: {type: boolean, default: true}
      name: {type: string, default: main}
`
