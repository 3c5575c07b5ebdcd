package known

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/source"
)

// kind is that of Observations.
func kind() schema.GroupKind {
	return schema.GroupKind{Group: v1alpha1.Group, Kind: v1alpha1.ObservationKind}
}

// FromFiles is what live objects of files say. Observations among them count for what they have observed, in front of
// objects that are given as a whole. One that is no Observation is a problem, and counts for nothing.
func FromFiles(live eval.Objects) (eval.Observed, diag.List) {
	var diags diag.List
	objects, _ := eval.Whole(live).List(kind(), "", labels.Everything())
	if len(objects) == 0 {
		return eval.Whole(live), nil
	}
	var all []v1alpha1.Observation
	for _, o := range objects {
		decoded, err := Decode(o.Object)
		if err != nil {
			diags.Errorf(diag.InputObservation, source.Span{}, "%v", err).
				WithHint("write it with krowave observe, or with kubectl get observations -o yaml")
			continue
		}
		all = append(all, *decoded)
	}
	return New(all, eval.Whole(live)), diags
}

// Decode reads an Observation. The error names it.
func Decode(object map[string]any) (*v1alpha1.Observation, error) {
	metadata, _ := object["metadata"].(map[string]any)
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("read the Observation %v/%v: %w", metadata["namespace"], metadata["name"], err)
	}
	o := &v1alpha1.Observation{}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("read the Observation %v/%v: %w", metadata["namespace"], metadata["name"], err)
	}
	return o, nil
}
