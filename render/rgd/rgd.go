package rgd

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/source"
)

// APIVersion and Kind identify an RGD document.
const (
	APIVersion = "kro.run/v1alpha1"
	Kind       = "ResourceGraphDefinition"
)

// DefaultGroup is the API group of an RGD that names none. In a cluster the API server sets it.
const DefaultGroup = "kro.run"

// RGD is one ResourceGraphDefinition.
type RGD struct {
	Name      string // metadata.name
	Node      *source.Node
	Schema    Schema
	Resources []Resource // in the order of the file, which decides ties in the topological order
}

// Schema is spec.schema: the API that the RGD defines.
type Schema struct {
	Node       *source.Node
	Kind       string
	Version    string // without the group, such as v1alpha1
	Group      string
	Namespaced bool
	// Spec, Types and Status are the free-form parts, nil when absent. Status still
	// holds the key conditions.
	Spec, Types, Status *source.Node
	PrinterColumns      *source.Node // a list, or nil
	ShortNames          []string
	Categories          []string
	Labels, Annotations map[string]string // for the generated CRD
}

// APIVersionText is group/version of the instances.
func (s Schema) APIVersionText() string { return s.Group + "/" + s.Version }

// GVK is the kind of the instances.
func (s Schema) GVK() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: s.Group, Version: s.Version, Kind: s.Kind}
}

// Named reports that the kind and the version are names, so that a CRD can have them.
func (s Schema) Named() bool {
	return isKind(s.Kind) && isVersion(s.Version)
}

// Resource is one entry of spec.resources. Exactly one of Template and External is set.
type Resource struct {
	ID          string
	IDNode      *source.Node
	Node        *source.Node // the whole entry
	Template    *source.Node
	External    *External
	ReadyWhen   []*source.Node // String nodes
	IncludeWhen []*source.Node // String nodes
	ForEach     []Iterator     // not empty for a collection
}

// External is an externalRef: objects that are read, never rendered.
type External struct {
	Node       *source.Node
	APIVersion string
	Kind       string
	Metadata   *source.Node // a Map with name or selector
	// Selector is the node of metadata.selector when the reference is to a set of objects, else nil.
	Selector *source.Node
}

// Iterator is one dimension of forEach.
type Iterator struct {
	Name     string
	NameNode *source.Node
	List     *source.Node // a String node with the list expression
}
