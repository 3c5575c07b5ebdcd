package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

const head = `<!-- Made by go generate ./gitops/api/v1alpha1. Do not edit. -->
# Fields of krowave.dev/v1alpha1

What the objects are for: [GraphArtifact](graphartifact.md), [Observation](observation.md). The CRDs are in
[deploy/crds](../../deploy/crds).
`

// writePage writes the fields of all CRDs. A field without a description is an error.
func writePage(w io.Writer, crds []apiextensionsv1.CustomResourceDefinition) error {
	p := page{w: w}
	p.printf("%s", head)
	for _, crd := range crds {
		if len(crd.Spec.Versions) != 1 {
			p.errs = append(p.errs, fmt.Errorf("%s has %d versions, want 1", crd.Name, len(crd.Spec.Versions)))
			continue
		}
		schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		p.printf("\n## %s\n\n%s\n", crd.Spec.Names.Kind, oneLine(schema.Description))
		for _, part := range []string{"spec", "status"} {
			p.printf("\n### %s of %s\n\n| field | type | what it is |\n|---|---|---|\n", part, crd.Spec.Names.Kind)
			p.fields(crd.Spec.Names.Kind, part, schema.Properties[part])
		}
	}
	return errors.Join(p.errs...)
}

// page is the page as it is written.
type page struct {
	w    io.Writer
	errs []error
}

func (p *page) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format, args...); err != nil {
		p.errs = append(p.errs, err)
	}
}

// fields writes the rows of an object's fields, each before those inside it.
func (p *page) fields(kind, path string, s apiextensionsv1.JSONSchemaProps) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field := s.Properties[name]
		at := path + "." + name
		if field.Description == "" {
			p.errs = append(p.errs, fmt.Errorf("%s: %s has no description", kind, at))
		}
		required := ""
		if slices.Contains(s.Required, name) {
			required = "; required"
		}
		p.printf("| `%s` | %s%s | %s |\n", at, typeOf(field), required, oneLine(field.Description))
		if shared(name) {
			continue
		}
		if field.Items != nil {
			field, at = *field.Items.Schema, at+"[]"
		}
		p.fields(kind, at, field)
	}
}

// shared reports a field whose type is documented by whoever defines it: Kubernetes or Flux.
func shared(name string) bool {
	return name == "conditions" || name == "artifact" || name == "selector"
}

// typeOf is the type of a field with what the API server checks about it.
func typeOf(s apiextensionsv1.JSONSchemaProps) string {
	text := s.Type
	if s.Items != nil {
		text = "list of " + s.Items.Schema.Type
	}
	if text == "" {
		text = "any"
	}
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum {
			values = append(values, "`"+strings.Trim(string(v.Raw), `"`)+"`")
		}
		text = strings.Join(values, ", ")
	}
	if s.Default != nil && s.Type != "object" {
		text += "; default `" + strings.Trim(string(s.Default.Raw), `"`) + "`"
	}
	return text
}

// oneLine is a description as it fits into a row.
func oneLine(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
