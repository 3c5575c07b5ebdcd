package application

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/render"
)

// observations are the Observations of all instances of a result; none where no cluster is looked at.
// The Observation of an instance that has no namespace goes to that of the request, where the Application may put objects.
func (g *generation) observations(p *render.Program, result *render.Result, l loaded) []v1alpha1.Observation {
	if g.renderer.o.Values == nil || l.settings.options.Mode == render.Passthrough {
		return nil
	}
	all := demand.Demand(p, result, demand.Options{})
	namespace := g.request.Env[variableNamespace]
	for i := range all {
		if o := &all[i]; o.Spec.Instance.Namespace == "" && namespace != "" {
			o.Namespace = namespace
		}
	}
	return all
}

// holdingOf are the Observations that have something held.
func holdingOf(all []v1alpha1.Observation) []types.NamespacedName {
	var names []types.NamespacedName
	for i := range all {
		o := &all[i]
		if slices.ContainsFunc(o.Spec.Nodes, func(n v1alpha1.ObservedNode) bool { return n.Delivery == v1alpha1.Held }) {
			names = append(names, types.NamespacedName{Namespace: o.Namespace, Name: o.Name})
		}
	}
	return names
}

// manifestsOf are Observations as Argo CD applies them: before everything that they speak of, so that what was delivered is written down before
// it is there. Objects are those of the answer.
func manifestsOf(all []v1alpha1.Observation, objects []map[string]any) ([]map[string]any, error) {
	manifests := make([]map[string]any, 0, len(all))
	for i := range all {
		o := &all[i]
		data, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("write the Observation %s/%s: %w", o.Namespace, o.Name, err)
		}
		var object map[string]any
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, fmt.Errorf("write the Observation %s/%s: %w", o.Namespace, o.Name, err)
		}
		delete(object, "status") // the controller's
		for key, value := range map[string]string{
			"argocd.argoproj.io/sync-wave": strconv.Itoa(wave.Before(objects, o.Namespace)),
			// Client-side apply would keep a copy of the object in an annotation, which has less room than an Observation may need.
			"argocd.argoproj.io/sync-options": "ServerSideApply=true",
			// It says how its instance is, and the instance's own health check says that already.
			"argocd.argoproj.io/ignore-healthcheck": "true",
		} {
			object = annotated(object, key, value)
		}
		manifests = append(manifests, object)
	}
	return manifests, nil
}
