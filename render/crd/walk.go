package crd

import (
	"fmt"
	"maps"
	"math"
	"slices"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"

	"github.com/krowave/krowave/render/diag"
)

// walker visits all parts of one version's schema.
type walker struct {
	*report
	rules int
	cost  uint64     // of all rules
	worst []ruleCost // that matter for the sum
}

// node is the place of a part and what its parents say about it.
type node struct {
	path string
	root bool
	// count is how often the part can occur in one object, or nil when nothing limits
	// it: then unlimited is the path of the outermost list or map without a limit.
	count     *uint64
	unlimited string
	inMap     bool
	// uncorrelated is the path of the list whose elements cannot be told apart, or
	// "": below it a rule does not know an old value.
	uncorrelated string
}

// child is the place of a part of s.
func (n node) child(s *structuralschema.Structural, step string) node {
	parent := n.path
	n.path += "." + step
	n.root = false
	most := mostElements(s)
	switch {
	case n.count == nil:
	case most == nil:
		n.count, n.unlimited, n.inMap = nil, parent, s.Type == "object"
	default:
		n.count = new(multiply(*n.count, *most))
	}
	return n
}

// mostElements is how many parts of one kind a value of a schema can have: 1 for
// what is neither a list nor a map, nil for what has no limit.
func mostElements(s *structuralschema.Structural) *uint64 {
	var limit *int64
	switch {
	case s.Type == "array":
		if s.ValueValidation != nil {
			limit = s.ValueValidation.MaxItems
		}
	case s.Type == "object" && s.AdditionalProperties != nil:
		if s.ValueValidation != nil {
			limit = s.ValueValidation.MaxProperties
		}
	default:
		return new(uint64(1))
	}
	if limit == nil {
		return nil
	}
	return new(uint64(max(0, *limit)))
}

// multiply is a product that stops at the largest number.
func multiply(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}

func (w *walker) walk(s *structuralschema.Structural, at node) {
	w.list(s, at.path)
	w.compile(s, at)
	if s.Items != nil {
		child := at.child(s, "items")
		if (s.XListType == nil || *s.XListType != "map") && child.uncorrelated == "" {
			child.uncorrelated = at.path
		}
		w.walk(s.Items, child)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
		w.walk(s.AdditionalProperties.Structural, at.child(s, "additionalProperties"))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		child := at.child(s, "properties["+name+"]")
		if !cel.MapIsCorrelatable(s.XMapType) && child.uncorrelated == "" {
			child.uncorrelated = at.path
		}
		w.walk(&property, child)
	}
}

// list checks that the elements of a set or a map list can be told apart.
func (w *walker) list(s *structuralschema.Structural, path string) {
	if s.XListType == nil || s.Items == nil {
		return
	}
	items := s.Items
	switch *s.XListType {
	case "set":
		if items.Type == "object" && (items.XMapType == nil || *items.XMapType != "atomic") {
			w.errorf(diag.CRDList, path+".x-kubernetes-list-type", "the list %s cannot be a set: its elements are objects", fieldName(path)).
				WithHint("use listType=map with listMapKey for objects")
		}
		if items.Type == "array" && items.XListType != nil && *items.XListType != "atomic" {
			w.errorf(diag.CRDList, path+".x-kubernetes-list-type", "the list %s cannot be a set: its elements are lists of type %s", fieldName(path), *items.XListType)
		}
	case "map":
		if len(s.XListMapKeys) == 0 {
			w.errorf(diag.CRDList, path+".x-kubernetes-list-type", "the map list %s has no key", fieldName(path)).
				WithHint("add listMapKey with the name of a required field of the elements")
		}
		if items.Type != "object" {
			w.errorf(diag.CRDList, path+".x-kubernetes-list-type", "the list %s cannot be a map: its elements are not objects", fieldName(path))
			return
		}
		for i, key := range s.XListMapKeys {
			w.mapKey(items, key, path, fmt.Sprintf("%s.x-kubernetes-list-map-keys[%d]", path, i))
		}
	}
	if items.Nullable && *s.XListType != "atomic" {
		w.errorf(diag.CRDList, path+".items.nullable", "the elements of the list %s cannot be null", fieldName(path))
	}
}

// mapKey checks one key of a map list.
func (w *walker) mapKey(items *structuralschema.Structural, key, path, at string) {
	property, found := items.Properties[key]
	if !found {
		d := w.errorf(diag.CRDList, at, "%q cannot be a key of the list %s: its elements have no such field", key, fieldName(path))
		if s := diag.Suggest(key, slices.Sorted(maps.Keys(items.Properties))); s != "" {
			d.WithHint("did you mean %s?", s)
		}
		return
	}
	if property.Type == "array" || property.Type == "object" {
		w.errorf(diag.CRDList, at, "%q cannot be a key of the list %s: it is not a single value", key, fieldName(path))
	}
	required := items.ValueValidation != nil && slices.Contains(items.ValueValidation.Required, key)
	if !required && property.Default.Object == nil && property.Type != "array" && property.Type != "object" {
		w.errorf(diag.CRDList, at, "%q cannot be a key of the list %s: it is neither required nor has it a default", key, fieldName(path)).
			WithHint("add required=true to the field %s of the elements", key)
	}
	if property.Nullable {
		w.errorf(diag.CRDList, at, "%q cannot be a key of the list %s: it can be null", key, fieldName(path))
	}
}
