package eval

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
)

// LiveNode is the live object of a node, or those of a collection.
type LiveNode struct {
	Collection bool
	// Objects are one for a node that is no collection; for a collection any number in the order of its items.
	Objects []Live
}

// Projecting is what a projection is evaluated with. Nothing of it is changed.
type Projecting struct {
	Projection *graph.Projection
	Instance   Live
	// Nodes are the live nodes by their id. What the status says of others is not known.
	Nodes map[string]LiveNode
	// Builtin are the conditions of the instance that an author's conditions can read.
	Builtin []dialect.Condition
	// Budget is that of all expressions together; nil means [expr.DefaultBudget].
	Budget *expr.Budget
}

// Projected is an evaluated status.
type Projected struct {
	// Status has the fields that are known, without conditions and state.
	Status map[string]any
	// Conditions are the author's that could be evaluated, in the order of the RGD.
	Conditions []dialect.Condition
	// Incomplete says that some condition could not be evaluated: the previous one of its type counts.
	Incomplete bool
	// Degraded says that a condition failed for good, or was made twice.
	Degraded bool
}

// Project evaluates the status of an instance from live objects alone. Of the diagnostics none is an error: what cannot
// be evaluated is left out.
func Project(p Projecting) (*Projected, diag.List) {
	r := p.run()
	r.status()
	out := &Projected{Status: r.result.Status}
	if conditions := r.graph.Conditions; len(conditions) > 0 {
		before := len(r.diags)
		r.authored(value.WrapKnown(p.withBuiltin(), nil, p.Instance.missing(instanceName), p.Instance.Known))
		out.Conditions, out.Incomplete = r.result.Conditions, r.incomplete
		out.Degraded = slices.ContainsFunc(r.diags[before:], func(d diag.Diagnostic) bool { return d.Code != diag.EvaluationMissing })
		out.Incomplete = out.Incomplete || out.Degraded
		r.soften(before)
	}
	return out, r.diags
}

// run prepares an evaluation in which every node is as far as it is going to get.
func (p *Projecting) run() *run {
	budget := p.Budget
	if budget == nil {
		budget = expr.NewBudget(0)
	}
	g := p.Projection.Graph()
	r := &run{request: Request{Budget: budget, At: p.Projection.Node()}, graph: g, result: &Result{}, instance: withoutStatus(p.Instance.Object)}
	r.schema = value.WrapKnown(r.instance, nil, p.Instance.missing(instanceName), p.Instance.Known)
	ids := p.Projection.IDs()
	r.states = make([]state, len(ids))
	for i, id := range ids {
		r.states[i].value = p.Nodes[id].value(id)
	}
	return r
}

// withBuiltin is the instance as its author's conditions see it.
func (p *Projecting) withBuiltin() map[string]any {
	list := make([]any, len(p.Builtin))
	for i, c := range p.Builtin {
		list[i] = map[string]any{"type": c.Type, "status": c.Status, "reason": c.Reason, "message": c.Message}
	}
	seen := withoutStatus(p.Instance.Object)
	seen["status"] = map[string]any{"conditions": list}
	return seen
}

func withoutStatus(o map[string]any) map[string]any {
	seen := make(map[string]any, len(o)+1)
	maps.Copy(seen, o)
	delete(seen, "status")
	return seen
}

// missing is what holds for what an object lacks.
func (l Live) missing(name string) value.Missing {
	if l.Known == nil {
		return value.Absent
	}
	return value.UnknownIn(name)
}

func (n LiveNode) value(id string) ref.Val {
	if !n.Collection {
		if len(n.Objects) == 0 {
			return value.UnknownObject(id)
		}
		o := n.Objects[0]
		return value.WrapKnown(o.Object, nil, o.missing(id), o.Known)
	}
	items := make([]ref.Val, len(n.Objects))
	for i, o := range n.Objects {
		missing := value.Absent
		if o.Known != nil {
			missing = value.UnknownInItem(id, i)
		}
		items[i] = value.WrapKnown(o.Object, nil, missing, o.Known)
	}
	return value.Collection(items)
}

// Readiness is the answer of a readyWhen.
type Readiness struct {
	Ready bool
	// False is the first expression that is not true, as the author wrote it; empty when all are.
	False string
	// Err says why it failed, in a way that waiting does not mend. It may quote values.
	Err error
}

// Ready evaluates the readyWhen expressions of a node, compiled for a variable, against its live object, or against the list of those
// that a selector chose. A nil budget means [expr.DefaultBudget].
func Ready(readyWhen []*expr.Checked, variable string, n LiveNode, budget *expr.Budget) Readiness {
	if budget == nil {
		budget = expr.NewBudget(0)
	}
	v := n.value(variable)
	for _, e := range readyWhen {
		out := e.Eval(single{name: variable, value: v}, budget)
		pending := out.Unknown != nil || len(out.Cause.Absent) > 0 || len(out.Cause.Read) > 0
		switch {
		case out.Value != nil && truth(out.Value):
		case out.Value != nil || pending:
			return Readiness{False: e.Text()}
		default:
			return Readiness{False: e.Text(), Err: out.Err}
		}
	}
	return Readiness{Ready: true}
}
