package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// openAPI writes a document of example.com/v1 with components and with kinds at URLs
// below /apis/example.com/v1/: "widgets=Widget".
func openAPI(components string, urls ...string) []byte {
	var paths []string
	for _, u := range urls {
		url, kind, _ := strings.Cut(u, "=")
		paths = append(paths, fmt.Sprintf(`"/apis/example.com/v1/%s": {"parameters": [], "get": {"x-kubernetes-action": "list", "x-kubernetes-group-version-kind": %s}}`, url, gvkJSON(kind)))
	}
	return fmt.Appendf(nil, `{"openapi": "3.0.0", "paths": {%s}, "components": {"schemas": {%s}}}`, strings.Join(paths, ","), components)
}

func gvkJSON(kind string) string {
	return `{"group": "example.com", "version": "v1", "kind": "` + kind + `"}`
}

// ofKind is a component that is a kind.
func ofKind(name, kind, rest string) string {
	return fmt.Sprintf(`%q: {"type": "object", "x-kubernetes-group-version-kind": [%s]%s}`, name, gvkJSON(kind), rest)
}

const examplePath = "apis/example.com/v1"

func TestFromDocumentScopes(t *testing.T) {
	t.Parallel()
	both := ofKind("w", "Widget", "") + "," + ofKind("g", "Gadget", "")
	cases := map[string]struct {
		reason string
		path   string
		doc    []byte
		want   []string
	}{
		"Namespaced":   {"a namespaced kind has a URL over all namespaces too", examplePath, openAPI(both, "widgets=Widget", "namespaces/{namespace}/widgets=Widget"), []string{"Widget widgets true"}},
		"Cluster":      {"a cluster-scoped kind", examplePath, openAPI(both, "widgets=Widget", "widgets/{name}=Widget"), []string{"Widget widgets false"}},
		"Single":       {"objects without a collection", examplePath, openAPI(both, "namespaces/{namespace}/widgets/{name}=Widget"), []string{"Widget widgets true"}},
		"Sorted":       {"kinds are sorted", examplePath, openAPI(both, "widgets=Widget", "zgadgets=Gadget"), []string{"Gadget zgadgets false", "Widget widgets false"}},
		"Subresource":  {"a subresource is no resource", examplePath, openAPI(both, "widgets/{name}/status=Widget", "namespaces/{namespace}/widgets/{name}/scale=Gadget"), nil},
		"Watch":        {"a watch is no resource", examplePath, openAPI(both, "watch/widgets=Widget", "watch/namespaces/{namespace}/widgets=Widget"), nil},
		"TwoPlurals":   {"of two resources with one kind the first by name counts", examplePath, openAPI(both, "awidgets=Widget", "namespaces/{namespace}/bwidgets=Widget"), []string{"Widget awidgets false"}},
		"NoSchema":     {"a kind without a schema is not known", examplePath, openAPI(both, "things=Thing"), nil},
		"OtherVersion": {"a document speaks of its own version only", "apis/example.com/v2", openAPI(both, "widgets=Widget"), nil},
		"OtherPath":    {"a document of the API itself", "apis/example.com", openAPI(both, "widgets=Widget"), nil},
		"Empty":        {"a document without anything", examplePath, []byte(`{}`), nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds, err := FromDocument(tc.path, tc.doc, "here")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, k := range kinds {
				got = append(got, fmt.Sprint(k.GVK.Kind, " ", k.Plural, " ", k.Namespaced))
				if k.Origin != "here" || k.BuiltIn {
					t.Errorf("%s: %+v", tc.reason, k)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

func TestFromDocumentSchemas(t *testing.T) {
	t.Parallel()
	object := func(name string, s *Schema) *Schema {
		return &Schema{Type: "object", Properties: map[string]*Schema{name: s}}
	}
	empty := &Schema{Type: "object"}
	cases := map[string]struct {
		reason     string
		components string // w is the kind
		want       *Schema
	}{
		"Reference": {
			"a reference is replaced, and what stands beside it is dropped",
			ofKind("w", "Widget", `, "properties": {"a": {"default": {}, "description": "d", "x-kubernetes-map-type": "atomic", "allOf": [{"$ref": "#/components/schemas/x"}]}}`) + `, "x": {"type": "string", "default": "own"}`,
			object("a", &Schema{Type: "string", Default: "own"}),
		},
		"Plain": {
			"references without a wrapping, in lists and maps",
			ofKind("w", "Widget", `, "properties": {"a": {"type": "array", "items": {"$ref": "#/components/schemas/x"}}}, "additionalProperties": {"$ref": "#/components/schemas/x"}`) + `, "x": {"type": "string"}`,
			&Schema{Type: "object", Properties: map[string]*Schema{"a": {Type: "array", Items: &Schema{Type: "string"}}}, AdditionalProperties: &Schema{Type: "string"}},
		},
		"Alternatives": {
			"as in kro, references inside of alternatives are not followed",
			ofKind("w", "Widget", `, "properties": {"a": {"oneOf": [{"$ref": "#/components/schemas/x"}, {"type": "integer"}]}}`) + `, "x": {"type": "string"}`,
			object("a", &Schema{OneOf: []*Schema{{}, {Type: "integer"}}}),
		},
		"KindInItself": {
			"as in kro, a kind appears once inside of itself",
			ofKind("w", "Widget", `, "properties": {"a": {"$ref": "#/components/schemas/w"}}`),
			object("a", object("a", empty)),
		},
		"SelfReference": {
			"a component inside of itself",
			ofKind("w", "Widget", `, "properties": {"a": {"$ref": "#/components/schemas/x"}}`) + `, "x": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/x"}}}`,
			object("a", object("b", empty)),
		},
		"MutualReferences": {
			"a circle looks different from each of its components",
			ofKind("w", "Widget", `, "properties": {"a": {"$ref": "#/components/schemas/x"}, "b": {"$ref": "#/components/schemas/y"}}`) +
				`, "x": {"type": "object", "properties": {"y": {"$ref": "#/components/schemas/y"}}}, "y": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/x"}}}`,
			&Schema{Type: "object", Properties: map[string]*Schema{"a": object("y", object("x", empty)), "b": object("x", object("y", empty))}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds, err := FromDocument(examplePath, openAPI(tc.components, "widgets=Widget"), "")
			if err != nil || len(kinds) != 1 {
				t.Fatalf("%s: FromDocument() = %v, %v", tc.reason, kinds, err)
			}
			if diff := cmp.Diff(tc.want, kinds[0].Schema); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

func TestFromDocumentProblems(t *testing.T) {
	t.Parallel()
	chain := ofKind("w", "Widget", `, "properties": {"a": {"$ref": "#/components/schemas/c0"}}`)
	for i := range maxDepth {
		chain += fmt.Sprintf(`, "c%d": {"items": {"$ref": "#/components/schemas/c%d"}}`, i, i+1)
	}
	chain += fmt.Sprintf(`, "c%d": {}`, maxDepth)
	cases := map[string]struct {
		reason string
		doc    []byte
		want   string
		kinds  int
	}{
		"NotJSON":   {"text that is not JSON", []byte(`{`), "read OpenAPI document apis/example.com/v1: unexpected end", 0},
		"WrongType": {"a schema that is none", openAPI(`"w": {"type": 1}`), "cannot unmarshal", 0},
		"Dangling":  {"one kind less, and an error", openAPI(ofKind("w", "Widget", `, "items": {"$ref": "#/components/schemas/gone"}`)+","+ofKind("g", "Gadget", ""), "widgets=Widget", "gadgets=Gadget"), `Widget: no schema "gone"`, 1},
		"TooDeep":   {"a long chain of components", openAPI(chain, "widgets=Widget"), errTooLarge.Error(), 0},
		"Null":      {"a component that is null", openAPI(`"x": null, `+ofKind("w", "Widget", `, "items": {"$ref": "#/components/schemas/x"}`), "widgets=Widget"), `no schema "x"`, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds, err := FromDocument(examplePath, tc.doc, "")
			if err == nil || !strings.Contains(err.Error(), tc.want) || len(kinds) != tc.kinds {
				t.Errorf("%s: FromDocument() = %d kinds, %v, want %d and %q", tc.reason, len(kinds), err, tc.kinds, tc.want)
			}
		})
	}
}

// TestResolverLimit: components that all contain one another have very many ways through.
func TestResolverLimit(t *testing.T) {
	t.Parallel()
	components := map[string]*component{}
	for i := range 12 {
		c := &component{}
		c.Properties = map[string]apiextensionsv1.JSONSchemaProps{}
		for j := range 12 {
			c.Properties[fmt.Sprint("p", j)] = apiextensionsv1.JSONSchemaProps{Ref: new(fmt.Sprint(componentPrefix, "c", j))}
		}
		components[fmt.Sprint("c", i)] = c
	}
	r := newResolver(components, 10_000)
	if _, err := r.kind("c0"); !errors.Is(err, errTooLarge) || r.left != 0 {
		t.Errorf("kind() of a circle of 12 = %v with %d nodes left, want %v", err, r.left, errTooLarge)
	}
}
