package diag

// Codes of text that cannot be read as YAML or JSON.
const (
	YAMLSyntax    Code = "YAML001" // text that is not YAML
	YAMLLimit     Code = "YAML002" // a file larger than allowed
	YAMLDuplicate Code = "YAML003" // a key twice in one map
	YAMLKey       Code = "YAML004" // a key that has no JSON form
	YAMLValue     Code = "YAML005" // a value that has no JSON form
)

func sourceCodes() []Definition {
	return []Definition{
		{YAMLSyntax, "text that is not YAML"},
		{YAMLLimit, "a file with more bytes, documents, values or levels than allowed"},
		{YAMLDuplicate, "a key that is set twice in one map"},
		{YAMLKey, "a key that cannot be a key in JSON"},
		{YAMLValue, "a value that has no form in JSON or does not fit its tag"},
	}
}
