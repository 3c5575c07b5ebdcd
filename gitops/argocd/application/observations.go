package application

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/render"
)

// observationsOf are the Observations of all instances of a result, as Argo CD applies them: before everything that they speak of, so that what
// was delivered is written down before it is there. Objects are those of the answer.
// The Observation of an instance that has no namespace goes to the given one, where the Application may put objects.
func observationsOf(p *render.Program, result *render.Result, objects []map[string]any, namespace string) ([]map[string]any, error) {
	all := demand.Demand(p, result, demand.Options{})
	manifests := make([]map[string]any, 0, len(all))
	for i := range all {
		o := &all[i]
		if o.Spec.Instance.Namespace == "" && namespace != "" {
			o.Namespace = namespace
		}
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
