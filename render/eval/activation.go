package eval

import (
	"errors"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
)

// instanceName is the variable that holds the instance.
const instanceName = "schema"

// activation answers the variables of one evaluation.
type activation struct {
	run    *run
	locals []local
	// open makes everything that is missing unknown, even where the whole object is
	// known: a second evaluation with it tells which missing place made the first one fail.
	open bool
}

// ResolveName implements [cel.Activation].
func (a *activation) ResolveName(name string) (any, bool) {
	for _, l := range a.locals {
		if l.name == name {
			return l.resolve(a.open), true
		}
	}
	if name == instanceName {
		if a.open {
			return value.Wrap(a.run.instance, a.run.graph.InstanceSchema, value.UnknownIn(instanceName)), true
		}
		return a.run.schema, true
	}
	i, ok := a.run.graph.Index(name)
	if !ok {
		return nil, false
	}
	s := &a.run.states[i]
	if a.open && s.open != nil {
		return s.open, true
	}
	return s.value, s.value != nil
}

// Parent implements [cel.Activation].
func (a *activation) Parent() cel.Activation { return nil }

// local is a variable of one item of a collection.
type local struct {
	name  string
	value ref.Val
	data  any
	// live reports that the data comes from other nodes, so that what it lacks may come yet.
	live bool
}

func (l local) resolve(open bool) ref.Val {
	if open && l.live {
		return value.Wrap(l.data, nil, value.UnknownIn(l.name))
	}
	return l.value
}

// eval evaluates an expression. It answers a value, or the places that the
// expression waits for, or neither after it has reported an error.
func (r *run) eval(e *expr.Checked, locals []local) (ref.Val, []Wait) {
	a := activation{run: r, locals: locals}
	out := e.Eval(&a, r.request.Budget)
	switch {
	case out.Err == nil && out.Waits == nil:
		return out.Value, nil
	case out.Err == nil:
		return nil, r.waits(e, out.Waits)
	case errors.Is(out.Err, expr.ErrCost):
		r.diags.Errorf(diag.EvaluationBudget, e.Span(), "%v", out.Err)
		return nil, nil
	}
	a.open = true
	missing := e.Eval(&a, r.request.Budget).Waits
	live := slices.DeleteFunc(slices.Clone(missing), func(p value.Path) bool { return p.Node == instanceName })
	switch {
	case len(live) > 0:
		return nil, r.waits(e, live)
	case len(missing) > 0:
		r.diags.Errorf(diag.EvaluationMissing, e.Span(), "the instance has no %s", missing[0]).
			WithHint("make the field required, give it a default, or write what an absent value stands for: .?%s.orValue(…)", lastKey(missing[0])).
			WithRelated(r.request.At.Span(), "this is the instance")
	default:
		r.diags.Errorf(diag.EvaluationFailed, e.Span(), "%v", out.Err).
			WithRelated(r.request.At.Span(), "with this instance")
	}
	return nil, nil
}

// lastKey is the last key of a path.
func lastKey(p value.Path) string {
	for _, e := range slices.Backward(p.Field.Elements()) {
		if key, ok := e.Key(); ok {
			return key
		}
	}
	return p.Node
}

func (r *run) waits(e *expr.Checked, paths []value.Path) []Wait {
	waits := make([]Wait, len(paths))
	for i, p := range paths {
		waits[i] = Wait{Path: r.prefix + p.String(), Span: e.Span()}
	}
	return waits
}

// truth reads the value of a condition: null and an empty optional are false.
func truth(v ref.Val) bool {
	json, err := value.ToJSON(v)
	b, ok := json.(bool)
	return err == nil && ok && b
}

var _ cel.Activation = (*activation)(nil)
