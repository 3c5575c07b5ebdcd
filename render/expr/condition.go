package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/source"
)

// ConditionCall is a use of runtime.newCondition or runtime.condition.
type ConditionCall struct {
	New  bool // newCondition
	Span source.Span
	// Object is the first argument of runtime.condition when it is a plain name.
	Object string
	// Type and Status are the literal values, nil when they are computed.
	Type, Status *Quoted
}

// Quoted is a string literal in an expression.
type Quoted struct {
	Value string
	Span  source.Span
}

// ConditionCalls are the uses of the runtime functions in an expression.
func (p *Parsed) ConditionCalls() []ConditionCall {
	var calls []ConditionCall
	native := p.ast.NativeRep()
	ast.PreOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || !e.AsCall().IsMemberFunction() || selectorText(e.AsCall().Target()) != "runtime" {
			return
		}
		r, _ := native.SourceInfo().GetOffsetRange(e.AsCall().Target().ID())
		call := ConditionCall{Span: p.spanAt(int(r.Start), len("runtime"))}
		args := e.AsCall().Args()
		switch {
		case e.AsCall().FunctionName() == "newCondition" && len(args) == 1 && args[0].Kind() == ast.MapKind:
			call.New = true
			call.Type, call.Status = p.literalEntry(args[0], "type"), p.literalEntry(args[0], "status")
		case e.AsCall().FunctionName() == "condition" && len(args) == 2:
			call.Object = selectorText(args[0])
			call.Type = p.literal(args[1])
		default:
			return
		}
		calls = append(calls, call)
	}))
	return calls
}

func (p *Parsed) literalEntry(m ast.Expr, key string) *Quoted {
	for _, e := range m.AsMap().Entries() {
		if k := p.literal(e.AsMapEntry().Key()); k != nil && k.Value == key {
			return p.literal(e.AsMapEntry().Value())
		}
	}
	return nil
}

// literal is a string literal, or nil for everything else.
func (p *Parsed) literal(e ast.Expr) *Quoted {
	if e.Kind() != ast.LiteralKind {
		return nil
	}
	s, ok := e.AsLiteral().(types.String)
	if !ok {
		return nil
	}
	r, _ := p.ast.NativeRep().SourceInfo().GetOffsetRange(e.ID())
	return &Quoted{Value: string(s), Span: p.spanAt(int(r.Start), max(int(r.Stop-r.Start), len(s)+2))}
}
