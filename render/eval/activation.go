package eval

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/lazyregexp"
)

// instanceName is the variable that holds the instance.
const instanceName = "schema"

// activation answers the variables of one evaluation.
type activation struct {
	run *run
	// expression is what is evaluated. It sees no node but those that it depends on, or
	// else its value would depend on the order of the file.
	expression *expr.Checked
	locals     []local
}

// local is a variable of one item of a collection, or of one condition.
type local struct {
	name  string
	value ref.Val
	// live reports that the data comes from other nodes, so that what it lacks may come yet.
	live bool
}

// ResolveName implements [cel.Activation].
func (a *activation) ResolveName(name string) (any, bool) {
	for _, l := range a.locals {
		if l.name == name {
			return l.value, true
		}
	}
	if name == instanceName {
		return a.run.schema, true
	}
	i, ok := a.run.graph.Index(name)
	if !ok || !a.expression.Uses(name) {
		return nil, false
	}
	s := &a.run.states[i]
	return s.value, s.value != nil
}

// Parent implements [cel.Activation].
func (a *activation) Parent() cel.Activation { return nil }

// live reports that what a variable lacks may come yet: it is a node, or made of one.
func (a *activation) live(name string) bool {
	for _, l := range a.locals {
		if l.name == name {
			return l.live
		}
	}
	return name != instanceName
}

// eval evaluates an expression. It answers a value, or the places that the
// expression waits for, or neither after it has reported an error.
func (r *run) eval(e *expr.Checked, locals []local) (ref.Val, []Wait) {
	a := &r.current
	*a = activation{run: r, expression: e, locals: locals}
	out := e.Eval(a, r.request.Budget)
	switch {
	case out.Value != nil:
		return out.Value, nil
	case out.Unknown != nil:
		return nil, r.unknown(e, out.Unknown)
	case errors.Is(out.Err, expr.ErrBudget) && !r.request.Budget.Tell():
		return nil, nil
	case errors.Is(out.Err, expr.ErrBudget), errors.Is(out.Err, expr.ErrCost):
		r.diags.Errorf(diag.EvaluationBudget, e.Span(), "%v", out.Err)
		return nil, nil
	}
	live := slices.DeleteFunc(slices.Concat(out.Cause.Absent, out.Cause.Read), func(p value.Path) bool { return !a.live(p.Node) })
	if len(live) > 0 {
		return nil, r.waits(e, live)
	}
	r.failure(a, out)
	return nil, nil
}

// failure reports an expression that no later render can make work.
func (r *run) failure(a *activation, out expr.Outcome) {
	e := a.expression
	if missing := out.Cause.Absent; len(missing) > 0 {
		owner := missing[0].Node
		if owner == instanceName {
			owner = "the instance"
		}
		r.diags.Errorf(diag.EvaluationMissing, e.Span(), "%s has no %s", owner, missing[0].Field).
			WithHint("make the field required, give it a default, or write what an absent value stands for: %s.orValue(…)", r.optional(missing[0])).
			WithRelated(r.request.At.Span(), "this is the instance")
		return
	}
	if m := hidden().FindStringSubmatch(out.Err.Error()); m != nil {
		r.diags.Errorf(diag.EvaluationFailed, e.Span(), "%s has no value here, because a macro in this expression calls its variable %s", m[1], m[1]).
			WithHint("give the variable of the macro another name")
		return
	}
	d := r.diags.Errorf(diag.EvaluationFailed, e.Span(), "%v", out.Err).
		WithRelated(r.request.At.Span(), "with this instance")
	if strings.HasPrefix(out.Err.Error(), "no such overload") && slices.ContainsFunc(a.locals, func(l local) bool { return e.Uses(l.name) }) {
		d.WithHint("items of forEach are what the instance says: a whole number is an integer and a time is a string, whatever the schema says")
	}
}

// hidden is the error of a name that has no value.
var hidden = lazyregexp.New(`^no such attribute\(s\): (\w+)$`)

// optional is a path as an expression writes it for which its missing part is no error.
func (r *run) optional(p value.Path) string {
	var text strings.Builder
	text.WriteString(p.Node)
	at, missing := any(r.instance), p.Node != instanceName
	for _, e := range p.Field.Elements() {
		mark := ""
		key, isKey := e.Key()
		if isKey {
			m, _ := at.(map[string]any)
			at = m[key]
		} else if i, _ := e.Index(); !missing {
			list, _ := at.([]any)
			if at = nil; i < len(list) {
				at = list[i]
			}
		}
		if missing = missing || at == nil; missing {
			mark = "?"
		}
		switch {
		case isKey && isIdentifier(key):
			text.WriteString("." + mark + key)
		case isKey:
			text.WriteString("[" + mark + strconv.Quote(key) + "]")
		default:
			i, _ := e.Index()
			text.WriteString("[" + mark + strconv.Itoa(i) + "]")
		}
	}
	return text.String()
}

// isIdentifier reports a key that can be selected with a dot.
func isIdentifier(key string) bool {
	for i := range len(key) {
		c := key[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return key != ""
}

// unknown are the places that a value waits for: some of them if nobody asks which.
func (r *run) unknown(e *expr.Checked, u *types.Unknown) []Wait {
	if r.brief {
		return []Wait{{}}
	}
	return r.waits(e, value.Waits(e.AST(), u))
}

func (r *run) waits(e *expr.Checked, paths []value.Path) []Wait {
	waits := make([]Wait, len(paths))
	for i, p := range paths {
		waits[i] = Wait{Path: r.above + p.String(), Span: e.Span(), Hint: r.advice(p)}
	}
	return waits
}

// secretAdvice is for whoever waits for a value of a Secret, which is never observed.
const secretAdvice = "values of a Secret are never read: refer to it by name, as with secretKeyRef" //nolint:gosec // no credential

// advice is what to do about a path that no observation can fill.
func (r *run) advice(p value.Path) string {
	i, ok := r.graph.Index(p.Node)
	if !ok || i >= len(r.graph.Nodes) || r.graph.Nodes[i].Base().GVK.GroupKind() != (schema.GroupKind{Kind: "Secret"}) {
		return ""
	}
	for _, e := range p.Field.Elements() {
		switch key, isKey := e.Key(); {
		case isKey && (key == "data" || key == "stringData"):
			return secretAdvice
		case isKey:
			return ""
		}
	}
	return ""
}

// truth reads the value of a condition: null and an empty optional are false.
func truth(v ref.Val) bool {
	json, err := value.ToJSON(v)
	b, ok := json.(bool)
	return err == nil && ok && b
}

var _ cel.Activation = (*activation)(nil)
