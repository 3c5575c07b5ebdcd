package diag

// Codes of the admission of an instance. Evaluation uses INS050 and above.
const (
	InstanceType         Code = "INS001" // a value of the wrong type
	InstanceRequired     Code = "INS002" // a required field is missing
	InstanceUnknownField Code = "INS003" // a field that the schema does not have
	InstanceEnum         Code = "INS004" // a value that is none of the allowed ones
	InstancePattern      Code = "INS005" // a string that does not match its pattern or format
	InstanceRange        Code = "INS006" // a number out of its bounds
	InstanceLength       Code = "INS007" // a string, array or object that is too long or too short
	InstanceDuplicate    Code = "INS008" // an item twice in a list that is a set or a map
	InstanceRule         Code = "INS009" // a validation rule of the schema is false
	InstanceRuleFailed   Code = "INS010" // a validation rule of the schema cannot be evaluated
	InstanceRuleCost     Code = "INS011" // the validation rules cost more than the API server allows
	InstanceKind         Code = "INS012" // apiVersion or kind is not that of the schema
	InstanceName         Code = "INS013" // a name that the API server refuses
	InstanceNamespace    Code = "INS014" // a namespace that is not the name of one
	InstanceLabel        Code = "INS015" // a label or annotation that the API server refuses
	InstanceMetadata     Code = "INS016" // an owner, a finalizer or embedded metadata that the API server refuses
	InstanceServerField  Code = "INS017" // a field that belongs to the API server or a controller
)

func instanceCodes() []Definition {
	return []Definition{
		{InstanceType, "a value of the wrong type"},
		{InstanceRequired, "a required field is missing"},
		{InstanceUnknownField, "a field that the schema does not have"},
		{InstanceEnum, "a value that is none of the allowed ones"},
		{InstancePattern, "a string that does not match its pattern or format"},
		{InstanceRange, "a number out of its bounds"},
		{InstanceLength, "a string, an array or an object that is too long or too short"},
		{InstanceDuplicate, "an item twice in a list that is a set or a map"},
		{InstanceRule, "a validation rule of the schema is false"},
		{InstanceRuleFailed, "a validation rule of the schema cannot be evaluated"},
		{InstanceRuleCost, "validation rules that cost more than the API server allows"},
		{InstanceKind, "an apiVersion or kind that is not that of the schema"},
		{InstanceName, "a name that the API server refuses"},
		{InstanceNamespace, "a namespace that cannot be the name of one"},
		{InstanceLabel, "a label or annotation that the API server refuses"},
		{InstanceMetadata, "an owner, a finalizer or an embedded object that the API server refuses"},
		{InstanceServerField, "a field that belongs to the API server or to a controller"},
	}
}
