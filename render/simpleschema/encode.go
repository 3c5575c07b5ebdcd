package simpleschema

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// encoder reports what keeps a built schema from being written as JSON: values that
// go into the CRD as they are typed. It looks at the finished schema, because kro
// accepts a value that every use of its type replaces.
type encoder struct {
	diags *problems
	seen  map[position]bool
}

// position tells two pieces of text apart.
type position struct {
	node *source.Node
	from int
}

func (e *encoder) walk(s *apiextensionsv1.JSONSchemaProps, o *Origin) {
	if mark := o.marks[markDefault]; s.Default != nil && e.first(mark) && len(s.Default.Raw) > 0 && !json.Valid(s.Default.Raw) {
		e.badDefault(s, mark)
	}
	if mark := o.marks[markEnum]; len(s.Enum) > 0 && e.first(mark) {
		for i, part := range enumParts(mark) {
			if !json.Valid(s.Enum[i].Raw) {
				e.diags.errorf(diag.SchemaNotJSON, part, "the enum value %s is not valid JSON", cut(string(s.Enum[i].Raw)))
			}
		}
	}
	e.limit(s.Minimum, o.marks[markMinimum])
	e.limit(s.Maximum, o.marks[markMaximum])
	if s.Items != nil {
		e.walk(s.Items.Schema, o.items)
	}
	if s.AdditionalProperties != nil {
		e.walk(s.AdditionalProperties.Schema, o.values)
	}
	for _, name := range slices.Sorted(maps.Keys(o.properties)) {
		property := s.Properties[name]
		e.walk(&property, o.properties[name])
	}
}

// first reports whether a piece of text, which many fields may share, is met for
// the first time.
func (e *encoder) first(t Text) bool {
	p := position{t.node, t.from}
	if e.seen[p] {
		return false
	}
	e.seen[p] = true
	return true
}

// limit reports a minimum or maximum that is no number of JSON.
func (e *encoder) limit(n *float64, at Text) {
	if n != nil && (math.IsNaN(*n) || math.IsInf(*n, 0)) && e.first(at) {
		e.diags.errorf(diag.SchemaNotJSON, at, "%s has no form in JSON", cut(at.str)).WithHint("leave the marker out for no limit")
	}
}

func (e *encoder) badDefault(s *apiextensionsv1.JSONSchemaProps, at Text) {
	if s.Type != "string" {
		e.diags.errorf(diag.SchemaNotJSON, at, "the default %s is not valid JSON", cut(at.str)).WithHint("%s", jsonHint(s.Type, at.str))
		return
	}
	from, hint := badCharacter(at.str)
	e.diags.errorf(diag.SchemaNotJSON, at.sub(from, min(from+1, len(at.str))), "this character makes the default invalid JSON; kro does not escape it").
		WithHint("%s", hint)
}

// jsonHint shows how the default of a field that is no string is written.
func jsonHint(openAPI, v string) string {
	switch openAPI {
	case "boolean":
		if b, err := strconv.ParseBool(v); err == nil {
			return "write default=" + strconv.FormatBool(b)
		}
	case "integer":
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return "write default=" + strconv.FormatInt(n, 10)
		}
	case "number":
		if n, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return "write default=" + strconv.FormatFloat(n, 'g', -1, 64)
		}
		return "JSON has no NaN and no infinity"
	case "array":
		return "write a JSON list: default=[\"a\",\"b\"]"
	}
	return "write a JSON object: default={\"key\":\"value\"}"
}

// badCharacter finds what keeps the text of a string default from being the inside of a JSON string.
func badCharacter(s string) (at int, hint string) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return i, `write \\\" for a quotation mark inside a quoted default (each \ twice in a double-quoted YAML string)`
		case s[i] < ' ':
			return i, `write \n for a line break and \t for a tab`
		case s[i] == '\\':
			if i+1 == len(s) || !strings.ContainsRune(`"\/bfnrtu`, rune(s[i+1])) || (s[i+1] == 'u' && !hex4(s[i+2:])) {
				return i, `write \\\\ for a backslash inside a quoted default (each \ twice in a double-quoted YAML string)`
			}
			i++
		}
	}
	return 0, "write a text that can stand between the quotes of a JSON string"
}

// hex4 reports whether s starts with four hexadecimal digits.
func hex4(s string) bool {
	if len(s) < 4 {
		return false
	}
	_, err := strconv.ParseUint(s[:4], 16, 16)
	return err == nil
}
