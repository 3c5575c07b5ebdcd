package feedback

import (
	"strconv"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// The engine refuses instances that are nested in a circle, but anybody can write an Observation: so how deep instances can be nested in
// each other is bounded, and how many nodes an Application can have.
const (
	deepest = 32
	most    = 1 << 20
)

// delivered are the addresses of the nodes that were delivered, by the instance: see [application.Snapshot]. Those of a nested
// instance are also among those of the instances around it.
func delivered(all []v1alpha1.Observation) map[string][]string {
	w := &nesting{of: map[string]*v1alpha1.Observation{}, found: map[string][]string{}, left: most}
	for i := range all {
		w.of[instanceID(all[i].Spec.Instance)] = &all[i]
	}
	for i := range all {
		id := instanceID(all[i].Spec.Instance)
		w.walk(id, "", &all[i], deepest)
	}
	return w.found
}

// nesting collects what was delivered.
type nesting struct {
	of    map[string]*v1alpha1.Observation
	found map[string][]string
	left  int
}

// walk adds the nodes of an Observation to those of the outermost instance.
func (w *nesting) walk(outermost, above string, o *v1alpha1.Observation, depth int) {
	if depth == 0 {
		return
	}
	for _, n := range o.Spec.Nodes {
		if n.Delivery != v1alpha1.Delivered || w.left == 0 {
			continue
		}
		w.left--
		address := above + n.ID
		if n.Item != nil {
			address += "[" + strconv.Itoa(int(*n.Item)) + "]"
		}
		w.found[outermost] = append(w.found[outermost], address)
		reference := v1alpha1.InstanceReference{APIVersion: n.APIVersion, Kind: n.Kind, Namespace: n.Namespace, Name: n.Name}
		if nested := w.of[instanceID(reference)]; nested != nil {
			w.walk(outermost, address+"/", nested, depth-1)
		}
	}
}

// instanceID is what a render calls an instance.
func instanceID(r v1alpha1.InstanceReference) string {
	kind := schema.FromAPIVersionAndKind(r.APIVersion, r.Kind).GroupKind()
	if r.Namespace == "" {
		return kind.String() + "/" + r.Name
	}
	return kind.String() + "/" + r.Namespace + "/" + r.Name
}
