// Package access says what an observer has to be allowed to do.
//
// In: a compiled input. Out: a ClusterRole with exactly what observing the instances of its RGDs takes ([Role]): reading the
// kinds that nodes have, and writing the status of the instances. A label adds it to the role of the controller
// ([AggregationLabel]). The package contacts no cluster and evaluates nothing: the role does not depend on any instance.
//
// Equal inputs give equal roles. Role is safe for concurrent use.
package access

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/crd"
)

// AggregationLabel is "true" on roles whose rules the observer's own role takes up.
const AggregationLabel = "krowave.dev/aggregate-to-observer"

// Role is a ClusterRole of this name: get, list and watch of the kinds of all nodes, and of the instances, whose status
// may be patched. Of a kind that the catalogue does not know the resource has the name that is usual.
func Role(p *render.Program, name string) map[string]any {
	reads, instances := map[schema.GroupResource]bool{}, map[schema.GroupResource]bool{}
	for _, g := range p.Graphs() {
		instance := resource(p, g.InstanceGVK())
		reads[instance], instances[instance] = true, true
		for _, n := range g.Nodes {
			reads[resource(p, n.Base().GVK)] = true
		}
	}
	rules := []any{}
	rules = append(rules, rulesOf(reads, "", []any{"get", "list", "watch"})...)
	rules = append(rules, rulesOf(instances, "/status", []any{"get", "patch"})...)
	return map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
		"metadata": map[string]any{"name": name, "labels": map[string]any{AggregationLabel: "true"}},
		"rules":    rules,
	}
}

// resource is what rules call a kind.
func resource(p *render.Program, gvk schema.GroupVersionKind) schema.GroupResource {
	if k, ok := p.Catalog().Lookup(gvk); ok && k.Plural != "" {
		return schema.GroupResource{Group: gvk.Group, Resource: k.Plural}
	}
	return schema.GroupResource{Group: gvk.Group, Resource: crd.Plural(gvk.Kind)}
}

// rulesOf has one rule for each group.
func rulesOf(resources map[schema.GroupResource]bool, subresource string, verbs []any) []any {
	groups := map[string][]string{}
	for r := range resources {
		groups[r.Group] = append(groups[r.Group], r.Resource+subresource)
	}
	var rules []any
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		slices.Sort(groups[group])
		var names []any
		for _, name := range groups[group] {
			names = append(names, name)
		}
		rules = append(rules, map[string]any{"apiGroups": []any{group}, "resources": names, "verbs": slices.Clone(verbs)})
	}
	return rules
}
