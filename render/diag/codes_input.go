package diag

// Codes of the input: INP101 and up for schemas that are given as files.
const (
	InputVersion Code = "INP100" // a Kubernetes version whose schemas are not built in

	InputCRD       Code = "INP101" // a CustomResourceDefinition with a field that is missing or of the wrong type
	InputCRDServed Code = "INP102" // a CustomResourceDefinition without a served version
)

func inputCodes() []Definition {
	return []Definition{
		{InputVersion, "a Kubernetes version whose schemas are not built in"},
		{InputCRD, "a CustomResourceDefinition with a field that is missing or of the wrong type"},
		{InputCRDServed, "a CustomResourceDefinition without a served version"},
	}
}
