package typing

import (
	"maps"
	"strings"

	"github.com/google/cel-go/common/types"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"github.com/krowave/krowave/render/catalog"
)

// typeOf is the type of a schema whose objects are called name, or nil for a schema
// that expressions cannot see (docs/compat/kro.md#types).
func typeOf(name string, s *catalog.Schema) *types.Type {
	switch {
	case s == nil:
		return nil
	case anyScalar(s):
		return types.DynType
	}
	switch s.Type {
	case "array":
		if item := typeOf(name+"."+itemSegment, s.Items); item != nil {
			return types.NewListType(item)
		}
		return nil
	case "object":
		if s.AdditionalProperties != nil {
			return types.NewMapType(types.StringType, orDyn(typeOf(name+"."+valueSegment, s.AdditionalProperties)))
		}
		return types.NewObjectType(name)
	case "string":
		return stringType(s.Format)
	case "boolean":
		return types.BoolType
	case "integer":
		return types.IntType
	case "number":
		return types.DoubleType
	}
	return nil
}

func stringType(format string) *types.Type {
	switch format {
	case "byte":
		return types.BytesType
	case "duration":
		return types.DurationType
	case "date", "date-time":
		return types.TimestampType
	}
	return types.StringType
}

// anyScalar reports int-or-string, which built-in kinds mark by a format.
func anyScalar(s *catalog.Schema) bool {
	return s.IntOrString || s.Format == "int-or-string"
}

// exposed reports that expressions can see values of the schema.
func exposed(s *catalog.Schema) bool {
	for s != nil && !anyScalar(s) && s.Type == "array" {
		s = s.Items
	}
	if s == nil {
		return false
	}
	if anyScalar(s) {
		return true
	}
	switch s.Type {
	case "object", "string", "boolean", "integer", "number":
		return true
	}
	return false
}

// property is the property that an expression calls by an escaped name, or nil.
func property(s *catalog.Schema, escaped string) (string, *catalog.Schema) {
	key := escaped
	if strings.Contains(escaped, "__") {
		var ok bool
		if key, ok = apiservercel.Unescape(escaped); !ok {
			return "", nil
		}
	}
	if back, ok := escape(key); !ok || back != escaped {
		return "", nil
	}
	return key, s.Properties[key]
}

// escape is the identifier that stands for a field, as in the API server's own
// validation rules; false for a name that has none.
func escape(key string) (string, bool) { return apiservercel.Escape(key) }

// keyword reports a field that is called like a keyword of CEL.
func keyword(key, escaped string) bool { return escaped == "__"+key+"__" }

// embedded is the schema of an embedded object with what every object has: its kind,
// apiVersion and names.
func embedded(s *catalog.Schema) *catalog.Schema {
	if !s.Embedded || anyScalar(s) || hasObjectMeta(s) {
		return s
	}
	text := &catalog.Schema{Type: "string"}
	whole := *s
	whole.Properties = maps.Clone(s.Properties)
	if whole.Properties == nil {
		whole.Properties = map[string]*catalog.Schema{}
	}
	whole.Properties["apiVersion"], whole.Properties["kind"] = text, text
	whole.Properties["metadata"] = &catalog.Schema{
		Type:       "object",
		Properties: map[string]*catalog.Schema{"name": text, "generateName": text},
	}
	return &whole
}

func hasObjectMeta(s *catalog.Schema) bool {
	is := func(s *catalog.Schema, typ string) bool { return s != nil && s.Type == typ }
	metadata := s.Properties["metadata"]
	return is(s.Properties["kind"], "string") && is(s.Properties["apiVersion"], "string") && is(metadata, "object") &&
		is(metadata.Properties["name"], "string") && is(metadata.Properties["generateName"], "string")
}
