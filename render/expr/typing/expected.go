package typing

import (
	"slices"

	"github.com/krowave/krowave/render/catalog"
)

// anyType stands for every type except, as in kro, objects and lists.
const anyType = "value"

// expectedTypes are the JSON types that a schema takes from a template. There are none
// when the schema does not say.
func expectedTypes(s *catalog.Schema) []string {
	if s.IntOrString {
		if s.Type == "" && len(s.OneOf) == 0 && len(s.AnyOf) == 0 && s.AdditionalProperties == nil && !s.AnyAdditional {
			return nil // kro wants to see at least one of these
		}
		return []string{"string", "integer"}
	}
	if names := typesOf(s.OneOf); len(names) > 0 {
		return names
	}
	if names := typesOf(s.AnyOf); len(names) > 0 {
		return names
	}
	switch {
	case s.Type != "":
		return []string{s.Type}
	case s.AdditionalProperties != nil || s.AnyAdditional:
		return []string{anyType}
	}
	return nil
}

// typesOf collects the types of alternatives. An alternative about fields is one of objects.
func typesOf(alternatives []*catalog.Schema) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, s := range alternatives {
		if len(s.Required) > 0 || s.Not != nil {
			add("object")
		}
		add(s.Type)
	}
	return names
}
