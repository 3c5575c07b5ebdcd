package known

import (
	"encoding/json"
	"maps"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/fieldpath"
)

// lastApplied is the annotation in which kubectl keeps a copy of an object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// Answer is what a live object says about some fields, in their order. The path "" is the whole object without
// metadata.managedFields. A path that cannot be read is left out, and so is of a Secret every path that is not
// below metadata. The object is not changed; the answer shares no memory with it.
func Answer(object map[string]any, fields []string) []v1alpha1.ObservedField {
	var answers []v1alpha1.ObservedField
	for _, text := range fields {
		path, err := fieldpath.Parse(text)
		if err != nil || isSecret(object) && !mayShow(path) {
			continue
		}
		if answer, ok := answer(object, path); ok {
			answers = append(answers, answer)
		}
	}
	return answers
}

// answer is the answer to one path.
func answer(object map[string]any, path fieldpath.Path) (v1alpha1.ObservedField, bool) {
	a := v1alpha1.ObservedField{Path: path.String()}
	at, found := any(object), fieldpath.Path{}
	for _, e := range path.Elements() {
		next := child(at, e)
		found = with(found, e)
		if next == nil {
			if !found.Equal(path) {
				a.Missing = found.String()
			}
			return a, true
		}
		at = next
	}
	encoded, err := json.Marshal(shown(object, path, at))
	if err != nil {
		return a, false
	}
	a.Value = &apiextensionsv1.JSON{Raw: encoded}
	return a, true
}

// child is what a container has at a place. Null is nothing, as it is for the API server.
func child(at any, e fieldpath.Element) any {
	if key, ok := e.Key(); ok {
		m, _ := at.(map[string]any)
		return m[key]
	}
	index, _ := e.Index()
	if list, _ := at.([]any); index < len(list) {
		return list[index]
	}
	return nil
}

func with(p fieldpath.Path, e fieldpath.Element) fieldpath.Path {
	if key, ok := e.Key(); ok {
		return p.Key(key)
	}
	index, _ := e.Index()
	return p.Index(index)
}

// shown is a value without what is never reported: managedFields, where more than them is asked for, and of a Secret
// the copy that kubectl keeps.
func shown(object map[string]any, path fieldpath.Path, v any) any {
	metadata := fieldpath.Path{}.Key("metadata")
	if isSecret(object) {
		v = without(v, path, metadata.Key("annotations").Key(lastApplied))
	}
	if path.Len() < 2 {
		v = without(v, path, metadata.Key("managedFields"))
	}
	return v
}

// without is a value found at a path, less what it has at another place below.
func without(v any, at, place fieldpath.Path) any {
	elements := place.Elements()
	if at.Len() >= len(elements) || !at.Overlaps(place) {
		return v
	}
	return remove(v, elements[at.Len():])
}

// remove copies the maps on the way to a key, and leaves the key out.
func remove(v any, elements []fieldpath.Element) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	key, _ := elements[0].Key()
	inner, ok := m[key]
	if !ok {
		return v
	}
	rest := make(map[string]any, len(m))
	maps.Copy(rest, m)
	if len(elements) == 1 {
		delete(rest, key)
	} else {
		rest[key] = remove(inner, elements[1:])
	}
	return rest
}

// isSecret reports an object whose values are nobody's business.
func isSecret(object map[string]any) bool {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return IsSecret(schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind())
}

// IsSecret reports the kind of which only the metadata is ever observed.
func IsSecret(kind schema.GroupKind) bool { return kind == schema.GroupKind{Kind: "Secret"} }

// MayAsk reports a path that may be asked for of objects of a kind: of a Secret those of the metadata, without
// the copy that kubectl keeps in an annotation.
func MayAsk(kind schema.GroupKind, path fieldpath.Path) bool { return !IsSecret(kind) || mayShow(path) }

// mayShow reports a path below which a Secret has no value.
func mayShow(path fieldpath.Path) bool {
	elements := path.Elements()
	if len(elements) == 0 {
		return false
	}
	if key, _ := elements[0].Key(); key != "metadata" {
		return false
	}
	place := fieldpath.Path{}.Key("metadata").Key("annotations").Key(lastApplied)
	return path.Len() < place.Len() || !path.Overlaps(place)
}
