package diag

// Codes of the graph: how the resources of an RGD hang together.
const (
	GraphSelf          Code = "GRA001" // a resource that refers to itself
	GraphCycle         Code = "GRA002" // resources that wait for each other
	GraphIdentity      Code = "GRA003" // forEach iterators that the name does not use
	GraphIterator      Code = "GRA004" // an iterator that uses another iterator
	GraphNestedCycle   Code = "GRA005" // RGDs that contain each other
	GraphStatusLiteral Code = "GRA006" // a status field without an expression
	GraphStatusNoRef   Code = "GRA007" // a status field that refers to nothing
	GraphConditions    Code = "GRA008" // status.conditions that is not a list of expressions
	GraphCondition     Code = "GRA009" // a condition that is declared or read wrongly
)

func graphCodes() []Definition {
	return []Definition{
		{GraphSelf, "a resource that refers to itself"},
		{GraphCycle, "resources that wait for each other"},
		{GraphIdentity, "forEach iterators that neither name nor namespace uses"},
		{GraphIterator, "a forEach iterator that uses another iterator"},
		{GraphNestedCycle, "RGDs that contain each other"},
		{GraphStatusLiteral, "a status field without an expression"},
		{GraphStatusNoRef, "a status field that refers to no resource"},
		{GraphConditions, "status.conditions that is not a list of expressions"},
		{GraphCondition, "a condition that is declared or read wrongly"},
	}
}
