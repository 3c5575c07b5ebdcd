package observer

import (
	"fmt"
	"slices"

	"github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/readiness"
)

// Reasons of the conditions of an Observation, besides those of its nodes.
const (
	// reasonObserving: not everything has been looked for yet.
	reasonObserving = "Observing"
	// reasonUnreachable: the API does not answer.
	reasonUnreachable = "Unreachable"
)

// finding is what stands against an Observation being Ready.
type finding struct {
	reason, message string
	// stalled says that waiting does not help.
	stalled bool
}

// weight orders reasons: what somebody must mend first.
func weight(reason string) int {
	order := []string{
		readiness.ReasonForbidden, readiness.ReasonExpressionFailed, readiness.ReasonKindUnknown, reasonUnreachable,
		reasonObserving, readiness.ReasonTerminating, readiness.ReasonNotFound, readiness.ReasonNotReady,
	}
	if i := slices.Index(order, reason); i >= 0 {
		return i
	}
	return len(order)
}

// worst is the finding that a condition names, with the number of the others, or nil.
func worst(findings []finding) *finding {
	if len(findings) == 0 {
		return nil
	}
	first := slices.MinFunc(findings, func(a, b finding) int { return weight(a.reason) - weight(b.reason) })
	if others := len(findings) - 1; others > 0 {
		first.message = fmt.Sprintf("%s, and %d more", first.message, others)
	}
	return &first
}

// findings are what nodes that ought to be there lack.
func findings(spec *v1alpha1.ObservationSpec, status *v1alpha1.ObservationStatus) []finding {
	var all []finding
	at := 0
	for i := range spec.Nodes {
		asked := &spec.Nodes[i]
		if at >= len(status.Nodes) || !answers(&status.Nodes[at], asked) {
			all = append(all, finding{reason: reasonObserving, message: address(asked) + " has not been looked for yet"})
			continue
		}
		n := &status.Nodes[at]
		at++
		if n.Ready || asked.Delivery != v1alpha1.Delivered && asked.Delivery != v1alpha1.External && n.Reason != readiness.ReasonForbidden {
			continue
		}
		all = append(all, finding{
			reason: n.Reason, message: address(asked) + ": " + n.Message, stalled: n.Reason == readiness.ReasonExpressionFailed,
		})
	}
	if n := status.Instance; n != nil && n.Reason == readiness.ReasonForbidden {
		all = append(all, finding{reason: n.Reason, message: "the instance: " + n.Message})
	}
	return all
}

func answers(n *v1alpha1.NodeObservation, asked *v1alpha1.ObservedNode) bool {
	return n.ID == asked.ID && (n.Item == nil) == (asked.Item == nil) && (n.Item == nil || *n.Item == *asked.Item)
}

// address is a node with the position of its item, as render reports write it.
func address(n *v1alpha1.ObservedNode) string {
	if n.Item == nil {
		return n.ID
	}
	return fmt.Sprintf("%s[%d]", n.ID, *n.Item)
}

// conditions sets Ready, Reconciling and Stalled. The times of those that do not change stay.
func conditions(previous []metav1.Condition, generation int64, f *finding, now metav1.Time) []metav1.Condition {
	list := slices.Clone(previous)
	set := func(kind string, status metav1.ConditionStatus, reason, message string) {
		apimeta.SetStatusCondition(&list, metav1.Condition{
			Type: kind, Status: status, Reason: reason, Message: message, ObservedGeneration: generation, LastTransitionTime: now,
		})
	}
	switch {
	case f == nil:
		set(meta.ReadyCondition, metav1.ConditionTrue, meta.SucceededReason, "everything is there and ready")
		apimeta.RemoveStatusCondition(&list, meta.ReconcilingCondition)
		apimeta.RemoveStatusCondition(&list, meta.StalledCondition)
	case f.stalled:
		set(meta.ReadyCondition, metav1.ConditionFalse, f.reason, cut(f.message))
		set(meta.StalledCondition, metav1.ConditionTrue, f.reason, cut(f.message))
		apimeta.RemoveStatusCondition(&list, meta.ReconcilingCondition)
	default:
		set(meta.ReadyCondition, metav1.ConditionFalse, f.reason, cut(f.message))
		set(meta.ReconcilingCondition, metav1.ConditionTrue, meta.ProgressingReason, cut(f.message))
		apimeta.RemoveStatusCondition(&list, meta.StalledCondition)
	}
	return list
}
