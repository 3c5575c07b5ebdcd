package typing

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/cel-go/common/types"
)

// Compatible reports whether a value of type got may stand where want is expected, and
// if not why, in words that continue "the value does not fit: ". A type fits by name, or else by
// its structure, exactly as in kro (docs/compat/kro.md#assignability): that includes
// values which kro lets pass and the API server refuses later, such as a number for an object.
func (r *Registry) Compatible(got, want *types.Type) (reason string, ok bool) {
	if got == nil || want == nil {
		return "its type is not known", false
	}
	if want.IsAssignableType(got) {
		return "", true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	reason = r.mismatch(got, want)
	return reason, reason == ""
}

// mismatch is the reason why got does not fit want, or "".
func (r *Registry) mismatch(got, want *types.Type) string {
	switch is, must := got.Kind(), want.Kind(); {
	case must == types.DynKind || is == types.DynKind:
		return ""
	case isOptional(got):
		return r.mismatch(got.Parameters()[0], want)
	case must == types.StructKind && is == types.MapKind:
		return r.mapForObject(got, want)
	case must == types.StructKind:
		return r.objectForObject(got, want)
	case must == types.ListKind:
		return r.listForList(got, want)
	case must == types.MapKind && is == types.StructKind:
		return r.objectForMap(got, want)
	case must == types.MapKind:
		return r.mapForMap(got, want)
	case is != must:
		return differ(got, want)
	}
	return ""
}

func differ(got, want *types.Type) string {
	return fmt.Sprintf("%s is not %s", Text(got), Text(want))
}

// listForList compares items. It looks at parameters alone, as kro does, so that a map
// whose keys fit the items passes.
func (r *Registry) listForList(got, want *types.Type) string {
	if len(got.Parameters()) == 0 || len(want.Parameters()) == 0 {
		if len(got.Parameters()) == len(want.Parameters()) {
			return ""
		}
		return differ(got, want)
	}
	return inside("its items: ", r.mismatch(got.Parameters()[0], want.Parameters()[0]))
}

func (r *Registry) mapForMap(got, want *types.Type) string {
	if len(got.Parameters()) < 2 || len(want.Parameters()) < 2 {
		if len(got.Parameters()) == len(want.Parameters()) {
			return ""
		}
		return differ(got, want)
	}
	if reason := r.mismatch(got.Parameters()[0], want.Parameters()[0]); reason != "" {
		return "its keys: " + reason
	}
	return inside("its values: ", r.mismatch(got.Parameters()[1], want.Parameters()[1]))
}

// mapForObject holds the values of a map against every field of an object, since any
// key might be in the map.
func (r *Registry) mapForObject(got, want *types.Type) string {
	n := r.resolve(want)
	if n == nil || !n.isObject() {
		return ""
	}
	if got.Parameters()[0].Kind() != types.StringKind {
		return "its keys must be strings, not " + Text(got.Parameters()[0])
	}
	for _, f := range n.allFields() {
		if reason := r.mismatch(got.Parameters()[1], f.typ); reason != "" {
			return fmt.Sprintf("a map with one type of values must fit every field, but for %q: %s", f.key, reason)
		}
	}
	return ""
}

func (r *Registry) objectForMap(got, want *types.Type) string {
	n := r.resolve(got)
	if n == nil || !n.isObject() {
		return ""
	}
	if want.Parameters()[0].Kind() != types.StringKind {
		return "the keys must be " + Text(want.Parameters()[0])
	}
	for _, f := range n.allFields() {
		if reason := r.mismatch(f.typ, want.Parameters()[1]); reason != "" {
			return fmt.Sprintf("its field %q: %s", f.key, reason)
		}
	}
	return ""
}

// objectForObject wants every field of the value to exist in the expected object with a type that fits;
// fields may be missing. What has no fields of its own passes, as in kro.
func (r *Registry) objectForObject(got, want *types.Type) string {
	expected := r.resolve(want)
	if expected == nil || got.Kind() != types.StructKind {
		return ""
	}
	value := r.resolve(got)
	if value == nil || !value.isObject() || value.schema == expected.schema || expected.schema.PreserveUnknown {
		return ""
	}
	for _, f := range value.allFields() {
		s := expected.schema.Properties[f.key]
		if !expected.isObject() || !exposed(s) {
			return fmt.Sprintf("it has a field %q, which %s does not have", f.key, Text(want))
		}
		if reason := r.mismatch(f.typ, typeOf(expected.name+"."+f.escaped, s)); reason != "" {
			return fmt.Sprintf("its field %q: %s", f.key, reason)
		}
	}
	return ""
}

func inside(where, reason string) string {
	if reason == "" {
		return ""
	}
	return where + reason
}

// resolve is the node of an object type that can be looked into. Types below a list
// variable are not known by kro under the names that they have.
func (r *Registry) resolve(t *types.Type) *node {
	if r.belowList(t.TypeName()) {
		return nil
	}
	return r.find(t.TypeName())
}

// objectField is a field of an object with its type.
type objectField struct {
	key, escaped string
	typ          *types.Type
}

// allFields are the fields that expressions can see, sorted by name.
func (n *node) allFields() []objectField {
	fields := make([]objectField, 0, len(n.schema.Properties))
	for _, key := range slices.Sorted(maps.Keys(n.schema.Properties)) {
		escaped, ok := escape(key)
		if !ok {
			continue
		}
		if t := typeOf(n.name+"."+escaped, n.schema.Properties[key]); t != nil {
			fields = append(fields, objectField{key: key, escaped: escaped, typ: t})
		}
	}
	return fields
}
