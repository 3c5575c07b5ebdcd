package known

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/util/json"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// Object is what one answer of an Observation says of an object of a node. The result shares no memory with the answer.
func Object(node v1alpha1.ObservedNode, object v1alpha1.ObservedObject) eval.Live {
	return assemble([]claim{{node.APIVersion, node.Kind, object, node.Selector != nil}})
}

// assemble puts an object together from what is said of it. A later claim wins over an earlier one.
func assemble(claims []claim) eval.Live {
	var b assembly
	for _, c := range claims {
		b.claim(c)
	}
	object, _ := b.root.(map[string]any)
	return eval.Live{Object: object, Known: value.NewKnown(b.known...)}
}

// assembly is an object while it is put together.
type assembly struct {
	root  any
	known []fieldpath.Path
}

func (b *assembly) claim(c claim) {
	if b.root == nil {
		b.root = map[string]any{}
	}
	gk := schema.FromAPIVersionAndKind(c.apiVersion, c.kind).GroupKind()
	for _, f := range c.object.Fields {
		path, ok := readable(gk, f)
		if !ok {
			continue
		}
		if raw, ok := content(gk, path, f); ok {
			var v any
			if kjson.Unmarshal(raw, &v) == nil {
				b.set(path, v)
			}
			continue
		}
		missing, err := fieldpath.Parse(f.Missing)
		if err != nil || missing.IsRoot() || missing.Len() > path.Len() || !path.Overlaps(missing) {
			missing = path
		}
		b.absent(missing)
	}
	metadata := fieldpath.Path{}.Key("metadata")
	b.set(fieldpath.Path{}.Key("apiVersion"), c.apiVersion)
	b.set(fieldpath.Path{}.Key("kind"), c.kind)
	b.set(metadata.Key("name"), c.object.Name)
	if c.object.Namespace != "" {
		b.set(metadata.Key("namespace"), c.object.Namespace)
	} else {
		b.known = append(b.known, metadata.Key("namespace"))
	}
	if c.labelled {
		all := make(map[string]any, len(c.object.Labels))
		for k, v := range c.object.Labels {
			all[k] = v
		}
		b.set(metadata.Key("labels"), all)
	}
}

// set makes a value stand at a place.
func (b *assembly) set(path fieldpath.Path, v any) {
	b.root = placed(b.root, path.Elements(), v)
	b.known = append(b.known, path)
}

// absent makes nothing stand at a place of which everything in front is there.
func (b *assembly) absent(path fieldpath.Path) {
	b.root = placed(b.root, path.Elements(), gone{})
	b.known = append(b.known, path)
}

// gone stands for what is not there.
type gone struct{}

// placed is a value with another one at a place inside. What is in front of the place is made when it is not there.
func placed(at any, elements []fieldpath.Element, v any) any {
	if len(elements) == 0 {
		return v
	}
	if key, ok := elements[0].Key(); ok {
		m, ok := at.(map[string]any)
		if !ok {
			m = map[string]any{}
		}
		if inner := placed(m[key], elements[1:], v); inner == (gone{}) {
			delete(m, key)
		} else {
			m[key] = inner
		}
		return m
	}
	index, _ := elements[0].Index()
	list, _ := at.([]any)
	if list == nil {
		list = []any{}
	}
	if len(elements) == 1 && v == (gone{}) {
		return list[:min(index, len(list))]
	}
	for len(list) <= index && index < maxIndex {
		list = append(list, value.NewUnknown())
	}
	if index < len(list) {
		list[index] = placed(list[index], elements[1:], v)
	}
	return list
}

// maxIndex is the number of items that a list of an object may have. One larger would not fit into a request.
const maxIndex = 1 << 16

// readable is the path of a field that counts.
func readable(kind schema.GroupKind, f v1alpha1.ObservedField) (fieldpath.Path, bool) {
	path, err := fieldpath.Parse(f.Path)
	return path, err == nil && MayAsk(kind, path)
}

// content is the value of a field as JSON, without what a Secret may not show; false when the field is absent.
func content(kind schema.GroupKind, path fieldpath.Path, f v1alpha1.ObservedField) ([]byte, bool) {
	if f.Value == nil {
		return nil, false
	}
	if !IsSecret(kind) {
		return f.Value.Raw, true
	}
	var v any
	if kjson.Unmarshal(f.Value.Raw, &v) != nil {
		return nil, false
	}
	raw, err := json.Marshal(without(v, path, fieldpath.Path{}.Key("metadata").Key("annotations").Key(lastApplied)))
	return raw, err == nil
}
