package render

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/source"
)

// Input is what to render. All parts may be empty; the order of the slices is the
// order of the output where nothing else decides.
type Input struct {
	// RGDs are the ResourceGraphDefinitions to deliver.
	RGDs []*source.Node
	// Library are RGDs that may be used but are delivered only as far as they are.
	Library []*source.Node
	// CRDs are CustomResourceDefinitions to deliver; they also tell about their kinds.
	CRDs []*source.Node
	// Known are kinds that are in the cluster anyway.
	Known []catalog.Kind
	// Bundles are schemas exported from a cluster. CRDs and Known shadow what they say.
	Bundles []*catalog.Bundle
	// Objects are all other objects: instances of the RGDs, and what passes through.
	Objects []*source.Node
	// Observed finds live objects; nil when none are known.
	Observed eval.Observed
}

// gvkOf is the kind that a document says it is.
func gvkOf(n *source.Node) schema.GroupVersionKind {
	return gvk(n.Get("apiVersion").Str(), n.Get("kind").Str())
}

func gvk(apiVersion, kind string) schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(apiVersion, kind)
}
