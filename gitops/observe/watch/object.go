package watch

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/gitops/observe/readiness"
)

// Object is what is kept of a live object. It does not change.
type Object struct {
	Namespace, Name, UID string
	// ResourceVersion is that of the object when something of what is kept last changed.
	ResourceVersion string
	Generation      int64
	Deleting        bool
	// Labels are there for objects that a selector chose.
	Labels map[string]string
	// Fields are sorted by path.
	Fields []v1alpha1.ObservedField
	// Verdict is what the status of the object says.
	Verdict readiness.Verdict
}

// Field is the answer to a path that was asked for.
func (o *Object) Field(path string) (v1alpha1.ObservedField, bool) {
	i, ok := slices.BinarySearchFunc(o.Fields, path, func(f v1alpha1.ObservedField, p string) int { return strings.Compare(f.Path, p) })
	if !ok {
		return v1alpha1.ObservedField{}, false
	}
	return o.Fields[i], true
}

// same reports that two states of an object differ in nothing that is kept.
func same(a, b *Object) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.UID == b.UID && a.Generation == b.Generation && a.Deleting == b.Deleting && a.Verdict == b.Verdict &&
		maps.Equal(a.Labels, b.Labels) &&
		slices.EqualFunc(a.Fields, b.Fields, equal)
}

func equal(f, g v1alpha1.ObservedField) bool {
	if f.Path != g.Path || f.Missing != g.Missing || (f.Value == nil) != (g.Value == nil) {
		return false
	}
	return f.Value == nil || bytes.Equal(f.Value.Raw, g.Value.Raw)
}

// shorten keeps of an object what is asked for.
func shorten(u *unstructured.Unstructured, paths []string) *Object {
	return &Object{
		Namespace: u.GetNamespace(), Name: u.GetName(), UID: string(u.GetUID()),
		ResourceVersion: u.GetResourceVersion(), Generation: u.GetGeneration(), Deleting: u.GetDeletionTimestamp() != nil,
		Fields: known.Answer(u.Object, paths),
	}
}
