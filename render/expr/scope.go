package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/typing"
)

// Variable is a name that expressions may use.
type Variable struct {
	Name   string
	Schema *catalog.Schema // nil when the type is not known
	List   bool            // the variable is a list of such objects
}

// Scope holds the names that a set of expressions may use and their types. It is
// immutable; checking in one Scope must not happen concurrently.
type Scope struct {
	env   *cel.Env
	types *typing.Registry
	names []string
}

// Scope declares variables. Schemas are turned into types only as far as expressions look.
func (l *Language) Scope(variables []Variable) (*Scope, error) {
	registry := typing.NewRegistry(l.env.CELTypeProvider())
	options := make([]cel.EnvOption, 0, len(variables)+2)
	// A scope checks what the language has parsed. Macros are for parsing, and to take them over costs more than all else.
	options = append(options, cel.CustomTypeProvider(registry), cel.ClearMacros())
	s := &Scope{types: registry}
	for _, v := range variables {
		t := types.DynType
		switch {
		case v.Schema != nil && v.List:
			t = registry.DeclareList(v.Name, v.Schema)
		case v.Schema != nil:
			t = registry.Declare(v.Name, v.Schema)
		case v.List:
			t = types.NewListType(t)
		}
		options = append(options, cel.Variable(v.Name, t))
		s.names = append(s.names, v.Name)
	}
	env, err := l.env.Extend(options...)
	if err != nil {
		return nil, fmt.Errorf("declare the variables of an RGD: %w", err)
	}
	s.env = env
	return s, nil
}

// Types are the types behind the variables.
func (s *Scope) Types() *typing.Registry { return s.types }

// With is the scope with one more variable of a known type, such as an iterator.
func (s *Scope) With(name string, t *types.Type) (*Scope, error) {
	env, err := s.env.Extend(cel.Variable(name, t))
	if err != nil {
		return nil, fmt.Errorf("declare %s: %w", name, err)
	}
	return &Scope{env: env, types: s.types, names: append(slices.Clone(s.names), name)}, nil
}

// Checked is an expression with a type, ready to be evaluated.
type Checked struct {
	*Parsed
	// Type is the static type of the result.
	Type    *types.Type
	checked *cel.Ast
	plan    func() (plan, error)
}

// Check finds the type of an expression.
func (s *Scope) Check(p *Parsed) (*Checked, diag.List) {
	var diags diag.List
	checked, issues := s.env.Check(p.ast)
	if issues.Err() != nil {
		errors := make([]common.Error, 0, len(issues.Errors()))
		for _, e := range issues.Errors() {
			errors = append(errors, *e)
		}
		reportCheck(&diags, p, s, errors)
		return nil, diags
	}
	c := &Checked{Parsed: p, Type: checked.OutputType(), checked: checked}
	costly(s.env, c, &diags)
	// Made on first use: in a large repository most expressions are not evaluated in a run.
	c.plan = sync.OnceValues(func() (plan, error) { return newPlan(s.env, c) })
	return c, diags
}

// AST is the checked syntax tree.
func (c *Checked) AST() *ast.AST { return c.checked.NativeRep() }

// suggestField names the field that was probably meant. It follows the selections
// in front of the unknown field, as far as they are plain, through the schema.
func (s *Scope) suggestField(d *diag.Diagnostic, p *Parsed, id int64, field string) {
	var operand ast.Expr
	ast.PreOrderVisit(p.ast.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() == id && e.Kind() == ast.SelectKind {
			operand = e.AsSelect().Operand()
		}
	}))
	if operand == nil {
		return
	}
	t := s.typeOf(operand)
	if t == nil {
		return
	}
	names, ok := s.types.FindStructFieldNames(t.TypeName())
	if !ok {
		return
	}
	slices.Sort(names)
	if name := diag.Suggest(field, names); name != "" {
		d.WithHint("did you mean %q?", name)
		return
	}
	if len(names) > 0 && len(names) <= 12 {
		d.WithHint("the fields are %s", strings.Join(names, ", "))
	}
}

// typeOf is the type of a plain chain of selections, or nil.
func (s *Scope) typeOf(e ast.Expr) *types.Type {
	switch e.Kind() {
	case ast.IdentKind:
		for _, v := range s.env.Variables() {
			if v.Name() == e.AsIdent() {
				return v.Type()
			}
		}
	case ast.SelectKind:
		operand := s.typeOf(e.AsSelect().Operand())
		if operand == nil {
			return nil
		}
		if f, ok := s.types.FindStructFieldType(operand.TypeName(), e.AsSelect().FieldName()); ok {
			return f.Type
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() == "_[_]" && len(call.Args()) == 2 {
			if t := s.typeOf(call.Args()[0]); t != nil && len(t.Parameters()) > 0 {
				return t.Parameters()[len(t.Parameters())-1]
			}
		}
	case ast.ComprehensionKind, ast.ListKind, ast.LiteralKind, ast.MapKind, ast.StructKind, ast.UnspecifiedExprKind:
	}
	return nil
}
