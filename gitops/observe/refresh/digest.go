package refresh

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Annotation is the digest of the values of an Observation that Argo CD was last asked to render with.
const Annotation = "krowave.dev/refreshed-for"

// known are the values of one object.
type known struct {
	Node            string
	Item            *int32 `json:",omitempty"`
	Namespace, Name string
	Labels          map[string]string `json:",omitempty"` // what a selector chose by
	Fields          []v1alpha1.ObservedField
}

// digest stands for everything of an Observation that a render reads. It is "" when nothing is known yet.
func digest(o *v1alpha1.Observation) (string, error) {
	var all []known
	for _, node := range o.Status.Nodes {
		for _, object := range node.Objects {
			all = append(all, known{
				Node: node.ID, Item: node.Item, Namespace: object.Namespace, Name: object.Name, Labels: object.Labels, Fields: object.Fields,
			})
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	data, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("write the values of Observation %s/%s: %w", o.Namespace, o.Name, err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
