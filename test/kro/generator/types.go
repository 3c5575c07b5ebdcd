package generator

// celType is the CEL type of an expression, as far as the generator distinguishes them.
type celType string

const (
	typeString  celType = "string"
	typeInt     celType = "int"
	typeBool    celType = "bool"
	typeDouble  celType = "double"
	typeStrings celType = "list(string)"
	typeInts    celType = "list(int)"
	typeLabels  celType = "map(string, string)"
	typeItem    celType = "Item"
	typeItems   celType = "list(Item)"
	typeAny     celType = "dyn"
	typeBytes   celType = "bytes"
	// typeLoose is a field that takes a string or a number, which CEL knows as dyn.
	typeLoose celType = "int or string"
)

// term is something an expression can be made of: a path whose value is known to exist, or an
// optional one that may be absent.
type term struct {
	text     string
	is       celType
	optional bool
	node     string // whose value it is; empty for the instance
}

// scope are the terms that an expression may use.
type scope []term

// sure are the terms of a type that exist for certain.
func (s scope) sure(t celType) []term {
	var all []term
	for _, candidate := range s {
		if candidate.is == t && !candidate.optional {
			all = append(all, candidate)
		}
	}
	return all
}

// maybe are the terms of a type that may be absent.
func (s scope) maybe(t celType) []term {
	var all []term
	for _, candidate := range s {
		if candidate.is == t && candidate.optional {
			all = append(all, candidate)
		}
	}
	return all
}

// without are the terms that do not come from a node.
func (s scope) without(node string) scope {
	var all scope
	for _, candidate := range s {
		if candidate.node != node {
			all = append(all, candidate)
		}
	}
	return all
}

// ofInstance are the terms that depend on no node.
func (s scope) ofInstance() scope { return s.from("") }

// from are the terms of one node.
func (s scope) from(node string) scope {
	var all scope
	for _, candidate := range s {
		if candidate.node == node {
			all = append(all, candidate)
		}
	}
	return all
}
