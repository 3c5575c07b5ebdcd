package parameters

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

// The types of a schema.
const (
	typeString  = "string"
	typeInteger = "integer"
	typeNumber  = "number"
	typeBoolean = "boolean"
	typeArray   = "array"
	typeObject  = "object"
)

// properties are the names of the fields of an object, sorted. They are never nil.
func properties(s *apiextensionsv1.JSONSchemaProps) []string {
	return append([]string{}, slices.Sorted(maps.Keys(s.Properties))...)
}

// converter makes a value of the texts of a parameter, as the schema of the field has it.
type converter struct {
	override Override
	diags    diag.List
}

// value is the parameter's value as a tree, or nil with problems.
func (c *converter) value(s *apiextensionsv1.JSONSchemaProps) *source.Node {
	v := c.override.value
	var text string
	switch {
	case v.array != nil:
		text = c.array(s, *v.array)
	case v.table != nil:
		text = c.table(s, *v.table)
	default:
		text = c.text(s, *v.text, "")
	}
	if len(c.diags) > 0 {
		return nil
	}
	n := c.override.parsed(text)
	if n == nil {
		c.wrong("it cannot be read")
	}
	return n
}

func (c *converter) wrong(format string, args ...any) {
	c.diags.Errorf(CodeValue, whole(c.override.value.file), format, args...)
}

// array is a list as JSON.
func (c *converter) array(s *apiextensionsv1.JSONSchemaProps, list []string) string {
	if s != nil && s.Type != typeArray && (s.Type != "" || !free(s)) {
		c.wrong("%s takes %s, not an array", c.override.Path, phrase(s))
		return ""
	}
	var item *apiextensionsv1.JSONSchemaProps
	if s != nil && s.Items != nil {
		item = s.Items.Schema
	}
	parts := make([]string, len(list))
	for i, text := range list {
		parts[i] = c.text(item, text, "["+strconv.Itoa(i)+"]")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// table is a map as JSON.
func (c *converter) table(s *apiextensionsv1.JSONSchemaProps, table map[string]string) string {
	if s != nil && s.Type != typeObject && (s.Type != "" || !free(s)) {
		c.wrong("%s takes %s, not a map", c.override.Path, phrase(s))
		return ""
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(table)) {
		next, fields := member(s, key)
		if next == nil && fields != nil {
			d := c.diags.Errorf(CodeField, whole(c.override.value.file), "%s has no field %q", c.override.Path, key)
			if near := diag.Suggest(key, fields); near != "" {
				d.WithHint("did you mean %q?", near)
			}
			continue
		}
		parts = append(parts, quoted(key)+": "+c.text(next, table[key], "["+quoted(key)+"]"))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// text is one text as JSON of the type that the schema wants. Inside says which part of the parameter it is.
func (c *converter) text(s *apiextensionsv1.JSONSchemaProps, text, inside string) string {
	if s == nil {
		return c.free(text, inside)
	}
	var ok bool
	switch s.Type {
	case typeString:
		return quoted(text)
	case typeInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if ok = err == nil; ok {
			text = strconv.FormatInt(n, 10)
		}
	case typeNumber:
		f, err := strconv.ParseFloat(text, 64)
		ok = err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) && json.Valid([]byte(text))
	case typeBoolean:
		ok = text == "true" || text == "false"
	default:
		return c.structured(s, text, inside)
	}
	if !ok {
		c.wrong("%s%s takes %s, not %s", c.override.Path, inside, phrase(s), quoted(text))
		return ""
	}
	return text
}

// free is a text where anything may stand: a list or an object where it is one in JSON, and else the text.
func (c *converter) free(text, inside string) string {
	if trimmed := strings.TrimSpace(text); inside == "" && (strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")) && json.Valid([]byte(text)) {
		return text
	}
	return quoted(text)
}

// structured is an object or a list that is written as YAML or JSON.
func (c *converter) structured(s *apiextensionsv1.JSONSchemaProps, text, inside string) string {
	n := c.override.parsed(text)
	switch {
	case s.Type == "" && n == nil:
		return quoted(text)
	case n == nil || s.Type == typeObject && n.Kind() != source.Map || s.Type == typeArray && n.Kind() != source.List:
		c.wrong("%s%s takes %s, and the text is none in YAML or JSON", c.override.Path, inside, phrase(s))
		return ""
	case inside == "":
		return text // as it is, so that problems point into it
	}
	data, err := json.Marshal(n.JSON())
	if err != nil {
		c.wrong("%s%s cannot be read: %v", c.override.Path, inside, err)
	}
	return string(data)
}

// quoted is a text as JSON, which is YAML as well.
func quoted(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// phrase names a type in a sentence.
func phrase(s *apiextensionsv1.JSONSchemaProps) string {
	switch s.Type {
	case typeInteger, typeArray, typeObject:
		return "an " + s.Type
	case "":
		return "any value"
	}
	return "a " + s.Type
}
