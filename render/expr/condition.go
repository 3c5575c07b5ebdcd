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
	Type, Status *string
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
			call.Type, call.Status = literalEntry(args[0], "type"), literalEntry(args[0], "status")
		case e.AsCall().FunctionName() == "condition" && len(args) == 2:
			call.Object = selectorText(args[0])
			call.Type = literalString(args[1])
		default:
			return
		}
		calls = append(calls, call)
	}))
	return calls
}

func literalEntry(m ast.Expr, key string) *string {
	for _, e := range m.AsMap().Entries() {
		if k := literalString(e.AsMapEntry().Key()); k != nil && *k == key {
			return literalString(e.AsMapEntry().Value())
		}
	}
	return nil
}

func literalString(e ast.Expr) *string {
	if e.Kind() != ast.LiteralKind {
		return nil
	}
	s, ok := e.AsLiteral().(types.String)
	if !ok {
		return nil
	}
	text := string(s)
	return &text
}
