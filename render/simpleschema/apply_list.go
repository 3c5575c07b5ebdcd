package simpleschema

import (
	"fmt"
	"slices"

	"github.com/krowave/krowave/render/diag"
)

const listHint = "it says how the elements of one list are told apart"

// setUnique makes a list a set, which is how a CRD says that elements are unique.
func (f *field) setUnique(m marker) {
	unique, ok := f.boolean(m)
	if !f.is(m, "array", listHint) || !ok || !unique {
		return
	}
	f.listType(m, "set")
}

func (f *field) setListType(m marker) {
	if !f.is(m, "array", listHint) {
		return
	}
	allowed := []string{"atomic", "set", "map"}
	if !slices.Contains(allowed, m.value.str) {
		d := f.badValue(m, "atomic, set or map")
		if s := diag.Suggest(m.value.str, allowed); s != "" {
			d.WithHint("did you mean %s?", s)
		}
		return
	}
	f.listType(m, m.value.str)
}

// listType sets the list type. A marker may not change what an earlier one, or
// the named type, has set.
func (f *field) listType(m marker, listType string) {
	if old := f.schema.XListType; old != nil && *old != listType {
		d := f.diags.errorf(diag.SchemaConflict, m.key, "%s makes the list of type %s, but it is already of type %s", m.name, listType, *old)
		if at, found := f.origin.marks[partListType]; found {
			relate(d, at, "made %s here", *old)
		}
		return
	}
	f.schema.XListType = &listType
	f.origin.mark(partListType, m.value)
}

// addMapKey adds a field that tells the elements of a map list apart. Whether the
// elements have that field is for the API server to judge.
func (f *field) addMapKey(m marker) {
	if !f.is(m, "array", listHint) {
		return
	}
	if slices.Contains(f.schema.XListMapKeys, m.value.str) {
		f.diags.errorf(diag.SchemaConflict, m.value, "%s is already a key of the list", quote(m.value.str))
		return
	}
	f.origin.mark(fmt.Sprintf("%s[%d]", partListMapKeys, len(f.schema.XListMapKeys)), m.value)
	f.schema.XListMapKeys = append(f.schema.XListMapKeys, m.value.str)
}

// mapKeys checks that only map lists have keys.
func (f *field) mapKeys() {
	if len(f.schema.XListMapKeys) == 0 || (f.schema.XListType != nil && *f.schema.XListType == "map") {
		return
	}
	at := f.origin.marks[partListMapKeys+"[0]"]
	if f.schema.XListType == nil {
		f.diags.errorf(diag.SchemaConflict, at, "listMapKey needs listType=map").WithHint("add listType=map")
		return
	}
	f.diags.errorf(diag.SchemaConflict, at, "listMapKey needs listType=map, but the list is of type %s", *f.schema.XListType)
}
