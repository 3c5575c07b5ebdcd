package reconciler

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/object"
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

// consumption is what the consumers of an ExternalArtifact say.
type consumption struct {
	// revision is what they have applied; of several that differ, one that is behind counts. Empty when nobody can say.
	revision string
	// owned are the ids of what they have in their inventories, and so would prune; nil when there is no consumer.
	owned map[string]bool
}

// exists says that there is a consumer.
func (c consumption) exists() bool { return c.owned != nil }

// consumption asks the consumers.
func (a *attempt) consumption(ctx context.Context, current string) (consumption, error) {
	var c consumption
	if !a.consumers {
		return c, nil
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(consumerKind())
	if err := a.Client.List(ctx, list); err != nil {
		return c, fmt.Errorf("list Kustomizations: %w", err)
	}
	self := client.ObjectKeyFromObject(a.graph)
	for i := range list.Items {
		k := &list.Items[i]
		if key, ok := consumed(k); !ok || key != self {
			continue
		}
		if has := appliedBy(k, current); !c.exists() || has != current {
			c.revision = has
		}
		if c.owned == nil {
			c.owned = map[string]bool{}
		}
		own(k, c.owned)
	}
	return c, nil
}

// own adds what a Kustomization has in its inventory.
func own(k *unstructured.Unstructured, to map[string]bool) {
	entries, _, _ := unstructured.NestedSlice(k.Object, "status", "inventory", "entries")
	for _, entry := range entries {
		e, _ := entry.(map[string]any)
		id, _ := e["id"].(string)
		// Flux writes a colon of a name in another way than everybody else.
		if o, err := object.ParseObjMetadata(id); err == nil {
			to[decision.Identity{Namespace: o.Namespace, Name: o.Name, Group: o.GroupKind.Group, Kind: o.GroupKind.Kind}.ID()] = true
		}
	}
}

// appliedBy is the revision that a Kustomization has applied and pruned after. Whether what it applied is healthy is not asked:
// it looks at that last. While it works on an artifact that is neither that one nor the current one, it says nothing: a revision
// that comes back would be taken for applied, though objects of the one between may still come.
func appliedBy(k *unstructured.Unstructured, current string) string {
	attempted, _, _ := unstructured.NestedString(k.Object, "status", "lastAttemptedRevision")
	if attempted != "" && checked(k, attempted) {
		return attempted
	}
	last, _, _ := unstructured.NestedString(k.Object, "status", "lastAppliedRevision")
	if last == "" || attempted != "" && attempted != last && attempted != current {
		return decision.NothingApplied
	}
	return last
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
