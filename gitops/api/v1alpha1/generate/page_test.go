package main

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// TestWritePageUndocumented: a field without a description stops the generator.
func TestWritePageUndocumented(t *testing.T) {
	t.Parallel()
	field := apiextensionsv1.JSONSchemaProps{Type: "string"}
	spec := apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"size": field}}
	root := apiextensionsv1.JSONSchemaProps{Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": spec}}
	crd := apiextensionsv1.CustomResourceDefinition{}
	crd.Spec.Names.Kind = "Hat"
	crd.Spec.Versions = []apiextensionsv1.CustomResourceDefinitionVersion{{Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &root}}}
	err := writePage(io.Discard, []apiextensionsv1.CustomResourceDefinition{crd})
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff("Hat: spec.size has no description", err.Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	field.Description = "Size is that of a | head."
	spec.Properties["size"] = field
	var text strings.Builder
	if err := writePage(&text, []apiextensionsv1.CustomResourceDefinition{crd}); err != nil {
		t.Fatal(err)
	}
	if row := "| `spec.size` | string | Size is that of a \\| head. |\n"; !strings.Contains(text.String(), row) {
		t.Errorf("no row %q in\n%s", row, text.String())
	}
}
