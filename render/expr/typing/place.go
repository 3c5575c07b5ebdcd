package typing

import (
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/fieldpath"
)

// TypeAt is the type that a template of the variable's resource takes at a path: dyn
// where the schema has no such place, where expressions cannot see it, or where the
// variable is not declared. For a list variable the path starts at one of its objects.
func (r *Registry) TypeAt(id string, path fieldpath.Path) *types.Type {
	r.mu.Lock()
	defer r.mu.Unlock()
	declared, ok := r.roots[id]
	if !ok {
		return types.DynType
	}
	// The name is built of the keys as they are written, not escaped, and of the keys of
	// maps where type names have @elem: kro does so, and what it then cannot find by its name it
	// accepts unseen.
	name, s := typePrefix+id, declared.schema
	for _, e := range path.Elements() {
		switch key, isKey := e.Key(); {
		case !isKey:
			name, s = name+"."+itemSegment, s.Items
		case key != "": // kro skips an empty key
			name, s = name+"."+key, schemaAt(s, key)
		}
		if s == nil {
			return types.DynType
		}
	}
	if n := r.find(name); n != nil && (n.schema.Type == "object" || n.schema.Type == "array") {
		s = n.schema // with what an embedded object has anyway
	}
	return orDyn(typeOf(name, s))
}

// schemaAt is the schema of a key as kro finds it: a property, a map value, or the same in the items of a list.
func schemaAt(s *catalog.Schema, key string) *catalog.Schema {
	for ; s != nil; s = s.Items {
		if child := fieldSchema(s, key); child != nil {
			return child
		}
	}
	return nil
}

// fieldSchema is the schema of an object's key, or nil. Where anything may stand it is empty.
func fieldSchema(s *catalog.Schema, key string) *catalog.Schema {
	if child := s.Properties[key]; child != nil {
		return child
	}
	if s.AdditionalProperties == nil && s.AnyAdditional {
		return &catalog.Schema{}
	}
	return s.AdditionalProperties
}
