package dialect

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/krowave/krowave/render/expr/guard"
	"github.com/krowave/krowave/render/expr/value"
)

// Program plans a checked expression. It treats unknown parts of arguments and the order of
// maps as the package promises; for that it needs no option of cel-go's, since values
// carry what is unknown. Programs are safe for concurrent use.
func Program(env *cel.Env, checked *cel.Ast, options ...cel.ProgramOption) (cel.Program, error) {
	p, err := prepare(env, checked.NativeRep())
	if err != nil {
		return nil, err
	}
	if len(p.marks)+len(p.guards) > 0 {
		options = append([]cel.ProgramOption{cel.CustomDecorator(p.decorate)}, options...)
	}
	return env.Program(checked, options...)
}

// preparation is what a program does beyond what the expression says.
type preparation struct {
	marks  marks
	guards guard.Calls
}

func prepare(env *cel.Env, a *ast.AST) (preparation, error) {
	p := preparation{marks: marks{}}
	var called []string
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.ComprehensionKind:
			p.marks.set(a, e.AsComprehension().IterRange(), inOrder)
		case ast.CallKind:
			p.marks.call(a, e.AsCall())
			called = append(called, e.AsCall().FunctionName())
		case ast.IdentKind, ast.ListKind, ast.LiteralKind, ast.MapKind, ast.SelectKind, ast.StructKind, ast.UnspecifiedExprKind:
		}
	}))
	var err error
	p.guards, err = guard.For(env, called)
	return p, err
}

// mark is what happens to the value of a part of an expression before it is used.
type mark uint8

const (
	inOrder   mark = iota + 1 // a macro goes over it: maps in the order of their keys
	asAWhole                  // a function looks at all of it
	byCount                   // size counts it
	forMember                 // in looks through it
)

// marked is a part of an expression with a mark.
type marked struct {
	mark
	// selected reports a selection or an index, whose step cost tracking has already seen
	// when it is marked.
	selected bool
}

// marks are the marked parts by their ids.
type marks map[int64]marked

// set marks a part whose type says that it may matter.
func (m marks) set(a *ast.AST, e ast.Expr, k mark) {
	if e.Kind() == ast.LiteralKind {
		return
	}
	if !k.matters(a.GetType(e.ID()).Kind()) {
		return
	}
	m[e.ID()] = marked{mark: k, selected: isSelection(e)}
}

// matters reports that a mark may have an effect on a value of a static type.
func (k mark) matters(t types.Kind) bool {
	list, maps := t == types.ListKind, t == types.MapKind || t == types.StructKind
	open := t == types.DynKind || t == types.AnyKind || t == types.OpaqueKind || t == types.TypeParamKind
	switch k {
	case inOrder, byCount:
		return maps || open
	case forMember:
		return list || open
	case asAWhole:
		return list || maps || open
	}
	return false
}

func isSelection(e ast.Expr) bool {
	switch e.Kind() {
	case ast.SelectKind:
		return true
	case ast.CallKind:
		switch e.AsCall().FunctionName() {
		case operators.Index, operators.OptIndex, operators.OptSelect:
			return true
		}
	case ast.ComprehensionKind, ast.IdentKind, ast.ListKind, ast.LiteralKind, ast.MapKind, ast.StructKind, ast.UnspecifiedExprKind:
	}
	return false
}

// call marks the arguments of functions that look at all of them. The functions of this
// package take care of themselves; all others hand on what they are given.
func (m marks) call(a *ast.AST, call ast.CallExpr) {
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	k := asAWhole
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals,
		"distinct", "flatten", "format", "indexOf", "isSorted", "join", "json.encode", "lastIndexOf", "max", "min",
		"optional.ofNonZeroValue", "optional.unwrap", "reverse", "sort", "@sortByAssociatedKeys", "sum", "unwrapOpt":
	case "size":
		k = byCount
	case operators.In, operators.OldIn, "in":
		m.set(a, args[0], asAWhole)
		args, k = args[1:], forMember
	default:
		return
	}
	for _, arg := range args {
		m.set(a, arg, k)
	}
}

// apply is the value that is used instead of v.
func (k mark) apply(v ref.Val) ref.Val {
	var u *types.Unknown
	switch k {
	case inOrder:
		if m, ok := v.(traits.Mapper); ok {
			return value.Ordered(m)
		}
	case asAWhole:
		if refusal := tooMany(v); refusal != nil {
			return refusal
		}
		u = value.Gap(v)
	case byCount:
		u = value.Partial(v)
	case forMember:
		if refusal := tooMany(v); refusal != nil {
			return refusal
		}
		u = value.GapOfItems(v)
	}
	if u != nil {
		return u
	}
	return v
}

// decorate wraps the steps of the marked parts. What the wrapper says about itself must be
// what cost tracking wants to hear, so there is one for every kind of step.
func (p preparation) decorate(step interpreter.Interpretable) (interpreter.Interpretable, error) {
	if call, ok := step.(interpreter.InterpretableCall); ok {
		step = p.guards.Wrap(call, nil)
	}
	k, ok := p.marks[step.ID()]
	if !ok {
		return step, nil
	}
	switch s := step.(type) {
	case interpreter.InterpretableConst:
		return step, nil
	case interpreter.InterpretableAttribute:
		if k.selected {
			return otherStep{s, k.mark}, nil
		}
		return attributeStep{s, k.mark}, nil
	case interpreter.InterpretableCall:
		return callStep{s, k.mark}, nil
	case interpreter.InterpretableConstructor:
		return constructorStep{s, k.mark}, nil
	case interpreter.InterpretableV2:
		return otherStep{s, k.mark}, nil
	}
	return step, nil
}

type attributeStep struct {
	interpreter.InterpretableAttribute
	mark
}

// Exec runs the step.
func (s attributeStep) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return s.apply(s.InterpretableAttribute.Exec(f))
}

// Eval runs the step.
func (s attributeStep) Eval(vars interpreter.Activation) ref.Val {
	return s.apply(s.InterpretableAttribute.Eval(vars))
}

type callStep struct {
	interpreter.InterpretableCall
	mark
}

// Exec runs the step.
func (s callStep) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return s.apply(s.InterpretableCall.Exec(f))
}

// Eval runs the step.
func (s callStep) Eval(vars interpreter.Activation) ref.Val {
	return s.apply(s.InterpretableCall.Eval(vars))
}

type constructorStep struct {
	interpreter.InterpretableConstructor
	mark
}

// Exec runs the step.
func (s constructorStep) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return s.apply(s.InterpretableConstructor.Exec(f))
}

// Eval runs the step.
func (s constructorStep) Eval(vars interpreter.Activation) ref.Val {
	return s.apply(s.InterpretableConstructor.Eval(vars))
}

type otherStep struct {
	interpreter.InterpretableV2
	mark
}

// Exec runs the step.
func (s otherStep) Exec(f *interpreter.ExecutionFrame) ref.Val {
	return s.apply(s.InterpretableV2.Exec(f))
}

// Eval runs the step.
func (s otherStep) Eval(vars interpreter.Activation) ref.Val {
	return s.apply(s.InterpretableV2.Eval(vars))
}

// maxItems bounds a list that a function goes through; lists.range has the same bound.
const maxItems = 1_000_000

// tooMany refuses a list that takes too long to go through: concatenation costs
// nothing, so that a short expression makes lists of any size.
func tooMany(v ref.Val) ref.Val {
	if l, ok := v.(traits.Lister); ok {
		if n := length(l); n > maxItems {
			return types.NewErr("a list of %d items is too long, the limit is %d", n, maxItems)
		}
	}
	return nil
}
