package render

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/crd"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
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

// nested finds the RGD of a kind. It is called only after compilation.
func (p *Program) nested(gvk schema.GroupVersionKind) *eval.Program { return p.programs[gvk] }

// severity applies the strictness of the options.
func (p *Program) severity(diags diag.List) diag.List {
	if p.options.Strict {
		return diags.Strict()
	}
	return diags
}

// rendered is one instance while the others are rendered.
type rendered struct {
	instance Instance
	objects  []eval.Object
	levels   int
	program  *eval.Program
	diags    diag.List
}

// Render renders all instances of the input. When the list has errors the Result is
// nil: a render is all or nothing.
func (p *Program) Render() (*Result, diag.List) {
	var instances, others []*source.Node
	for _, n := range p.input.Objects {
		if _, ok := p.programs[gvkOf(n)]; ok {
			instances = append(instances, n)
		} else {
			others = append(others, n)
		}
	}
	all := make([]rendered, len(instances))
	each(p.options.Workers, len(instances), func(i int) { all[i] = p.instance(instances[i]) })
	var diags diag.List
	for _, r := range all {
		diags = append(diags, r.diags...)
	}
	if diags = p.severity(diags); diags.HasErrors() {
		return nil, diags
	}
	if p.options.mode() == Passthrough {
		return p.passthrough(all), diags
	}
	result, problems := p.assemble(all, others)
	diags = append(diags, problems...)
	if diags.HasErrors() {
		return nil, diags
	}
	return result, diags
}

// instance renders one instance.
func (p *Program) instance(n *source.Node) rendered {
	r := rendered{program: p.programs[gvkOf(n)]}
	object, _ := n.JSON().(map[string]any)
	admitted, diags := r.program.Admit(object, n)
	r.diags = diags
	r.instance = Instance{At: n, Value: admitted, RGD: r.program.Graph.RGD.Name}
	if diags.HasErrors() {
		return r
	}
	result, diags := eval.Run(r.program.Graph, eval.Request{
		Instance: admitted, At: n, Observed: p.input.Observed, Nested: p.nested,
		MaxItems: p.options.MaxItems, DropNulls: p.options.DropNulls, Budget: expr.NewBudget(p.options.Budget),
	})
	r.diags = append(r.diags, diags...)
	r.objects, r.levels = result.Objects, result.Levels
	r.instance.Held, r.instance.Absent, r.instance.Status = result.Held, result.Absent, result.Status
	return r
}

// assemble puts everything in order: CRDs first, then what passes through, then each
// instance's objects with the instance behind them.
func (p *Program) assemble(all []rendered, others []*source.Node) (*Result, diag.List) {
	var diags diag.List
	result := &Result{}
	add := func(value map[string]any) {
		result.Objects = append(result.Objects, Object{Value: value, Instance: -1})
	}
	for _, n := range p.input.CRDs {
		if object, ok := n.JSON().(map[string]any); ok {
			add(object)
		}
	}
	if p.options.mode() == Expand {
		for _, g := range p.delivered(all) {
			object, err := crd.Object(g.CRD)
			if err != nil {
				diags.Errorf(diag.CRDStructure, g.RGD.Schema.Node.Span(), "%v", err)
				continue
			}
			add(object)
		}
	}
	for _, n := range others {
		if object, ok := n.JSON().(map[string]any); ok {
			add(object)
		}
	}
	for i, r := range all {
		for _, o := range r.objects {
			if o.Instance && p.options.mode() == Children {
				continue
			}
			result.Objects = append(result.Objects, Object{Value: o.Value, Instance: i, Node: o.Node, Level: o.Level})
		}
		if p.options.mode() == Expand {
			result.Objects = append(result.Objects, Object{Value: r.instance.Value, Instance: i, Level: r.levels})
		}
		result.Instances = append(result.Instances, r.instance)
	}
	return result, diags
}

// delivered are the RGDs whose CRD goes into the output: those of the input, and those
// of the library that some instance uses.
func (p *Program) delivered(all []rendered) []*graph.Graph {
	used := map[*graph.Graph]bool{}
	for _, r := range all {
		used[r.program.Graph] = true
		for _, o := range r.objects {
			if o.Program != nil {
				used[o.Program.Graph] = true
			}
		}
	}
	var graphs []*graph.Graph
	for _, u := range p.units {
		if u.program != nil && (!u.library || used[u.program.Graph]) {
			graphs = append(graphs, u.program.Graph)
		}
	}
	return graphs
}

// passthrough puts out the input as it is.
func (p *Program) passthrough(all []rendered) *Result {
	result := &Result{}
	for _, list := range [][]*source.Node{p.input.CRDs, p.input.RGDs, p.input.Objects} {
		for _, n := range list {
			if object, ok := n.JSON().(map[string]any); ok {
				result.Objects = append(result.Objects, Object{Value: object, Instance: -1})
			}
		}
	}
	for _, r := range all {
		result.Instances = append(result.Instances, r.instance)
	}
	return result
}
