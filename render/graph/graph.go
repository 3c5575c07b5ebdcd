package graph

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/simpleschema"
)

// Graph is a compiled RGD.
type Graph struct {
	RGD *rgd.RGD
	// Kind is the kind of the instances, as other RGDs see it: its schema has the status.
	Kind catalog.Kind
	// InstanceSchema types the variable schema: apiVersion, kind, metadata and spec, without status.
	InstanceSchema *catalog.Schema
	CRD            *apiextensionsv1.CustomResourceDefinition
	// Origin leads from the schema of the instances' spec to the user's text.
	Origin *simpleschema.Origin
	// Nodes are in the order of spec.resources.
	Nodes []Node
	Order Order
	// Status is the projection of schema.status without conditions.
	Status *Object
	// Conditions are the expressions of schema.status.conditions, in order.
	Conditions []*expr.Checked
	index      map[string]int
}

// Index is the position of the node with an id.
func (g *Graph) Index(id string) (int, bool) {
	i, ok := g.index[id]
	return i, ok
}

// InstanceGVK is the kind of the instances.
func (g *Graph) InstanceGVK() schema.GroupVersionKind { return g.Kind.GVK }

// Node is a resource of an RGD: a [Resource], a [Collection], an [External] or an
// [ExternalCollection]. The interface is sealed.
type Node interface {
	// Base is what all nodes have in common.
	Base() *Base
	sealed()
}

// Base is what all nodes have in common.
type Base struct {
	ID    string
	Index int // position in the RGD
	GVK   schema.GroupVersionKind
	// Schema is nil for a kind that the catalogue does not know; then it is also
	// not known whether the kind is namespaced, and Namespaced is false.
	Schema     *catalog.Schema
	Namespaced bool
	// Dependencies are positions of other nodes, ascending: everything that the template,
	// forEach and includeWhen refer to, whether it is evaluated or not.
	Dependencies []int
	IncludeWhen  []*expr.Checked
	ReadyWhen    []*expr.Checked
	// Template computes the object, or for external nodes the reference to it.
	Template *Object
	Source   rgd.Resource
}

// Resource is a node with a template: one object.
type Resource struct{ base Base }

// Collection is a node with a template and forEach: one object for each combination.
type Collection struct {
	base Base
	// Dimensions are in the order of forEach; the first is the outermost.
	Dimensions []Dimension
}

// Dimension is one iterator of a collection.
type Dimension struct {
	Name string
	List *expr.Checked
}

// External is an externalRef by name: one object that somebody else owns.
type External struct{ base Base }

// ExternalCollection is an externalRef by selector: all objects that match.
type ExternalCollection struct{ base Base }

// Base implements [Node].
func (n *Resource) Base() *Base { return &n.base }

// Base implements [Node].
func (n *Collection) Base() *Base { return &n.base }

// Base implements [Node].
func (n *External) Base() *Base { return &n.base }

// Base implements [Node].
func (n *ExternalCollection) Base() *Base { return &n.base }

func (*Resource) sealed()           {}
func (*Collection) sealed()         {}
func (*External) sealed()           {}
func (*ExternalCollection) sealed() {}
