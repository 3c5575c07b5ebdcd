package render

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Program is a compiled input.
type Program struct {
	options  Options
	input    Input
	catalog  *catalog.Catalog
	units    []*unit
	programs map[schema.GroupVersionKind]*eval.Program
	defined  map[schema.GroupKind]*eval.Program
	declared declared
	checker  *admission.Checker
}

// Graphs are the compiled RGDs in the order of the input.
func (p *Program) Graphs() []*graph.Graph {
	var graphs []*graph.Graph
	for _, u := range p.units {
		if u.program != nil {
			graphs = append(graphs, u.program.Graph)
		}
	}
	return graphs
}

// Catalog knows every kind of the input, the generated ones included.
func (p *Program) Catalog() *catalog.Catalog { return p.catalog }

// For is the program of the same RGDs and CRDs with other objects to render, so that whoever
// renders many applications of one library compiles it once. It costs next to nothing. Of the
// options KubernetesVersion, Omit and MaxDimensions have no effect: they decided how the
// RGDs were compiled. The receiver stays as it is.
func (p *Program) For(objects []*source.Node, observed eval.Observed, o Options) *Program {
	other := *p
	other.options = o
	other.input.Objects, other.input.Observed = objects, observed
	other.declared = declare(objects, p)
	return &other
}

// Observing is the program with other live objects: what one render asks for, the next one may know.
func (p *Program) Observing(observed eval.Observed) *Program {
	other := *p
	other.input.Observed = observed
	return &other
}

// Observed are the live objects of the input, or nil.
func (p *Program) Observed() eval.Observed { return p.input.Observed }

// nested finds the RGD of a kind. It is called only after compilation.
func (p *Program) nested(gvk schema.GroupVersionKind) *eval.Program { return p.programs[gvk] }

// instanceOf is the RGD that defines the kind of a document, in whatever version: an instance
// of a version that does not exist is refused, not passed through.
func (p *Program) instanceOf(n *source.Node) *eval.Program { return p.defined[gvkOf(n).GroupKind()] }

// severity applies the strictness of the options.
func (p *Program) severity(diags diag.List) diag.List {
	if p.options.Strict {
		return diags.Strict()
	}
	return diags
}

// CRDs are the CRDs that the RGDs of the input define, those of the library left out.
func (p *Program) CRDs() ([]Object, diag.List) {
	return generated(p.delivered(nil))
}
