package known

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Report is what live objects say of a node: the fields that it asks for. There is at most one object, unless the node
// has a selector. Whether the node is ready is for others to say. The time may be nil.
func Report(node v1alpha1.ObservedNode, objects []map[string]any, at *metav1.Time) v1alpha1.NodeObservation {
	out := v1alpha1.NodeObservation{ID: node.ID, Item: node.Item, Exists: len(objects) > 0}
	for _, o := range objects {
		out.Objects = append(out.Objects, describe(o, node.Fields, at))
		if node.Selector != nil {
			out.Objects[len(out.Objects)-1].Labels = labelsOf(o)
		}
	}
	if !out.Exists {
		out.Reason, out.Message = "NotFound", "there is no such object"
	}
	return out
}

// Instance is what the live instance says, or nil when there is none.
func Instance(o v1alpha1.ObservationSpec, object map[string]any, at *metav1.Time) *v1alpha1.NodeObservation {
	if object == nil {
		return nil
	}
	return &v1alpha1.NodeObservation{Exists: true, Objects: []v1alpha1.ObservedObject{describe(object, o.InstanceFields, at)}}
}

func describe(o map[string]any, fields []string, at *metav1.Time) v1alpha1.ObservedObject {
	metadata, _ := o["metadata"].(map[string]any)
	text := func(key string) string {
		s, _ := metadata[key].(string)
		return s
	}
	out := v1alpha1.ObservedObject{
		Namespace: text("namespace"), Name: text("name"), UID: text("uid"), ResourceVersion: text("resourceVersion"),
		ObservedAt: at.DeepCopy(), Fields: Answer(o, fields),
	}
	switch generation := metadata["generation"].(type) {
	case int64:
		out.Generation = generation
	case float64:
		out.Generation = int64(generation)
	}
	return out
}

func labelsOf(o map[string]any) map[string]string {
	metadata, _ := o["metadata"].(map[string]any)
	all, _ := metadata["labels"].(map[string]any)
	out := make(map[string]string, len(all))
	for k, v := range all {
		out[k], _ = v.(string)
	}
	return out
}
