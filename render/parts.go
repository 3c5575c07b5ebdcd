package render

import (
	"slices"

	"github.com/krowave/krowave/render/crd"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Part is some objects of a result that stand behind each other: first those that belong to no instance, then
// those of each instance.
type Part struct {
	// Index is the position among the parts. Part 0 belongs to no instance, and part i to instance i-1.
	Index int
	// Instance is whose objects they are, or nil.
	Instance *Instance
	// Objects are in the order in which to apply them.
	Objects []Object
}

// Parts is the number of parts that a render of the program has.
func (p *Program) Parts() int {
	n := 1
	for _, o := range p.input.Objects {
		if p.instanceOf(o) != nil {
			n++
		}
	}
	return n
}

// Render renders all instances of the input. When the list has errors the Result is
// nil: a render is all or nothing.
func (p *Program) Render() (*Result, diag.List) {
	parts := make([][]Object, p.Parts())
	result, diags := p.render(func(part Part) { parts[part.Index] = part.Objects }, func(*rendered) {})
	if result != nil {
		result.Objects = slices.Concat(parts...)
	}
	return result, diags
}

// RenderTo is [Program.Render] for who needs each object once: what becomes of many objects takes less room than the
// objects. It hands each part over as soon as it is made, in any order and from as many goroutines as the options
// allow, and forgets it. The Result has neither objects nor the values of instances. Without
// a Result, that is when the list has errors, the parts are good for nothing.
func (p *Program) RenderTo(take func(Part)) (*Result, diag.List) {
	return p.render(take, (*rendered).forget)
}

// rendered is one instance while the others are rendered.
type rendered struct {
	instance Instance
	program  *eval.Program
	nested   []*graph.Graph // RGDs that its objects are instances of, each once
	diags    diag.List
}

// render renders all parts; done is called for each instance whose part was taken.
func (p *Program) render(take func(Part), done func(*rendered)) (*Result, diag.List) {
	instances, others := p.split()
	all := make([]rendered, len(instances))
	each(p.options.Workers, len(instances), func(i int) {
		all[i] = p.instance(instances[i])
		if r := &all[i]; !r.diags.HasErrors() {
			part := p.part(i, r)
			r.instance.Count = len(part.Objects)
			r.nested = r.graphs()
			take(part)
			done(r)
		}
	})
	plain := make([]diag.List, len(others))
	each(p.options.Workers, len(others), func(i int) { plain[i] = p.plain(others[i]) })
	diags := slices.Concat(plain...)
	for i := range all {
		diags = append(diags, all[i].diags...)
	}
	if diags = p.severity(diags); diags.HasErrors() {
		return nil, diags
	}
	result := &Result{Instances: make([]Instance, len(all))}
	for i := range all {
		result.Instances[i] = all[i].instance
		result.Count += all[i].instance.Count
	}
	first, problems := p.first(all, others)
	diags = append(diags, problems...)
	take(Part{Objects: first})
	result.Count += len(first)
	if result.Count == 0 && !p.options.AllowEmpty && !p.broken() {
		diags = append(diags, empty(result)...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return result, diags
}

// split tells instances from objects that pass through.
func (p *Program) split() (instances, others []*source.Node) {
	for _, n := range p.input.Objects {
		if p.instanceOf(n) != nil {
			instances = append(instances, n)
		} else {
			others = append(others, n)
		}
	}
	return instances, others
}

// instance renders one instance.
func (p *Program) instance(n *source.Node) rendered {
	r := rendered{program: p.instanceOf(n)}
	object, _ := n.JSON().(map[string]any)
	admitted, diags := r.program.Admit(object, n, p.options.namespace())
	r.diags = diags
	r.instance = Instance{At: n, Value: admitted, RGD: r.program.Graph.RGD.Name}
	r.instance.namespace, r.instance.name = namesOf(admitted)
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

// part are the objects of an instance, itself behind them.
func (p *Program) part(i int, r *rendered) Part {
	part := Part{Index: i + 1, Instance: &r.instance}
	mode := p.options.mode()
	if mode == Passthrough {
		return part
	}
	part.Objects = make([]Object, 0, len(r.instance.objects)+1)
	for _, o := range r.instance.objects {
		if o.Instance && mode == Children {
			continue
		}
		part.Objects = append(part.Objects, Object{
			Value: o.Value, At: o.Base.Source.Template, Base: o.Base,
			Instance: i, Node: o.Node, Item: o.Item, Address: addressOf(o), Level: o.Level,
		})
	}
	if mode == Expand {
		part.Objects = append(part.Objects, Object{Value: r.instance.Value, At: r.instance.At, Instance: i, Item: -1, Level: r.instance.Levels})
	}
	return part
}

// graphs are the nested RGDs of the instance, each once.
func (r *rendered) graphs() []*graph.Graph {
	var graphs []*graph.Graph
	for _, o := range r.instance.objects {
		if o.Program != nil && !slices.Contains(graphs, o.Program.Graph) {
			graphs = append(graphs, o.Program.Graph)
		}
	}
	return graphs
}

// forget lets go of everything that was handed over.
func (r *rendered) forget() {
	r.instance.Value, r.instance.objects, r.instance.wanted = nil, nil, nil
}

// first are the objects that belong to no instance: CRDs first, then what passes through.
func (p *Program) first(all []rendered, others []*source.Node) ([]Object, diag.List) {
	if p.options.mode() == Passthrough {
		return asWritten(p.input.CRDs, p.input.RGDs, p.input.Objects), nil
	}
	objects := asWritten(p.input.CRDs)
	var diags diag.List
	if p.options.mode() == Expand {
		var crds []Object
		crds, diags = generated(p.delivered(all))
		objects = append(objects, crds...)
	}
	return append(objects, asWritten(others)...), diags
}

// asWritten are objects as they were written.
func asWritten(lists ...[]*source.Node) []Object {
	var objects []Object
	for _, n := range slices.Concat(lists...) {
		if object, ok := n.JSON().(map[string]any); ok {
			objects = append(objects, Object{Value: object, At: n, Instance: -1, Item: -1})
		}
	}
	return objects
}

// generated are the CRDs of RGDs.
func generated(graphs []*graph.Graph) ([]Object, diag.List) {
	var objects []Object
	var diags diag.List
	for _, g := range graphs {
		object, err := crd.Object(g.CRD)
		if err != nil {
			diags.Errorf(diag.CRDStructure, g.RGD.Schema.Node.Span(), "%v", err)
			continue
		}
		objects = append(objects, Object{Value: object, At: g.RGD.Schema.Node, Instance: -1, Item: -1})
	}
	return objects, diags
}

// delivered are the RGDs whose CRD goes into the output: those of the input, and those
// of the library that some instance uses.
func (p *Program) delivered(all []rendered) []*graph.Graph {
	used := map[*graph.Graph]bool{}
	for i := range all {
		used[all[i].program.Graph] = true
		for _, g := range all[i].nested {
			used[g] = true
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
