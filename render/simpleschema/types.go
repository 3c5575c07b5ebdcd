package simpleschema

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
)

// maxTypeNesting is the number of [] and map[string] that may stand before a type.
const maxTypeNesting = 16

// typeExpr is a parsed type: a [scalar], [anyObject], [list], [dictionary],
// [reference] or [noType].
type typeExpr interface{ text() Text }

type (
	// scalar is one of the types that OpenAPI has, too.
	scalar struct {
		Text
		openAPI string
	}
	// anyObject is an object of any shape.
	anyObject struct{ Text }
	// list is []T.
	list struct {
		Text
		elem typeExpr
	}
	// dictionary is map[string]T.
	dictionary struct {
		Text
		value typeExpr
	}
	// reference is the name of an entry of schema.types, which may or may not exist.
	reference struct{ Text }
	// noType stands for a type that could not be read and was reported.
	noType struct{ Text }
)

func (t scalar) text() Text     { return t.Text }
func (t anyObject) text() Text  { return t.Text }
func (t list) text() Text       { return t.Text }
func (t dictionary) text() Text { return t.Text }
func (t reference) text() Text  { return t.Text }
func (t noType) text() Text     { return t.Text }

// scalarOf is the OpenAPI type of a scalar SimpleSchema type.
func scalarOf(name string) (openAPI string, ok bool) {
	switch name {
	case "string", "integer", "boolean":
		return name, true
	case "float":
		return "number", true
	}
	return "", false
}

// builtinTypes are all type names that need no entry in schema.types, in the order of suggestions.
func builtinTypes() []string { return []string{"string", "integer", "boolean", "float", "object"} }

// isBuiltin reports whether a name cannot be that of a named type.
func isBuiltin(name string) bool {
	return slices.Contains(builtinTypes(), name)
}

// parseType reads the type before the first | of a field.
func parseType(whole Text, diags *problems) typeExpr {
	t := whole.trim()
	if t.str == "" {
		diags.errorf(diag.SchemaType, whole, "the type is missing").
			WithHint("write a type such as string before the markers")
		return noType{t}
	}
	return parseNested(t, 0, diags)
}

func parseNested(t Text, depth int, diags *problems) typeExpr {
	if depth > maxTypeNesting {
		diags.errorf(diag.SchemaType, t, "types are nested deeper than %d levels", maxTypeNesting).
			WithHint("give an inner part a name in schema.types")
		return noType{t}
	}
	t = t.trim()
	if openAPI, ok := scalarOf(t.str); ok {
		return scalar{t, openAPI}
	}
	if t.str == "object" {
		return anyObject{t}
	}
	if elem, ok := t.cutPrefix("[]"); ok {
		if elem.str == "" {
			diags.errorf(diag.SchemaType, t, "the type of the list's elements is missing").
				WithHint("write it behind the brackets, for example []string")
			return noType{t}
		}
		return list{t, parseNested(elem, depth+1, diags)}
	}
	if strings.HasPrefix(t.str, "map[") {
		return parseMap(t, depth, diags)
	}
	return reference{t}
}

func parseMap(t Text, depth int, diags *problems) typeExpr {
	value, ok := t.cutPrefix("map[string]")
	if !ok {
		key, _, _ := strings.Cut(t.str[len("map["):], "]")
		diags.errorf(diag.SchemaType, t, "the keys of a map must be strings, not %q", key).
			WithHint("write map[string] followed by the type of the values, without blanks inside the brackets")
		return noType{t}
	}
	if value = value.trim(); value.str == "" {
		diags.errorf(diag.SchemaType, t, "the type of the map's values is missing").
			WithHint("write it behind the brackets, for example map[string]string")
		return noType{t}
	}
	return dictionary{t, parseNested(value, depth+1, diags)}
}

// references are the names of the named types that a type mentions, at most one.
func references(t typeExpr) []reference {
	switch t := t.(type) {
	case list:
		return references(t.elem)
	case dictionary:
		return references(t.value)
	case reference:
		return []reference{t}
	}
	return nil
}
