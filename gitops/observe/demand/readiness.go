package demand

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/graph"
)

// readiness is the rule for a node without readyWhen. Of a kind without a status there is nothing to wait for. A kind that
// nobody knows may have one.
func readiness(base *graph.Base) v1alpha1.Readiness {
	s := base.Schema
	switch {
	case s == nil:
		return v1alpha1.Status
	case base.GVK.GroupKind() == schema.GroupKind{Kind: "PersistentVolumeClaim"}:
		// Where the storage class waits for the first consumer, the claim is bound when something uses it, which
		// would wait for the claim.
		return v1alpha1.Exists
	case s.Properties["status"] == nil && !s.PreserveUnknown:
		return v1alpha1.Exists
	}
	return v1alpha1.Status
}
