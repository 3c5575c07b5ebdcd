package admission

import (
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krowave/krowave/render/catalog"
)

// compileCatalog compiles the schema of a custom resource. Schemas that no CRD
// could have are compiled to nil: how the API server treats their objects is not known.
func compileCatalog(s *catalog.Schema) *node {
	props := toProps(s)
	for _, key := range []string{"apiVersion", "kind", "metadata", "status"} {
		delete(props.Properties, key)
	}
	structural, err := structure(props)
	if err != nil {
		return nil
	}
	return newRoot(props, structural)
}

// toProps is a schema of the catalogue as a CRD would have it.
func toProps(s *catalog.Schema) *apiextensions.JSONSchemaProps {
	if s == nil {
		return nil
	}
	p := &apiextensions.JSONSchemaProps{
		Type: s.Type, Format: s.Format, Nullable: s.Nullable, Required: s.Required, Pattern: s.Pattern,
		Minimum: s.Minimum, Maximum: s.Maximum, MultipleOf: s.MultipleOf,
		ExclusiveMinimum: s.ExclusiveMinimum, ExclusiveMaximum: s.ExclusiveMaximum,
		MinLength: s.MinLength, MaxLength: s.MaxLength, MinItems: s.MinItems, MaxItems: s.MaxItems,
		MinProperties: s.MinProperties, MaxProperties: s.MaxProperties,
		XEmbeddedResource: s.Embedded, XListMapKeys: s.ListMapKeys,
		AllOf: propsList(s.AllOf), AnyOf: propsList(s.AnyOf), OneOf: propsList(s.OneOf), Not: toProps(s.Not),
	}
	if s.IntOrString {
		p.XIntOrString, p.Type, p.Format = true, "", ""
	}
	if s.PreserveUnknown {
		p.XPreserveUnknownFields = &s.PreserveUnknown
	}
	if s.ListType != "" {
		p.XListType = &s.ListType
	}
	if s.Default != nil {
		value := apiextensions.JSON(runtime.DeepCopyJSONValue(s.Default))
		p.Default = &value
	}
	for _, e := range s.Enum {
		p.Enum = append(p.Enum, e)
	}
	if s.Items != nil {
		p.Items = &apiextensions.JSONSchemaPropsOrArray{Schema: toProps(s.Items)}
	}
	if s.AdditionalProperties != nil || s.AnyAdditional {
		p.AdditionalProperties = &apiextensions.JSONSchemaPropsOrBool{Allows: true, Schema: toProps(s.AdditionalProperties)}
	}
	if s.Properties != nil {
		p.Properties = make(map[string]apiextensions.JSONSchemaProps, len(s.Properties))
		for name, property := range s.Properties {
			p.Properties[name] = *toProps(property)
		}
	}
	return p
}

func propsList(list []*catalog.Schema) []apiextensions.JSONSchemaProps {
	var all []apiextensions.JSONSchemaProps
	for _, s := range list {
		all = append(all, *toProps(s))
	}
	return all
}
