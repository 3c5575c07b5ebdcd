package reconciler

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/flux/decision"
)

// consumerKind is the kind of the consumer.
func consumerKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Kind: "Kustomization"}
}

// consumed is the ExternalArtifact that a Kustomization applies, if it applies one.
func consumed(k *unstructured.Unstructured) (client.ObjectKey, bool) {
	ref, _, _ := unstructured.NestedStringMap(k.Object, "spec", "sourceRef")
	key := client.ObjectKey{Namespace: ref["namespace"], Name: ref["name"]}
	if key.Namespace == "" {
		key.Namespace = k.GetNamespace()
	}
	return key, ref["kind"] == sourcev1.ExternalArtifactKind
}

// applied is the revision that the consumers have applied, and whether there is any consumer. Of several that differ, one that
// is behind counts.
func (a *attempt) applied(ctx context.Context, current string) (revision string, exists bool, err error) {
	if !a.consumers {
		return "", false, nil
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(consumerKind())
	if err := a.Client.List(ctx, list); err != nil {
		return "", false, fmt.Errorf("list Kustomizations: %w", err)
	}
	own := client.ObjectKeyFromObject(a.graph)
	for i := range list.Items {
		k := &list.Items[i]
		if key, ok := consumed(k); !ok || key != own {
			continue
		}
		has := appliedBy(k)
		if !exists || has != current {
			revision = has
		}
		exists = true
	}
	return revision, exists, nil
}

// appliedBy is the revision that a Kustomization has applied and pruned after. Whether what it applied is healthy is not asked:
// it looks at that last.
func appliedBy(k *unstructured.Unstructured) string {
	attempted, _, _ := unstructured.NestedString(k.Object, "status", "lastAttemptedRevision")
	if attempted != "" && checked(k, attempted) {
		return attempted
	}
	if last, _, _ := unstructured.NestedString(k.Object, "status", "lastAppliedRevision"); last != "" {
		return last
	}
	return decision.NothingApplied
}

// checked says that a Kustomization looks at the health of what it applied of a revision, or has found it wanting.
func checked(k *unstructured.Unstructured, revision string) bool {
	conditions, _, _ := unstructured.NestedSlice(k.Object, "status", "conditions")
	for _, entry := range conditions {
		c, ok := entry.(map[string]any)
		if !ok {
			continue
		}
		message, _ := c["message"].(string)
		switch {
		case c["type"] == meta.ReadyCondition && c["reason"] == meta.HealthCheckFailedReason,
			c["type"] == meta.HealthyCondition && c["status"] == "Unknown" && strings.Contains(message, "revision "+revision+" "):
			return true
		}
	}
	return false
}
