package value

import (
	"maps"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/catalog"
)

// knowledge is how much is known of a container beyond what it holds.
type knowledge uint8

const (
	// whole: what is not there does not exist.
	whole knowledge = iota
	// stated: somebody set all of it, so it counts as a whole, but a key that
	// it lacks is unknown.
	stated
	// partial: more is going to be there. A list of partial items is nevertheless a whole list.
	partial
)

// below is the knowledge of something inside that nobody fills up.
func (k knowledge) below() knowledge { return min(k, stated) }

// Wrap makes the value of a variable. A nil schema means that nothing is known of its
// type: then the value is what JSON says. The data may be shared, and must not change.
func Wrap(data any, schema *catalog.Schema, missing Missing) ref.Val {
	return WrapKnown(data, schema, missing, nil)
}

// WrapKnown is [Wrap] for an object that was observed at some places: there its data
// is the whole truth, and what it lacks does not exist, whatever missing says.
func WrapKnown(data any, schema *catalog.Schema, missing Missing, known *Known) ref.Val {
	k := partial
	if missing == Absent || known.all() {
		k = whole
	}
	c := context{place: place{key: string(missing), index: atRoot}, knowledge: k, known: known}
	if schema == nil {
		return c.raw(data)
	}
	return c.typed(data, schema)
}

// Raw makes a value without a schema of which everything is known, as kro hands it to
// readyWhen and to iterators (docs/compat/kro.md#iterators).
func Raw(data any) ref.Val { return types.DefaultTypeAdapter.NativeToValue(data) }

// Untyped is a value without its schema, of which the rest stays as it is known or unknown.
func Untyped(v ref.Val) ref.Val {
	switch v := v.(type) {
	case *object:
		return v.raw(v.data)
	case *list:
		return v.raw(v.items)
	}
	return v
}

// UnknownObject is an object of which nothing is known, not even whether it exists.
func UnknownObject(node string) ref.Val { return NewUnknown(Path{Node: node}) }

// Collection is the value of a node that stands for several objects.
func Collection(items []ref.Val) ref.Val {
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

// context is what a value needs to know of the place where it was found.
type context struct {
	place
	knowledge
	known *Known
}

// undecided is an unknown when two values cannot be compared because one of them is not
// known as a whole. Between values that are, holes make themselves known.
func undecided(a container, b ref.Val) *types.Unknown {
	if isWhole(a) && isWhole(b) {
		return nil
	}
	return types.MergeUnknowns(a.gap(), Gap(b))
}

// isWhole reports that what a value lacks does not exist.
func isWhole(v ref.Val) bool {
	switch v := v.(type) {
	case *object:
		return v.knowledge == whole
	case *list:
		return v.knowledge == whole
	case *free, *freeList: // which there are only for data of which not all is known
		return false
	}
	return true
}

// container is a wrapped map or list.
type container interface {
	ref.Val
	// gap is an unknown when something of the container is unknown, and nil otherwise.
	gap() *types.Unknown
	// plain is a copy of the data with holes where it is not known.
	plain() any
}

// typed makes a value of a schema's type, or an error value when the data is of another type.
func (c context) typed(data any, s *catalog.Schema) ref.Val {
	switch d := data.(type) {
	case *types.Unknown:
		return d
	case container: // an item of a list that took up items of another one
		return d
	case nil:
		if s.Nullable {
			return types.NullValue
		}
		return types.NewErr("invalid data, got null for schema with nullable=false")
	}
	if s.IntOrString || s.Format == "int-or-string" {
		return intOrString(data)
	}
	switch s.Type {
	case "object":
		return c.object(data, s)
	case "array":
		return c.array(data, s)
	case "string":
		return text(data, s.Format)
	case "number":
		return number(data)
	case "integer":
		return integer(data)
	case "boolean":
		return boolean(data)
	}
	if s.PreserveUnknown || s.Type == "" && isQuantity(s) {
		c.knowledge = c.below()
		return c.raw(data)
	}
	return types.NewErr("invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got %s", s.Type)
}

// raw makes a value of data without a schema.
func (c context) raw(data any) ref.Val {
	if c.knowledge != whole {
		switch d := data.(type) {
		case map[string]any:
			return &free{object{context: c, data: d}}
		case []any:
			return &freeList{list{context: c, items: d}}
		}
	}
	return Raw(data)
}

// object makes a struct, a map, or for free-form schemas a value without a schema.
func (c context) object(data any, s *catalog.Schema) ref.Val {
	m, ok := data.(map[string]any)
	if !ok {
		return types.NewErr("invalid data, expected a map for the provided schema with type=object")
	}
	switch {
	case s.Embedded:
		return &object{context: c, data: m, schema: withObjectMeta(s)}
	case s.Properties != nil:
		return &object{context: c, data: m, schema: s}
	}
	c.knowledge = c.below()
	if s.AdditionalProperties != nil {
		return &object{context: c, data: m, schema: s}
	}
	return c.raw(data)
}

// withObjectMeta is the schema of an embedded resource: apiVersion, kind and the
// names can always be read.
func withObjectMeta(s *catalog.Schema) *catalog.Schema {
	str := &catalog.Schema{Type: "string"}
	all := make(map[string]*catalog.Schema, len(s.Properties)+3)
	maps.Copy(all, s.Properties)
	if m := all["metadata"]; isString(all["kind"]) && isString(all["apiVersion"]) && m != nil && m.Type == "object" &&
		isString(m.Properties["name"]) && isString(m.Properties["generateName"]) {
		return s
	}
	all["apiVersion"], all["kind"] = str, str
	all["metadata"] = &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{"name": str, "generateName": str}}
	return &catalog.Schema{Type: s.Type, Properties: all, AdditionalProperties: s.AdditionalProperties, PreserveUnknown: s.PreserveUnknown}
}

func isString(s *catalog.Schema) bool { return s != nil && s.Type == "string" }

// isQuantity recognises resource.Quantity, which has no type in OpenAPI v3 but two alternatives.
func isQuantity(s *catalog.Schema) bool {
	if len(s.OneOf) != 2 {
		return false
	}
	a, b := s.OneOf[0].Type, s.OneOf[1].Type
	return a == "string" && b == "number" || a == "number" && b == "string"
}

func (c context) array(data any, s *catalog.Schema) ref.Val {
	items, ok := data.([]any)
	if !ok {
		return types.NewErr("invalid data, expected an array for the provided schema with type=array")
	}
	if s.Items == nil {
		return types.NewErr("invalid array type, expected Items with a non-empty Schema")
	}
	l := list{context: c, items: items, schema: s.Items}
	switch s.ListType {
	case "", "atomic":
		return &l
	case "set":
		l.kind = setList
	case "map":
		l.kind, l.keys = mapList, s.ListMapKeys
	default:
		return types.NewErr("invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got %s", s.ListType)
	}
	return &l
}
