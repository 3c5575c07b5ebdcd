package rgd

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// reader collects the problems of one RGD. Its methods answer zero values for
// what is missing or wrong, so that reading goes on and finds the rest. A null
// counts as absent, as it does for the API server.
type reader struct {
	diags diag.List
}

// present is the value of a key, or nil when it is absent or null.
func present(n *source.Node, key string) *source.Node {
	v := n.Get(key)
	if v.Kind() == source.Null {
		return nil
	}
	return v
}

// typed reports whether n has a kind, and reports a problem if not.
func (r *reader) typed(n *source.Node, kind source.Kind, path string) bool {
	if n.Kind() == kind {
		return true
	}
	r.diags.Errorf(diag.RGDField, n.Span(), "%s must be of type %s, not %s", path, kind, n.Kind())
	return false
}

// need tells whether a field must be there.
type need uint8

const (
	optional need = iota
	required
)

// object is the Map at a key.
func (r *reader) object(parent *source.Node, path string, n need) *source.Node {
	return r.child(parent, source.Map, path, n)
}

// text is the string at a key.
func (r *reader) text(parent *source.Node, path string, need need) (string, *source.Node) {
	n := r.child(parent, source.String, path, need)
	return n.Str(), n
}

// list is the List at a key.
func (r *reader) list(parent *source.Node, path string) *source.Node {
	return r.child(parent, source.List, path, optional)
}

// child is the value at the last element of path, of the given kind, or nil.
func (r *reader) child(parent *source.Node, kind source.Kind, path string, need need) *source.Node {
	key := path[strings.LastIndexByte(path, '.')+1:]
	n := present(parent, key)
	if n == nil {
		if need == required {
			r.diags.Errorf(diag.RGDField, parent.Span(), "%s is required", path)
		}
		return nil
	}
	if !r.typed(n, kind, path) {
		return nil
	}
	return n
}

// known warns of keys that the API server would drop without a word.
func (r *reader) known(n *source.Node, path string, keys ...string) {
	for _, f := range n.Fields() {
		if slices.Contains(keys, f.Key) {
			continue
		}
		d := r.diags.Warnf(diag.RGDUnknownField, f.KeyAt.Span(), "%s has no field %q; the API server drops it without a word", path, f.Key)
		if hint := proposed(f.Key); hint != "" {
			d.WithHint("%s", hint)
		} else if s := diag.Suggest(f.Key, keys); s != "" {
			d.WithHint("did you mean %q?", s)
		}
	}
}

// proposed explains fields that exist in old versions or in proposals of kro only.
func proposed(key string) string {
	switch key {
	case "dependsOn":
		return "kro has no dependsOn: refer to the other resource in an expression"
	case "omitWhen":
		return "kro has no omitWhen: use omit() in a template expression"
	case "name", "definition":
		return "before kro 0.1 the fields were called name and definition; now they are id and template"
	case "validation":
		return "kro 0.7 removed schema.validation; use the marker validation=\"…\" on a field"
	case "lifecycle", "propagateWhen", "def", "patch", "deletionPolicy":
		return "this field is only proposed for kro, not part of v0.9.4"
	}
	return ""
}

// stringMap reads a map of strings such as labels.
func (r *reader) stringMap(parent *source.Node, path string) map[string]string {
	n := r.object(parent, path, optional)
	if n == nil {
		return nil
	}
	m := make(map[string]string, len(n.Fields()))
	for _, f := range n.Fields() {
		if r.typed(f.Value, source.String, path+"."+f.Key) {
			m[f.Key] = f.Value.Str()
		}
	}
	return m
}
