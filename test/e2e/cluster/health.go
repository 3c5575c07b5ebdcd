package cluster

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Healthy writes the status that an object has when its controller is content: there are none in the cluster. Deployments,
// Ingresses and Jobs have one; an object of another kind is healthy as it is.
func (c *Cluster) Healthy(tb testing.TB, r Ref) {
	tb.Helper()
	u := c.Exists(tb, r)
	var status map[string]any
	switch r.GVK.Kind {
	case "Deployment":
		replicas, found, _ := unstructured.NestedInt64(u.Object, "spec", "replicas")
		if !found {
			replicas = 1
		}
		status = map[string]any{
			"observedGeneration": u.GetGeneration(),
			"replicas":           replicas, "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
			"conditions": []any{
				condition("Available", "MinimumReplicasAvailable"), condition("Progressing", "NewReplicaSetAvailable"),
			},
		}
	case "Ingress":
		status = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": "192.0.2.1"}}}}
	default:
		tb.Fatalf("%s has no status to be healthy by", r)
	}
	c.Merge(tb, r, map[string]any{"status": status}, "status")
}

func condition(kind, reason string) map[string]any {
	const when = "2026-01-01T00:00:00Z"
	return map[string]any{
		"type": kind, "status": "True", "reason": reason, "message": "written by the test", "lastTransitionTime": when, "lastUpdateTime": when,
	}
}
