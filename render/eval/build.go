package eval

import (
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/typing"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// builder turns a template into JSON. It goes on after an unknown or an error, so
// that all of them are found.
type builder struct {
	run    *run
	locals []local
	// shared are values that do not depend on the locals, evaluated before.
	shared map[*expr.Checked]ref.Val
	waits  []Wait
	failed bool
}

// eval evaluates an expression, unless its value is known already.
func (b *builder) eval(e *expr.Checked) (ref.Val, []Wait) {
	if v, ok := b.shared[e]; ok {
		return v, nil
	}
	return b.run.eval(e, b.locals)
}

// omitted stands for a field that omit() or a null policy removes.
type omitted struct{}

// build computes a value. What it answers after a wait or a failure is of no use.
func (b *builder) build(v graph.Value) any {
	switch v := v.(type) {
	case *graph.Fixed:
		return copyJSON(v.JSON)
	case *graph.Object:
		return b.object(v)
	case *graph.Array:
		list := make([]any, 0, len(v.Items))
		for _, item := range v.Items {
			if e := b.build(item); e != (omitted{}) {
				list = append(list, e)
			}
		}
		return list
	case *graph.Dynamic:
		return b.dynamic(v)
	case *graph.Joined:
		return b.joined(v)
	}
	return nil
}

func (b *builder) object(o *graph.Object) map[string]any {
	m := make(map[string]any, len(o.Fields))
	for _, f := range o.Fields {
		if e := b.build(f.Value); e != (omitted{}) {
			m[f.Key] = e
		}
	}
	return m
}

// dynamic is the value of a field that is one expression.
func (b *builder) dynamic(d *graph.Dynamic) any {
	v, waits := b.eval(d.Expression)
	if v == nil {
		b.miss(waits)
		return nil
	}
	if u := value.Gap(v); u != nil {
		b.waits = append(b.waits, b.run.unknown(d.Expression, u)...)
		return nil
	}
	json, err := value.ToJSON(v)
	if err != nil {
		b.run.badValue(d.Expression.Span(), err)
		b.failed = true
		return nil
	}
	if json == nil && b.run.request.DropNulls {
		return omitted{}
	}
	return sweep(json)
}

// miss records why a value is missing: it waits, or it failed and was reported.
func (b *builder) miss(waits []Wait) {
	if waits == nil {
		b.failed = true
	}
	b.waits = append(b.waits, waits...)
}

// joined is the value of a string template.
func (b *builder) joined(j *graph.Joined) any {
	var few [8]ref.Val // as most templates have, without an allocation
	values := few[:0]
	missing := false
	for _, p := range j.Parts {
		if p.Expression == nil {
			values = append(values, nil)
			continue
		}
		v, waits := b.eval(p.Expression)
		if v == nil {
			b.miss(waits)
			missing = true
		}
		values = append(values, v)
	}
	if missing {
		return nil
	}
	if j.Text {
		return b.text(j, values)
	}
	return b.sum(j, values)
}

// text joins parts that must all be strings. Literal ones have no value.
func (b *builder) text(j *graph.Joined, values []ref.Val) any {
	var text strings.Builder
	for i, v := range values {
		if v == nil {
			text.WriteString(j.Parts[i].Literal)
			continue
		}
		s, ok := v.(types.String)
		if !ok {
			b.run.notText(j.Parts[i].Expression, v)
			b.failed = true
			return nil
		}
		text.WriteString(string(s))
	}
	return text.String()
}

// notText reports a part of a string template that is no string.
func (r *run) notText(e *expr.Checked, v ref.Val) {
	what := v.Type().TypeName()
	if t, ok := v.Type().(*types.Type); ok {
		what = typing.Text(t)
	}
	if what == "kro.omit" {
		what = "omit()"
	}
	d := r.diags.Errorf(diag.EvaluationValue, e.Span(), "text can only hold strings, and this is %s", what)
	switch v.(type) {
	case types.Bool, types.Double, types.Int, types.Uint, types.Timestamp, types.Duration, types.Bytes:
		d.WithHint("write string(%s)", e.Text())
	}
	d.WithRelated(r.request.At.Span(), "with this instance")
}

// badValue reports a result that cannot be part of an object.
func (r *run) badValue(at source.Span, err error) {
	d := r.diags.Errorf(diag.EvaluationValue, at, "%s", strings.TrimPrefix(err.Error(), value.ErrUnsupported.Error()+": "))
	if strings.HasPrefix(d.Message, "invalid data, expected a map") {
		d.WithHint("a list with a type cannot take up what an expression makes: write [dyn({…})] in front of the list, not behind it")
	}
}

// sum adds up the parts of a template without text, as kro does.
func (b *builder) sum(j *graph.Joined, values []ref.Val) any {
	sum := values[0]
	for _, v := range values[1:] {
		adder, ok := sum.(traits.Adder)
		if !ok {
			sum = types.NewErr("values of type %s cannot be joined", sum.Type().TypeName())
			break
		}
		sum = adder.Add(v)
	}
	json, err := value.ToJSON(sum)
	if err != nil {
		b.run.badValue(j.Node.Span(), err)
		b.failed = true
		return nil
	}
	return json
}

// sweep removes what omit() marked, at any depth. The containers stay.
func sweep(json any) any {
	switch json := json.(type) {
	case value.Omitted:
		return omitted{}
	case map[string]any:
		for k, v := range json {
			if s := sweep(v); s == (omitted{}) {
				delete(json, k)
			} else {
				json[k] = s
			}
		}
	case []any:
		kept := json[:0]
		for _, v := range json {
			if s := sweep(v); s != (omitted{}) {
				kept = append(kept, s)
			}
		}
		return kept
	}
	return json
}

// copyJSON is a deep copy.
func copyJSON(json any) any {
	switch json := json.(type) {
	case map[string]any:
		m := make(map[string]any, len(json))
		for k, v := range json {
			m[k] = copyJSON(v)
		}
		return m
	case []any:
		l := make([]any, len(json))
		for i, v := range json {
			l[i] = copyJSON(v)
		}
		return l
	}
	return json
}
