package diag

// Codes of the evaluation of an instance.
const (
	EvaluationMissing    Code = "EVA001" // a value of the instance that is not there
	EvaluationFailed     Code = "EVA002" // an expression that fails on these values
	EvaluationValue      Code = "EVA003" // a result that no field can hold
	EvaluationIdentity   Code = "EVA004" // an object without a usable name or namespace
	EvaluationDuplicate  Code = "EVA005" // two objects that are one and the same
	EvaluationCollection Code = "EVA006" // a collection that is too large
	EvaluationSelector   Code = "EVA007" // a selector that is not a label selector
	EvaluationBudget     Code = "EVA008" // expressions that cost too much
	EvaluationEmpty      Code = "EVA010" // a render without any object
	EvaluationObjects    Code = "EVA011" // an instance with too many objects
)

func evaluationCodes() []Definition {
	return []Definition{
		{EvaluationMissing, "a value of the instance that is not there"},
		{EvaluationFailed, "an expression that fails on these values"},
		{EvaluationValue, "a result that no field can hold"},
		{EvaluationIdentity, "an object without a usable name or namespace"},
		{EvaluationDuplicate, "two objects that are one and the same"},
		{EvaluationCollection, "a collection that is too large"},
		{EvaluationSelector, "a selector that is not a label selector"},
		{EvaluationBudget, "expressions that cost too much"},
		{EvaluationEmpty, "a render without any object"},
		{EvaluationObjects, "an instance with too many objects"},
	}
}
