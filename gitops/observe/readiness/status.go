package readiness

import (
	"slices"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Reasons of a Verdict, as NodeObservation.reason documents them.
const (
	ReasonReady            = "Ready"
	ReasonNotFound         = "NotFound"
	ReasonNotReady         = "NotReady"
	ReasonTerminating      = "Terminating"
	ReasonForbidden        = "Forbidden"
	ReasonKindUnknown      = "KindUnknown"
	ReasonExpressionFailed = "ExpressionFailed"
)

// Verdict is what there is to say about one object.
type Verdict struct {
	Ready   bool
	Reason  string
	Message string
}

// Ready is the verdict on what nobody has to wait for.
func Ready() Verdict { return Verdict{Ready: true, Reason: ReasonReady} }

// NotReady is the verdict on what is there and must be waited for.
func NotReady(message string) Verdict { return Verdict{Reason: ReasonNotReady, Message: message} }

// Terminating is the verdict on an object that is being deleted.
func Terminating() Verdict {
	return Verdict{Reason: ReasonTerminating, Message: "it is being deleted"}
}

// OfStatus judges an object by its status. The object is not changed.
func OfStatus(u *unstructured.Unstructured) Verdict {
	if u.GetDeletionTimestamp() != nil {
		return Terminating()
	}
	if custom(u) {
		if s, ok := u.Object["status"].(map[string]any); !ok || len(s) == 0 {
			return NotReady("its controller has written no status yet")
		}
	}
	result, err := status.Compute(u)
	if err != nil {
		return NotReady("its status cannot be understood")
	}
	switch result.Status {
	case status.CurrentStatus:
		return Ready()
	case status.TerminatingStatus:
		return Terminating()
	case status.InProgressStatus, status.FailedStatus, status.UnknownStatus, status.NotFoundStatus:
	}
	return NotReady(describe(result))
}

// describe names what kstatus found without the messages of controllers, which may quote anything.
func describe(r *status.Result) string {
	text := "its status is " + r.Status.String()
	for _, c := range r.Conditions {
		if c.Reason != "" {
			return text + " (" + c.Reason + ")"
		}
	}
	return text
}

// custom reports a kind that Kubernetes itself does not have.
func custom(u *unstructured.Unstructured) bool {
	return !slices.Contains(builtin(), u.GroupVersionKind().Group)
}

// builtin are the API groups of Kubernetes.
func builtin() []string {
	return []string{
		"", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "authentication.k8s.io",
		"authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
		"events.k8s.io", "flowcontrol.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "policy",
		"rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
	}
}
