package diag

// Codes of objects: OBJ001 and up for the objects that an instance renders to, OBJ101
// and up for what a template says before any instance exists.
const (
	RenderedType         Code = "OBJ001" // a value of the wrong type
	RenderedRequired     Code = "OBJ002" // a required field is missing
	RenderedUnknownField Code = "OBJ003" // a field that the kind does not have
	RenderedEnum         Code = "OBJ004" // a value that is not one of the allowed ones
	RenderedPattern      Code = "OBJ005" // a string that does not match its pattern or format
	RenderedRange        Code = "OBJ006" // a number out of its bounds
	RenderedLength       Code = "OBJ007" // a string, array or object that is too long or too short
	RenderedDuplicate    Code = "OBJ008" // an item twice in a list that is a set or a map
	RenderedAlternative  Code = "OBJ009" // a value that does not match the alternatives of its schema
	RenderedName         Code = "OBJ010" // a name that the API server refuses
	RenderedLabel        Code = "OBJ011" // a label or annotation that the API server refuses
	RenderedSelector     Code = "OBJ012" // a selector that does not find the pods of its own template
	RenderedMetadata     Code = "OBJ013" // an owner or finalizer that the API server refuses

	ObjectField   Code = "OBJ101" // a field that the kind does not have
	ObjectType    Code = "OBJ102" // a value of a type that the field does not take
	ObjectUntyped Code = "OBJ103" // a value in a place whose schema names no type
)

func objectCodes() []Definition {
	return []Definition{
		{RenderedType, "a rendered value of the wrong type"},
		{RenderedRequired, "a rendered object lacks a required field"},
		{RenderedUnknownField, "a rendered field that the kind does not have"},
		{RenderedEnum, "a rendered value that is not one of the allowed ones"},
		{RenderedPattern, "a rendered string that does not match its pattern or format"},
		{RenderedRange, "a rendered number out of its bounds"},
		{RenderedLength, "a rendered string, array or object that is too long or too short"},
		{RenderedDuplicate, "an item twice in a rendered list that is a set or a map"},
		{RenderedAlternative, "a rendered value that does not match the alternatives of its schema"},
		{RenderedName, "a rendered name that the API server refuses"},
		{RenderedLabel, "a rendered label or annotation that the API server refuses"},
		{RenderedSelector, "a selector that does not find the pods of its own template"},
		{RenderedMetadata, "a rendered owner or finalizer that the API server refuses"},
		{ObjectField, "a field that the kind does not have"},
		{ObjectType, "a value of a type that the field does not take"},
		{ObjectUntyped, "a value in a place whose schema names no type"},
	}
}
