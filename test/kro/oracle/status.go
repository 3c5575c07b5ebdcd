package oracle

import (
	"maps"

	"github.com/go-logr/logr"
	"github.com/kubernetes-sigs/kro/api/v1alpha1"
	"github.com/kubernetes-sigs/kro/pkg/runtime"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/test/kro/manifest"
)

// status projects the status and evaluates the author's conditions.
func (r *reconcile) status(rt *runtime.Runtime) error {
	desired, err := rt.Instance().GetDesired()
	if err != nil {
		r.result.StatusError = err.Error()
	} else {
		content, err := manifest.NormalMap(desired[0].Object)
		if err != nil {
			return err
		}
		projected, _ := content["status"].(map[string]any)
		status := maps.Clone(projected)
		// kro's controller writes these two itself.
		delete(status, "conditions")
		delete(status, "state")
		r.result.Status = status
	}
	if !rt.Instance().HasConditions() {
		return nil
	}
	conditions, incomplete, err := rt.Instance().EvaluateConditions(logr.Discard(), r.builtins())
	switch {
	case err != nil:
		r.result.ConditionsError = err.Error()
	case incomplete:
		r.result.ConditionsError = "incomplete"
	}
	r.result.Conditions = []map[string]any{}
	for _, c := range conditions {
		r.result.Conditions = append(r.result.Conditions, map[string]any{
			"type": c.ConditionType, "status": c.Status, "reason": c.Reason, "message": c.Message,
		})
	}
	return nil
}

// builtins are kro's own conditions after this pass. Their messages are left out: they quote
// errors, which kro words at random.
func (r *reconcile) builtins() []v1alpha1.Condition {
	ready, reason := metav1.ConditionTrue, "AllResourcesReady"
	for _, node := range r.result.Nodes {
		if !node.Ready {
			ready, reason = metav1.ConditionFalse, "NotReady"
		}
	}
	condition := func(name string, status metav1.ConditionStatus, reason string) v1alpha1.Condition {
		return v1alpha1.Condition{Type: v1alpha1.ConditionType(name), Status: status, Reason: &reason}
	}
	root := "Ready"
	if ready == metav1.ConditionFalse {
		root = reason
	}
	return []v1alpha1.Condition{
		condition("InstanceManaged", metav1.ConditionTrue, "Managed"),
		condition("GraphResolved", metav1.ConditionTrue, "Resolved"),
		condition("ResourcesReady", ready, reason),
		condition("Ready", ready, root),
	}
}
