package oracle

import (
	"strings"

	"github.com/kubernetes-sigs/kro/pkg/graph"
	"github.com/kubernetes-sigs/kro/pkg/graph/variable"
	kro "github.com/kubernetes-sigs/kro/pkg/metadata"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kro's runtime stamps an index on the items of collections, through accessors that turn null
// into text and drop labels that are no text. The labels of the template are put out of its
// way under another name.
const (
	labelsPath = "metadata.labels"
	hiddenPath = "metadata." + hiddenKey
	hiddenKey  = "labelsOfTheTemplate"
)

// prepare adjusts a graph of our own before kro's runtime gets it.
func (b *built) prepare() {
	for _, node := range b.graph.Nodes {
		if node.Meta.Type == graph.NodeTypeCollection {
			hideLabels(node)
		}
	}
}

func hideLabels(node *graph.Node) {
	metadata, ok := node.Template.Object["metadata"].(map[string]any)
	if !ok {
		return
	}
	labels, ok := metadata["labels"]
	if !ok {
		return
	}
	delete(metadata, "labels")
	metadata[hiddenKey] = labels
	for i, found := range node.Variables {
		rest, below := strings.CutPrefix(found.Path, labelsPath)
		if !below || (rest != "" && rest[0] != '.' && rest[0] != '[') {
			continue
		}
		moved := *found
		moved.FieldDescriptor = variable.FieldDescriptor{Path: hiddenPath + rest, Expression: found.Expression}
		node.Variables[i] = &moved
	}
}

// unstamped gives an object of a collection its own labels back. Objects of other nodes, which
// the runtime does not stamp, stay as they are.
func unstamped(u *unstructured.Unstructured) {
	metadata, ok := u.Object["metadata"].(map[string]any)
	if !ok {
		return
	}
	if labels, hidden := metadata[hiddenKey]; hidden {
		delete(metadata, hiddenKey)
		metadata["labels"] = labels
		return
	}
	if labels, _ := metadata["labels"].(map[string]any); len(labels) == 1 && labels[kro.CollectionIndexLabel] != nil {
		delete(metadata, "labels")
	}
}
