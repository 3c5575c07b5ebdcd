package diag

// Codes of the structure and the names of an RGD.
const (
	RGDField          Code = "RGD001" // a field is missing or has the wrong type
	RGDUnknownField   Code = "RGD002" // a field that RGDs do not have
	RGDKind           Code = "RGD003" // spec.schema.kind is not a kind name
	RGDVersion        Code = "RGD004" // spec.schema.apiVersion is not a version
	RGDScope          Code = "RGD005" // spec.schema.scope is neither Namespaced nor Cluster
	RGDReservedID     Code = "RGD006" // an id that kro or CEL reserves
	RGDInvalidID      Code = "RGD007" // an id that is not lower camel case
	RGDDuplicateID    Code = "RGD008" // an id used twice
	RGDTemplateXor    Code = "RGD009" // not exactly one of template and externalRef
	RGDForEach        Code = "RGD010" // a forEach entry without exactly one iterator
	RGDDimensions     Code = "RGD011" // more forEach dimensions than allowed
	RGDIterator       Code = "RGD012" // an iterator name that cannot be used
	RGDExternal       Code = "RGD013" // an externalRef that cannot be combined like this
	RGDNameOrSelector Code = "RGD014" // not exactly one of name and selector
	RGDSelector       Code = "RGD015" // a selector that is not a label selector
	RGDTemplate       Code = "RGD016" // a template without apiVersion, kind or metadata
	RGDTemplateKind   Code = "RGD017" // an apiVersion or kind that cannot be read
	RGDClusterScoped  Code = "RGD018" // a namespace on a cluster-scoped kind
	RGDNamespaced     Code = "RGD019" // no namespace although the instance is cluster scoped
	RGDReservedLabel  Code = "RGD020" // a label or annotation key that kro reserves
	RGDNames          Code = "RGD021" // short names or categories that the API server refuses
	RGDDuplicate      Code = "RGD022" // two RGDs with one name or one kind
	RGDUnknownKind    Code = "RGD023" // a kind without a schema
	RGDName           Code = "RGD024" // an RGD without a usable name
)

func rgdCodes() []Definition {
	return []Definition{
		{RGDField, "a field of the RGD is missing or has the wrong type"},
		{RGDUnknownField, "a field that RGDs do not have"},
		{RGDKind, "spec.schema.kind is not the name of a kind"},
		{RGDVersion, "spec.schema.apiVersion is not a version"},
		{RGDScope, "spec.schema.scope is neither Namespaced nor Cluster"},
		{RGDReservedID, "a resource id that kro or CEL reserves"},
		{RGDInvalidID, "a resource id that is not lower camel case"},
		{RGDDuplicateID, "a resource id used twice"},
		{RGDTemplateXor, "not exactly one of template and externalRef"},
		{RGDForEach, "a forEach entry without exactly one iterator"},
		{RGDDimensions, "more forEach dimensions than allowed"},
		{RGDIterator, "an iterator name that cannot be used"},
		{RGDExternal, "an externalRef combined with forEach"},
		{RGDNameOrSelector, "an externalRef without exactly one of name and selector"},
		{RGDSelector, "an externalRef selector that is not a label selector"},
		{RGDTemplate, "a template without apiVersion, kind or metadata"},
		{RGDTemplateKind, "an apiVersion or kind that cannot be read"},
		{RGDClusterScoped, "a namespace on a cluster-scoped kind"},
		{RGDNamespaced, "no namespace although the instance is cluster scoped"},
		{RGDReservedLabel, "a label or annotation key that kro reserves"},
		{RGDNames, "short names or categories that the API server refuses"},
		{RGDDuplicate, "two RGDs with the same name or the same kind"},
		{RGDUnknownKind, "a kind whose schema is not known"},
		{RGDName, "an RGD without a usable name"},
	}
}
