package observer

import (
	"slices"
	"unique"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Transform makes an Observation smaller before a cache keeps it: managed fields go, slices lose the room that decoding left, and
// words that many Observations have are kept once. It is a transform of a cache of controller-runtime, for all its objects.
func Transform(obj any) (any, error) {
	o, ok := obj.(*v1alpha1.Observation)
	if !ok {
		return obj, nil
	}
	o.ManagedFields = nil
	share(&o.Kind, &o.APIVersion, &o.Namespace, &o.Spec.Instance.Kind, &o.Spec.Instance.APIVersion, &o.Spec.Instance.Namespace,
		&o.Spec.RGD.Name, &o.Spec.RGD.Digest, &o.Spec.ServiceAccountName)
	o.Spec.Nodes, o.Status.Nodes = small(o.Spec.Nodes), small(o.Status.Nodes)
	o.Spec.InstanceFields, o.Spec.Conditions = small(o.Spec.InstanceFields), small(o.Spec.Conditions)
	for i := range o.Spec.Nodes {
		n := &o.Spec.Nodes[i]
		share(&n.ID, &n.APIVersion, &n.Kind, &n.Namespace)
		n.Fields, n.ReadyWhen = small(n.Fields), small(n.ReadyWhen)
		for j := range n.Fields {
			share(&n.Fields[j])
		}
		for j := range n.ReadyWhen {
			share(&n.ReadyWhen[j])
		}
	}
	for i := range o.Status.Nodes {
		n := &o.Status.Nodes[i]
		share(&n.ID, &n.Reason, &n.Message)
		n.Objects = small(n.Objects)
		for j := range n.Objects {
			seen := &n.Objects[j]
			share(&seen.Namespace)
			seen.Fields = small(seen.Fields)
			for k := range seen.Fields {
				share(&seen.Fields[k].Path, &seen.Fields[k].Missing)
			}
		}
	}
	return o, nil
}

// share keeps equal texts once.
func share(texts ...*string) {
	for _, s := range texts {
		if *s != "" {
			*s = unique.Make(*s).Value()
		}
	}
}

// small is a slice without room to grow.
func small[T any](s []T) []T {
	if len(s) == cap(s) {
		return s
	}
	return slices.Clip(slices.Clone(s))
}
