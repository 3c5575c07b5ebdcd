package simpleschema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
)

// The parts of a schema under which an [Origin] records markers, where they have
// another name than their marker.
const (
	partRules       = "x-kubernetes-validations"
	partListType    = "x-kubernetes-list-type"
	partListMapKeys = "x-kubernetes-list-map-keys"
)

// field is a schema that markers are applied to, in the order in which they are
// written: of a marker that sets one value the last one counts, as in kro.
type field struct {
	name   string
	schema *apiextensionsv1.JSONSchemaProps
	origin *Origin
	parent *parent
	diags  *problems
	seen   map[string]Text
}

func (f *field) apply(markers []marker) {
	for _, m := range markers {
		if m.name == "" {
			continue
		}
		f.repeated(m)
		f.one(m)
	}
	f.mapKeys()
	f.bounds()
}

// one applies one marker.
func (f *field) one(m marker) {
	switch m.name {
	case markRequired:
		if required, ok := f.boolean(m); ok && required {
			f.parent.require(f.name, m.key)
		}
	case markDefault:
		f.setDefault(m)
	case markDescription:
		f.schema.Description = m.value.str
		f.warnQuotes(m)
	case markMinimum:
		f.limit(m, &f.schema.Minimum, markMinLength, markMinItems)
	case markMaximum:
		f.limit(m, &f.schema.Maximum, markMaxLength, markMaxItems)
	case markValidation:
		if strings.TrimSpace(m.value.str) == "" {
			f.diags.errorf(diag.SchemaMarkerValue, m.value, "the rule is empty").
				WithHint("write a CEL expression: validation=\"self > 0\"")
			return
		}
		f.rule(m.value, m.value.str, "validation failed")
	case markImmutable:
		if immutable, ok := f.boolean(m); ok && immutable {
			f.rule(m.key, "self == oldSelf", "field is immutable")
		}
	case markEnum:
		f.setEnum(m)
	case markPattern:
		f.setPattern(m)
	case markMinLength:
		f.count(m, &f.schema.MinLength, "string", markMinItems)
	case markMaxLength:
		f.count(m, &f.schema.MaxLength, "string", markMaxItems)
	case markMinItems:
		f.count(m, &f.schema.MinItems, "array", markMinLength)
	case markMaxItems:
		f.count(m, &f.schema.MaxItems, "array", markMaxLength)
	case markUniqueItems:
		f.setUnique(m)
	case markListType:
		f.setListType(m)
	case markListMapKey:
		f.addMapKey(m)
	}
}

// repeated warns of a marker that an earlier one of the same name makes pointless.
func (f *field) repeated(m marker) {
	if m.name == markValidation || m.name == markListMapKey || m.name == markRequired || m.name == markImmutable {
		return
	}
	if first, twice := f.seen[m.name]; twice {
		d := f.diags.warnf(diag.SchemaSuspect, m.key, "%s is set twice; the last one counts", m.name)
		relate(d, first, "first set here")
	}
	f.seen[m.name] = m.key
}

// is reports whether the schema has a type, and reports a problem if not. A schema whose
// type is not known passes.
func (f *field) is(m marker, want, hint string) bool {
	if f.schema.Type == want || f.schema.Type == "" {
		return true
	}
	f.diags.errorf(diag.SchemaMarkerType, m.key, "%s applies to %s, not to %s", m.name, plural(want), plural(f.schema.Type)).
		WithHint("%s", hint)
	return false
}

// plural names the values of an OpenAPI type in SimpleSchema's words.
func plural(openAPI string) string {
	switch openAPI {
	case "array":
		return "lists"
	case "number":
		return "floats"
	}
	return openAPI + "s"
}

// boolean is the value of a marker that is either true or false.
func (f *field) boolean(m marker) (value, ok bool) {
	value, err := strconv.ParseBool(m.value.str)
	if err != nil {
		f.badValue(m, "true or false").WithHint("write %s=true", m.name)
		return false, false
	}
	return value, true
}

// badValue reports a value that is not what the marker takes. Of an empty value it points at the marker.
func (f *field) badValue(m marker, want string) *diag.Diagnostic {
	at := m.value
	if at.str == "" {
		at = m.key
	}
	return f.diags.errorf(diag.SchemaMarkerValue, at, "%s must be %s, not %s", m.name, want, quote(m.value.str))
}

// count sets a length or a number of items.
func (f *field) count(m marker, target **int64, of, other string) {
	hint := "it limits the length of one string"
	if of == "array" {
		hint = "it limits the number of elements of one list"
	}
	if (f.schema.Type == "array" && of == "string") || (f.schema.Type == "string" && of == "array") {
		hint = fmt.Sprintf("did you mean %s?", other)
	}
	typed := f.is(m, of, hint)
	n, err := strconv.ParseInt(m.value.str, 10, 64)
	if err != nil {
		f.badValue(m, "a whole number")
		return
	}
	if n < 0 {
		f.diags.warnf(diag.SchemaSuspect, m.value, "%s is negative", m.name)
	}
	if typed {
		*target = &n
		f.origin.mark(m.name, m.value)
	}
}

// setPattern sets a regular expression.
func (f *field) setPattern(m marker) {
	typed := f.is(m, "string", "give the strings inside a named type that has the pattern")
	if m.value.str == "" {
		f.badValue(m, "a regular expression")
		return
	}
	if _, err := regexp.Compile(m.value.str); err != nil {
		f.diags.errorf(diag.SchemaMarkerValue, m.value, "the pattern is not a regular expression of Go: %s",
			cut(strings.TrimPrefix(err.Error(), "error parsing regexp: "))).
			WithHint("Go's RE2 syntax has no look-around and no back references")
		return
	}
	f.warnQuotes(m)
	if typed {
		f.schema.Pattern = m.value.str
		f.origin.mark(m.name, m.value)
	}
}

// rule adds a CEL rule.
func (f *field) rule(at Text, rule, message string) {
	f.origin.mark(fmt.Sprintf("%s[%d]", partRules, len(f.schema.XValidations)), at)
	f.schema.XValidations = append(f.schema.XValidations, apiextensionsv1.ValidationRule{Rule: rule, Message: message})
}

// warnQuotes warns of single quotes, which become part of the value.
func (f *field) warnQuotes(m marker) {
	s := m.value.str
	if m.value.at == nil && len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		f.diags.warnf(diag.SchemaSuspect, m.value, "the single quotes are part of the value").
			WithHint("only double quotes quote: %s=\"%s\"", m.name, cut(strings.Trim(s, "'")))
	}
}

// bounds warns of limits that no value can keep.
func (f *field) bounds() {
	s := f.schema
	impossible := func(low, high string) {
		at, found := f.seen[high]
		if !found {
			at, found = f.seen[low]
		}
		if !found {
			return // Both come from a named type, where they are reported.
		}
		f.diags.warnf(diag.SchemaSuspect, at, "no value can be valid: %s is greater than %s", low, high)
	}
	if s.Minimum != nil && s.Maximum != nil && *s.Minimum > *s.Maximum {
		impossible(markMinimum, markMaximum)
	}
	if s.MinLength != nil && s.MaxLength != nil && *s.MinLength > *s.MaxLength {
		impossible(markMinLength, markMaxLength)
	}
	if s.MinItems != nil && s.MaxItems != nil && *s.MinItems > *s.MaxItems {
		impossible(markMinItems, markMaxItems)
	}
}
