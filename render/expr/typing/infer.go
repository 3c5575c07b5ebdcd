package typing

import (
	"github.com/google/cel-go/common/types"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/catalog"
)

// SchemaOf is the schema of a field that holds values of a type: what kro generates
// for a status field whose expression has this type (docs/compat/kro.md#status-schema).
// The caller owns the result.
func (r *Registry) SchemaOf(t *types.Type) *apiextensionsv1.JSONSchemaProps {
	switch t.Kind() {
	case types.BoolKind:
		return typed("boolean")
	case types.IntKind, types.UintKind:
		return typed("integer")
	case types.DoubleKind:
		return typed("number")
	case types.StringKind:
		return typed("string")
	case types.BytesKind:
		return &apiextensionsv1.JSONSchemaProps{Type: "string", Format: "byte"}
	case types.TimestampKind:
		return &apiextensionsv1.JSONSchemaProps{Type: "string", Format: "date-time", Description: "Timestamp representing a creation time"}
	case types.ListKind:
		s := typed("array")
		if len(t.Parameters()) > 0 {
			s.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: r.SchemaOf(t.Parameters()[0])}
		}
		return s
	case types.MapKind:
		if len(t.Parameters()) > 1 {
			return mapOf(r.SchemaOf(t.Parameters()[1]))
		}
	case types.StructKind:
		if n := r.object(t.TypeName()); n != nil {
			return schemaOf(n.schema)
		}
	case types.DynKind:
		return anything("")
	case types.NullTypeKind:
		return anything("null type - any value allowed")
	case types.UnspecifiedKind, types.AnyKind, types.DurationKind, types.ErrorKind, types.OpaqueKind, types.TypeKind, types.TypeParamKind, types.UnknownKind:
		return anything("unknown CEL type: " + t.String())
	}
	// A map or an object of which nothing is known.
	s := typed("object")
	s.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Allows: true}
	return s
}

// schemaOf is the schema of an object that an expression projects as a whole, or of a
// part of it. Unlike kro's it keeps the names of fields that are no identifiers, the fields that
// expressions cannot see and the permission for unknown fields, since the API server
// would remove those values (docs/compat/kro.md#status-objects).
func schemaOf(s *catalog.Schema) *apiextensionsv1.JSONSchemaProps {
	if !exposed(s) || anyScalar(s) {
		return anything("")
	}
	s = embedded(s)
	switch s.Type {
	case "array":
		list := typed("array")
		list.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: schemaOf(s.Items)}
		return list
	case "object":
		if s.AdditionalProperties != nil {
			return mapOf(schemaOf(s.AdditionalProperties))
		}
		return objectOf(s)
	case "string":
		switch s.Format {
		case "byte":
			return &apiextensionsv1.JSONSchemaProps{Type: "string", Format: "byte"}
		case "duration", "date", "date-time":
			return anything("")
		}
	}
	return typed(s.Type)
}

func objectOf(s *catalog.Schema) *apiextensionsv1.JSONSchemaProps {
	object := typed("object")
	object.Properties = make(map[string]apiextensionsv1.JSONSchemaProps, len(s.Properties))
	for key, property := range s.Properties {
		object.Properties[key] = *schemaOf(property)
	}
	if s.PreserveUnknown || s.AnyAdditional {
		object.XPreserveUnknownFields = new(true)
	}
	return object
}

func typed(name string) *apiextensionsv1.JSONSchemaProps {
	return &apiextensionsv1.JSONSchemaProps{Type: name}
}

func mapOf(value *apiextensionsv1.JSONSchemaProps) *apiextensionsv1.JSONSchemaProps {
	s := typed("object")
	s.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Schema: value}
	return s
}

// anything is the schema that takes every value.
func anything(description string) *apiextensionsv1.JSONSchemaProps {
	return &apiextensionsv1.JSONSchemaProps{Description: description, XPreserveUnknownFields: new(true)}
}
