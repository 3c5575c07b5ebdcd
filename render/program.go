package render

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/admission"
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

// rendered is one instance while the others are rendered.
type rendered struct {
	instance Instance
	program  *eval.Program
	diags    diag.List
}

// Render renders all instances of the input. When the list has errors the Result is
// nil: a render is all or nothing.
func (p *Program) Render() (*Result, diag.List) {
	var instances, others []*source.Node
	for _, n := range p.input.Objects {
		if p.instanceOf(n) != nil {
			instances = append(instances, n)
		} else {
			others = append(others, n)
		}
	}
	all := make([]rendered, len(instances))
	each(p.options.Workers, len(instances), func(i int) { all[i] = p.instance(instances[i]) })
	plain := make([]diag.List, len(others))
	each(p.options.Workers, len(others), func(i int) { plain[i] = p.plain(others[i]) })
	diags := slices.Concat(plain...)
	for _, r := range all {
		diags = append(diags, r.diags...)
	}
	if diags = p.severity(diags); diags.HasErrors() {
		return nil, diags
	}
	result, problems := p.assemble(all, others)
	diags = append(diags, problems...)
	if len(result.Objects) == 0 && !p.options.AllowEmpty && !p.broken() {
		diags = append(diags, empty(result)...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return result, diags
}

// instance renders one instance.
func (p *Program) instance(n *source.Node) rendered {
	r := rendered{program: p.instanceOf(n)}
	object, _ := n.JSON().(map[string]any)
	admitted, diags := r.program.Admit(object, n, p.options.namespace())
	r.diags = diags
	r.instance = Instance{At: n, Value: admitted, RGD: r.program.Graph.RGD.Name}
	if diags.HasErrors() {
		return r
	}
	result, diags := eval.Run(r.program.Graph, eval.Request{
		Instance: admitted, At: n, Observed: p.input.Observed, Declared: eval.Whole(p.declared), Nested: p.nested,
		MaxItems: p.options.MaxItems, MaxObjects: p.options.MaxObjects, DropNulls: p.options.DropNulls, Budget: expr.NewBudget(p.options.Budget),
	})
	r.diags = append(r.diags, diags...)
	for _, o := range result.Objects {
		if !o.Instance {
			r.diags = append(r.diags, p.conform(o.Value, o.Base.Source.Template)...)
		}
	}
	r.instance.Levels = result.Levels
	r.instance.Held, r.instance.Absent, r.instance.Status = result.Held, result.Absent, result.Status
	r.instance.objects, r.instance.wanted = result.Objects, result.Wanted
	return r
}

// broken reports RGDs with errors, of which the objects are missing.
func (p *Program) broken() bool {
	return slices.ContainsFunc(p.units, func(u *unit) bool { return u.program == nil })
}

// empty says why nothing came out.
func empty(r *Result) diag.List {
	var diags diag.List
	d := diags.Errorf(diag.EvaluationEmpty, source.Span{}, "there is nothing to apply")
	switch {
	case r.Held():
		d.WithHint("every resource waits for a run-time value; give the live objects with --observed, or use --allow-empty")
	case len(r.Instances) == 0:
		d.WithHint("the input has no instance of its RGDs and no other object; use --allow-empty if that is right")
	default:
		d.WithHint("the conditions of the RGDs exclude every resource; use --allow-empty if that is right")
	}
	return diags
}

// assemble puts everything in order: CRDs first, then what passes through, then each
// instance's objects with the instance behind them.
func (p *Program) assemble(all []rendered, others []*source.Node) (*Result, diag.List) {
	result := &Result{}
	for _, r := range all {
		result.Instances = append(result.Instances, r.instance)
	}
	if p.options.mode() == Passthrough {
		result.plain(p.input.CRDs, p.input.RGDs, p.input.Objects)
		return result, nil
	}
	var diags diag.List
	result.plain(p.input.CRDs)
	if p.options.mode() == Expand {
		diags = result.generated(p.delivered(all))
	}
	result.plain(others)
	for i, r := range all {
		for _, o := range r.instance.objects {
			if o.Instance && p.options.mode() == Children {
				continue
			}
			result.Objects = append(result.Objects, Object{
				Value: o.Value, At: o.Base.Source.Template, Base: o.Base,
				Instance: i, Node: o.Node, Item: o.Item, Address: addressOf(o), Level: o.Level,
			})
		}
		if p.options.mode() == Expand {
			result.Objects = append(result.Objects, Object{Value: r.instance.Value, At: r.instance.At, Instance: i, Item: -1, Level: r.instance.Levels})
		}
	}
	return result, diags
}

// plain adds objects as they were written.
func (r *Result) plain(lists ...[]*source.Node) {
	for _, n := range slices.Concat(lists...) {
		if object, ok := n.JSON().(map[string]any); ok {
			r.Objects = append(r.Objects, Object{Value: object, At: n, Instance: -1, Item: -1})
		}
	}
}

// generated adds the CRDs of RGDs.
func (r *Result) generated(graphs []*graph.Graph) diag.List {
	var diags diag.List
	for _, g := range graphs {
		object, err := crd.Object(g.CRD)
		if err != nil {
			diags.Errorf(diag.CRDStructure, g.RGD.Schema.Node.Span(), "%v", err)
			continue
		}
		r.Objects = append(r.Objects, Object{Value: object, At: g.RGD.Schema.Node, Instance: -1, Item: -1})
	}
	return diags
}

// CRDs are the CRDs that the RGDs of the input define, those of the library left out.
func (p *Program) CRDs() ([]Object, diag.List) {
	result := &Result{}
	diags := result.generated(p.delivered(nil))
	return result.Objects, diags
}

// delivered are the RGDs whose CRD goes into the output: those of the input, and those
// of the library that some instance uses.
func (p *Program) delivered(all []rendered) []*graph.Graph {
	used := map[*graph.Graph]bool{}
	for _, r := range all {
		used[r.program.Graph] = true
		for _, o := range r.instance.objects {
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
