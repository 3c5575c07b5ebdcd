package diag

// Codes of SimpleSchema and of the CRD that is generated from it.
const (
	SchemaField         Code = "SCH001" // a field that is neither a type nor an object
	SchemaType          Code = "SCH002" // a type that cannot be read
	SchemaUnknownType   Code = "SCH003" // a type that is neither built in nor in schema.types
	SchemaTypeCycle     Code = "SCH004" // a named type that contains itself
	SchemaMarkerSyntax  Code = "SCH005" // text behind the | that is not a list of markers
	SchemaUnknownMarker Code = "SCH006" // a marker that does not exist
	SchemaMarkerValue   Code = "SCH007" // a marker value that cannot be read
	SchemaMarkerType    Code = "SCH008" // a marker on a type that it does not apply to
	SchemaConflict      Code = "SCH009" // markers that contradict each other
	SchemaNotJSON       Code = "SCH010" // a default, enum value or number that cannot be written as JSON
	SchemaRequiredTwice Code = "SCH011" // a field required by two markers
	SchemaTooLarge      Code = "SCH012" // a schema that is too large with all named types expanded
	SchemaSuspect       Code = "SCH013" // accepted, but probably not what was meant
	CRDName             Code = "SCH014" // a name of the generated CRD that the API server refuses
	CRDMetadata         Code = "SCH015" // labels or annotations of the generated CRD that the API server refuses
	CRDColumn           Code = "SCH016" // a printer column that the API server refuses
	CRDStructure        Code = "SCH017" // a generated schema that is not structural, a defect of krowave
	CRDDefault          Code = "SCH018" // a default that its own schema refuses
	CRDList             Code = "SCH019" // a list type that its items do not allow
	CRDRule             Code = "SCH020" // a validation rule that does not compile
	CRDRuleCost         Code = "SCH021" // a validation rule that may cost too much
)

func schemaCodes() []Definition {
	return []Definition{
		{SchemaField, "a field that is neither a type nor an object"},
		{SchemaType, "a type that cannot be read"},
		{SchemaUnknownType, "a type that is neither built in nor in schema.types"},
		{SchemaTypeCycle, "a named type that contains itself"},
		{SchemaMarkerSyntax, "text behind the | that is not a list of markers"},
		{SchemaUnknownMarker, "a marker that does not exist"},
		{SchemaMarkerValue, "a marker value that cannot be read"},
		{SchemaMarkerType, "a marker on a type that it does not apply to"},
		{SchemaConflict, "markers that contradict each other"},
		{SchemaNotJSON, "a default, enum value or number that cannot be written as JSON"},
		{SchemaRequiredTwice, "a field that two markers require"},
		{SchemaTooLarge, "a schema that is too large with all named types expanded"},
		{SchemaSuspect, "a schema that is accepted but probably not what was meant"},
		{CRDName, "a name of the generated CRD that the API server refuses"},
		{CRDMetadata, "labels or annotations of the generated CRD that the API server refuses"},
		{CRDColumn, "a printer column that the API server refuses"},
		{CRDStructure, "a generated schema that no API server takes: a defect of krowave, please report it"},
		{CRDDefault, "a default that its own schema refuses"},
		{CRDList, "a list type that its items do not allow"},
		{CRDRule, "a validation rule that does not compile"},
		{CRDRuleCost, "a validation rule that may cost too much"},
	}
}
