package oracle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/krowave/krowave/test/kro/manifest"
)

// store are the objects that exist in the cluster of a case, in the order of a list.
type store []*unstructured.Unstructured

func newStore(texts []string, namespaced func(*unstructured.Unstructured) bool, namespace string) (store, error) {
	var all store
	for _, text := range texts {
		object, err := manifest.Decode(text)
		if err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{Object: object}
		if u.GetNamespace() == "" && namespaced(u) {
			u.SetNamespace(namespace)
		}
		all = append(all, u)
	}
	slices.SortStableFunc(all, func(a, b *unstructured.Unstructured) int {
		return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
	})
	return all, nil
}

// get is the object that a reference names, nil when there is none.
func (s store) get(reference *unstructured.Unstructured) *unstructured.Unstructured {
	for _, object := range s {
		if sameKind(object, reference) && object.GetName() == reference.GetName() && object.GetNamespace() == reference.GetNamespace() {
			return object
		}
	}
	return nil
}

// list are the objects that a reference selects. Without a namespace it lists all of them.
func (s store) list(id string, reference *unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	selector, err := selectorOf(id, reference)
	if err != nil {
		return nil, err
	}
	found := []*unstructured.Unstructured{}
	for _, object := range s {
		inside := reference.GetNamespace() == "" || object.GetNamespace() == reference.GetNamespace()
		if sameKind(object, reference) && inside && selector.Matches(labels.Set(object.GetLabels())) {
			found = append(found, object)
		}
	}
	return found, nil
}

func sameKind(a, b *unstructured.Unstructured) bool {
	return a.GroupVersionKind() == b.GroupVersionKind()
}

// selectorOf reads metadata.selector as kro's controller does: anything but a map selects
// everything, a map is decoded strictly.
func selectorOf(id string, reference *unstructured.Unstructured) (labels.Selector, error) {
	raw, found, err := unstructured.NestedMap(reference.Object, "metadata", "selector")
	if err != nil || !found {
		return labels.Everything(), nil //nolint:nilerr // kro takes what is no map as no selector
	}
	text, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("failed to convert selector for %s: %w", id, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var typed metav1.LabelSelector
	if err := decoder.Decode(&typed); err != nil {
		return nil, fmt.Errorf("failed to convert selector for %s: %w", id, err)
	}
	selector, err := metav1.LabelSelectorAsSelector(&typed)
	if err != nil {
		return nil, fmt.Errorf("invalid label selector for %s: %w", id, err)
	}
	return selector, nil
}
