package catalog

// Schema is one node of an OpenAPI v3 schema as Kubernetes uses it. It is the one
// form in which built-in kinds, CRDs and generated CRDs meet; references are
// resolved. A Schema is immutable and may be shared by several parents; a kind
// that contains itself (only JSONSchemaProps does) ends in an empty object, as in kro.
type Schema struct {
	Type        string // "object", "array", "string", "integer", "number", "boolean" or ""
	Format      string
	Description string // only for CRDs; built-in kinds carry none

	// Properties are the known fields of an object, in no order.
	Properties map[string]*Schema
	// AdditionalProperties is the schema of map values. AnyAdditional is
	// `additionalProperties: true`, which has none.
	AdditionalProperties *Schema
	AnyAdditional        bool
	Items                *Schema // of an array
	Required             []string

	// OneOf, AnyOf, AllOf and Not are kept as they are written, without resolving references.
	OneOf, AnyOf, AllOf []*Schema
	Not                 *Schema

	Enum      []any // JSON values: nil, bool, int64, float64, string, []any, map[string]any
	Default   any   // JSON value, nil when there is none
	Nullable  bool
	Pattern   string
	Minimum   *float64
	Maximum   *float64
	MinLength *int64
	MaxLength *int64
	MinItems  *int64
	MaxItems  *int64

	MultipleOf    *float64
	MinProperties *int64
	MaxProperties *int64

	ExclusiveMinimum bool
	ExclusiveMaximum bool
	UniqueItems      bool

	// PreserveUnknown, IntOrString and Embedded are the x-kubernetes extensions of the same
	// meaning. IntOrString also holds for the format int-or-string of built-in kinds.
	PreserveUnknown bool
	IntOrString     bool
	Embedded        bool
	ListType        string   // x-kubernetes-list-type: "atomic", "set", "map" or ""
	ListMapKeys     []string // x-kubernetes-list-map-keys
	MapType         string   // x-kubernetes-map-type: "atomic", "granular" or ""
}
