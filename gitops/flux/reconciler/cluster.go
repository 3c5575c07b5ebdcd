package reconciler

import (
	"fmt"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/observe/readiness"
)

// knowledge is what the Observations say of objects, by ID.
type knowledge map[string]decision.State

// states reads Observations.
func states(all []v1alpha1.Observation) map[string]decision.State {
	k := knowledge{}
	for i := range all {
		k.read(&all[i])
	}
	return k
}

// read takes what one Observation says. An answer to an earlier question counts only as far as it is about the same object.
func (k knowledge) read(o *v1alpha1.Observation) {
	current := o.Status.ObservedGeneration == o.Generation
	asked := make(map[string]*v1alpha1.ObservedNode, len(o.Spec.Nodes))
	for i := range o.Spec.Nodes {
		n := &o.Spec.Nodes[i]
		asked[nodeKey(n.ID, n.Item)] = n
	}
	for _, n := range o.Status.Nodes {
		node := asked[nodeKey(n.ID, n.Item)]
		if node == nil || node.Name == "" || n.Reason == readiness.ReasonForbidden {
			continue
		}
		same := len(n.Objects) > 0 && n.Objects[0].Name == node.Name && n.Objects[0].Namespace == node.Namespace
		if current || n.Exists && same {
			k.note(hydrate.ID(*node), decision.State{Known: true, Exists: n.Exists, Ready: n.Ready})
		}
	}
	if n := o.Status.Instance; n != nil && n.Reason != readiness.ReasonForbidden {
		k.note(hydrate.InstanceID(o.Spec.Instance), decision.State{Known: true, Exists: n.Exists, Ready: n.Ready})
	}
}

// note takes one state. Of two that differ, that of an object that is there counts, and that of a node with its readyWhen.
func (k knowledge) note(id string, s decision.State) {
	old, known := k[id]
	if !known || s.Exists && !old.Exists || s.Exists && s.Ready {
		k[id] = s
	}
}

func nodeKey(id string, item *int32) string {
	if item == nil {
		return id
	}
	return fmt.Sprintf("%s[%d]", id, *item)
}

// denied is what the Observations say about objects that may not be read, the first of them; empty when all may.
func denied(all []v1alpha1.Observation) string {
	first, message := "", ""
	for i := range all {
		o := &all[i]
		if first != "" && o.Name > first {
			continue
		}
		for _, n := range o.Status.Nodes {
			if n.Reason == readiness.ReasonForbidden {
				first = o.Name
				message = fmt.Sprintf("%s %s: %s: %s", o.Spec.Instance.Kind, o.Spec.Instance.Name, nodeKey(n.ID, n.Item), n.Message)
				break
			}
		}
	}
	return message
}
