package catalog

import (
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

const (
	componentPrefix   = "#/components/schemas/"
	formatIntOrString = "int-or-string"
)

// FromJSONSchemaProps is the schema as it is written: nothing is added as an
// API server does when it publishes a CRD ([FromCRD] does). The result shares
// no memory with props. It is nil for nil.
func FromJSONSchemaProps(props *apiextensionsv1.JSONSchemaProps) *Schema {
	return converter{}.schema(props)
}

// converter turns the Kubernetes form of a schema into ours.
type converter struct {
	// resolver answers the schemas of components; without it references are left out.
	resolver *resolver
}

func (c converter) schema(p *apiextensionsv1.JSONSchemaProps) *Schema {
	if p == nil {
		return nil
	}
	if c.resolver != nil {
		if !c.resolver.enter() {
			return &Schema{Type: "object"}
		}
		defer c.resolver.leave()
		if name, ok := reference(p); ok {
			return c.resolver.component(name)
		}
	}
	s := constraints(p)
	extensions(s, p)
	if len(p.Properties) > 0 {
		s.Properties = make(map[string]*Schema, len(p.Properties))
		for name := range p.Properties {
			field := p.Properties[name]
			s.Properties[name] = c.schema(&field)
		}
	}
	if a := p.AdditionalProperties; a != nil {
		s.AdditionalProperties = c.schema(a.Schema)
		s.AnyAdditional = a.Allows && a.Schema == nil
	}
	if p.Items != nil {
		s.Items = c.schema(p.Items.Schema)
	}
	// As in kro, references inside of these stay unresolved.
	plain := converter{}
	s.OneOf, s.AnyOf, s.AllOf = plain.list(p.OneOf), plain.list(p.AnyOf), plain.list(p.AllOf)
	s.Not = plain.schema(p.Not)
	return s
}

func (c converter) list(props []apiextensionsv1.JSONSchemaProps) []*Schema {
	var all []*Schema
	for i := range props {
		all = append(all, c.schema(&props[i]))
	}
	return all
}

// reference is the component that a schema stands for. OpenAPI has no room for
// a description beside $ref, so Kubernetes wraps references in allOf.
func reference(p *apiextensionsv1.JSONSchemaProps) (string, bool) {
	if p.Ref != nil {
		return strings.TrimPrefix(*p.Ref, componentPrefix), true
	}
	for i := range p.AllOf {
		if name, ok := reference(&p.AllOf[i]); ok {
			return name, true
		}
	}
	return "", false
}

// constraints is a schema with everything that speaks of one value on its own.
func constraints(p *apiextensionsv1.JSONSchemaProps) *Schema {
	s := &Schema{
		Type: p.Type, Format: p.Format, Description: p.Description,
		Required: clone(p.Required), Nullable: p.Nullable, Pattern: p.Pattern,
		Minimum: copied(p.Minimum), Maximum: copied(p.Maximum), MultipleOf: copied(p.MultipleOf),
		MinLength: copied(p.MinLength), MaxLength: copied(p.MaxLength),
		MinItems: copied(p.MinItems), MaxItems: copied(p.MaxItems),
		MinProperties: copied(p.MinProperties), MaxProperties: copied(p.MaxProperties),
		ExclusiveMinimum: p.ExclusiveMinimum, ExclusiveMaximum: p.ExclusiveMaximum,
		UniqueItems: p.UniqueItems,
	}
	if p.Default != nil {
		s.Default = jsonValue(p.Default.Raw)
	}
	for _, value := range p.Enum {
		s.Enum = append(s.Enum, jsonValue(value.Raw))
	}
	return s
}

func extensions(s *Schema, p *apiextensionsv1.JSONSchemaProps) {
	s.PreserveUnknown = p.XPreserveUnknownFields != nil && *p.XPreserveUnknownFields
	s.IntOrString = p.XIntOrString || p.Format == formatIntOrString
	s.Embedded = p.XEmbeddedResource
	s.ListMapKeys = clone(p.XListMapKeys)
	if p.XListType != nil {
		s.ListType = *p.XListType
	}
	if p.XMapType != nil {
		s.MapType = *p.XMapType
	}
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// clone is a copy of a list; an empty one is nil, so that equal schemas compare equal.
func clone(list []string) []string {
	return append([]string(nil), list...)
}
