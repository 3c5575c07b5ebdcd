package diag

// Codes of objects: OBJ001 and up for the objects that an instance renders to, OBJ101
// and up for what a template says before any instance exists.
const (
	ObjectField   Code = "OBJ101" // a field that the kind does not have
	ObjectType    Code = "OBJ102" // a value of a type that the field does not take
	ObjectUntyped Code = "OBJ103" // a value in a place whose schema names no type
)

func objectCodes() []Definition {
	return []Definition{
		{ObjectField, "a field that the kind does not have"},
		{ObjectType, "a value of a type that the field does not take"},
		{ObjectUntyped, "a value in a place whose schema names no type"},
	}
}
