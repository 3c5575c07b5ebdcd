package typing

import (
	"github.com/google/cel-go/common/types"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Projection is a field of the status that an expression makes.
type Projection struct {
	Path fieldpath.Path // inside the status
	Type *types.Type    // of the expression
	Node *source.Node   // the text, for problems
}

// StatusSchema is the schema of a status made of projections. All items of a list share
// one schema. Where they differ kro takes that of any of them, and the API server refuses
// or cuts the others; krowave lets such items be anything and warns
// (docs/compat/kro.md#status-lists). The caller owns the result.
func (r *Registry) StatusSchema(fields []Projection) (*apiextensionsv1.JSONSchemaProps, diag.List) {
	root := &statusNode{shape: objectShape}
	var diags diag.List
	for i := range fields {
		f := &fields[i]
		if other := root.add(f.Path.Elements(), f, r.SchemaOf(f.Type)); other != nil {
			diags.Warnf(diag.ExpressionElements, f.Node.Span(), "status.%s differs in type from status.%s, but the items of a list share one schema: in the CRD they can be anything", f.Path, other.Path).
				WithRelated(other.Node.Span(), "status.%s is here", other.Path)
		}
	}
	return root.schema(), diags
}

// statusShape is what projections make of a place in the status.
type statusShape uint8

const (
	noShape statusShape = iota
	leafShape
	objectShape
	listShape
	mixedShape // items of a list that differ
)

// statusNode is a place in the status; all items of a list are one place.
type statusNode struct {
	shape  statusShape
	leaf   *apiextensionsv1.JSONSchemaProps
	fields map[string]*statusNode
	item   *statusNode
	origin *Projection // the first projection at or below this place
}

// add puts a projection below n. It answers an earlier projection that contradicts
// this one, once for each place.
func (n *statusNode) add(path []fieldpath.Element, f *Projection, leaf *apiextensionsv1.JSONSchemaProps) *Projection {
	shape, next := leafShape, (*statusNode)(nil)
	if len(path) > 0 {
		key, isKey := path[0].Key()
		shape, next = listShape, n.item
		if isKey {
			shape, next = objectShape, n.fields[key]
		}
	}
	switch {
	case n.shape == mixedShape:
		return nil
	case n.shape == noShape:
		n.shape, n.leaf, n.origin = shape, leaf, f
	case n.shape != shape || (shape == leafShape && !equality.Semantic.DeepEqual(n.leaf, leaf)):
		n.shape = mixedShape
		return n.origin
	}
	if shape == leafShape {
		return nil
	}
	if next == nil {
		next = &statusNode{}
		n.attach(path[0], next)
	}
	return next.add(path[1:], f, leaf)
}

func (n *statusNode) attach(e fieldpath.Element, child *statusNode) {
	key, isKey := e.Key()
	if !isKey {
		n.item = child
		return
	}
	if n.fields == nil {
		n.fields = map[string]*statusNode{}
	}
	n.fields[key] = child
}

func (n *statusNode) schema() *apiextensionsv1.JSONSchemaProps {
	switch n.shape {
	case leafShape:
		return n.leaf
	case listShape:
		list := typed("array")
		list.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: n.item.schema()}
		return list
	case objectShape:
		object := typed("object")
		object.Properties = make(map[string]apiextensionsv1.JSONSchemaProps, len(n.fields))
		for key, child := range n.fields {
			object.Properties[key] = *child.schema()
		}
		return object
	case noShape, mixedShape:
	}
	return anything("")
}
