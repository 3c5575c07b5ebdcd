package wave

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/graph"
)

// orderedKinds are the kinds that Argo CD applies in this order within a wave, whatever their
// group; all others follow. Fact of gitops-engine, pkg/sync/sync_tasks.go, variable kindOrder, the
// same in Argo CD v2.14.21 and v3.2.6.
func orderedKinds() []string {
	return []string{
		"Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget",
		"ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
		"PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
		"ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
		"ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
		"IngressClass", "Ingress", "APIService",
	}
}

// kindOrder is the place of a kind within a wave; kinds with one number have no order among them.
func kindOrder(kind string) int {
	if at := slices.Index(orderedKinds(), kind); at >= 0 {
		return at - len(orderedKinds())
	}
	return 0
}

// KindOrder is the place of a kind within a wave of Argo CD: lower numbers are applied first, kinds
// with one number in no order.
func KindOrder(kind string) int { return kindOrder(kind) }

// Gates reports that Argo CD waits for objects of a node before it starts the next wave: their
// kind has a health check, built in or shipped with it, or may have one, or the author says with
// readyWhen that there is something to wait for.
func Gates(n graph.Node) bool {
	base := n.Base()
	return len(base.ReadyWhen) > 0 || !unchecked(base)
}

// unchecked reports a kind of Kubernetes for which Argo CD has no health check. Of the ordered
// kinds the others have one: in gitops-engine, pkg/health, or in Argo CD,
// resource_customizations (v3.2.6: CustomResourceDefinition, CronJob, PodDisruptionBudget).
//
// Two kinds with a check are unchecked here. A Service is healthy at once unless it asks for a load
// balancer. A PersistentVolumeClaim may wait for its first pod, so that a wave that waits for the
// claim before it applies the pod waits for ever.
func unchecked(base *graph.Base) bool {
	switch gk := base.GVK.GroupKind(); gk {
	case schema.GroupKind{Kind: "Service"}:
		text, state := literal(base.Template, "spec", "type")
		return state == missing || state == fixed && text != "LoadBalancer"
	default:
		return slices.Contains(uncheckedKinds(), gk)
	}
}

func uncheckedKinds() []schema.GroupKind {
	const rbac = "rbac.authorization.k8s.io"
	return []schema.GroupKind{
		{Kind: "Namespace"},
		{Group: "networking.k8s.io", Kind: "NetworkPolicy"},
		{Kind: "ResourceQuota"},
		{Kind: "LimitRange"},
		{Kind: "ServiceAccount"},
		{Kind: "Secret"},
		{Kind: "ConfigMap"},
		{Group: "storage.k8s.io", Kind: "StorageClass"},
		{Kind: "PersistentVolume"},
		{Kind: "PersistentVolumeClaim"},
		{Group: rbac, Kind: "ClusterRole"},
		{Group: rbac, Kind: "ClusterRoleBinding"},
		{Group: rbac, Kind: "Role"},
		{Group: rbac, Kind: "RoleBinding"},
		{Kind: "ReplicationController"},
		{Group: "networking.k8s.io", Kind: "IngressClass"},
	}
}
