package health

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// phrase is an expression in Lua, and the functions of the prelude that it calls.
type phrase struct {
	text  string
	calls []string
}

// untranslated is why an expression has no form in Lua.
type untranslated struct{ what string }

func (u untranslated) Error() string { return u.what + " has no form in Lua" }

// translator turns the syntax of CEL into Lua. Where CEL fails, the Lua raises an error, and
// where CEL goes on although one side fails, so does the Lua.
type translator struct {
	variables map[string]string // names of CEL and what they are in Lua
	calls     map[string]bool
}

// translate is the Lua of an expression about one variable, which is obj in Lua.
func translate(e ast.Expr, variable string) (phrase, error) {
	t := translator{variables: map[string]string{variable: "obj"}, calls: map[string]bool{}}
	text, err := t.expr(e)
	if err != nil {
		return phrase{}, err
	}
	l := phrase{text: text}
	for _, f := range prelude() {
		if t.calls[f.name] {
			l.calls = append(l.calls, f.name)
		}
	}
	return l, nil
}

// use notes that a function of the prelude is called.
func (t *translator) use(name string) string {
	t.calls[name] = true
	return name
}

func (t *translator) expr(e ast.Expr) (string, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		return literal(e)
	case ast.IdentKind:
		if name, ok := t.variables[e.AsIdent()]; ok {
			return name, nil
		}
		return "", untranslated{"the name " + e.AsIdent()}
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return t.has(e.AsSelect())
		}
		return t.path(e)
	case ast.CallKind:
		return t.call(e.AsCall())
	case ast.ListKind:
		return t.list(e.AsList())
	case ast.ComprehensionKind:
		return t.comprehension(e.AsComprehension())
	case ast.MapKind, ast.StructKind, ast.UnspecifiedExprKind:
	}
	return "", untranslated{"an object"}
}

func literal(e ast.Expr) (string, error) {
	switch v := e.AsLiteral().(type) {
	case types.String:
		return quote(string(v)), nil
	case types.Bool:
		return strconv.FormatBool(bool(v)), nil
	case types.Int:
		if exact := types.Int(1 << 53); v < exact && v > -exact { // all numbers of Lua are floats
			return strconv.FormatInt(int64(v), 10), nil
		}
	case types.Double:
		return strconv.FormatFloat(float64(v), 'g', -1, 64), nil
	case types.Null:
		return "", untranslated{"null"}
	}
	return "", untranslated{"a literal of this type"}
}

// quote is a string literal of Lua on one line.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "\\%03d", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// steps are the keys by which an expression goes into a value, and the value.
func (t *translator) steps(e ast.Expr) (string, []string, error) {
	if e.Kind() == ast.SelectKind {
		base, keys, err := t.steps(e.AsSelect().Operand())
		return base, append(keys, quote(e.AsSelect().FieldName())), err
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index {
		key, err := literalKey(e.AsCall().Args()[1])
		if err != nil {
			return "", nil, err
		}
		base, keys, err := t.steps(e.AsCall().Args()[0])
		return base, append(keys, key), err
	}
	base, err := t.expr(e)
	return base, nil, err
}

func literalKey(e ast.Expr) (string, error) {
	if e.Kind() == ast.LiteralKind {
		switch e.AsLiteral().(type) {
		case types.String, types.Int:
			return literal(e)
		}
	}
	return "", untranslated{"a computed key"}
}

func (t *translator) path(e ast.Expr) (string, error) {
	if optional(e.AsSelect().Operand()) {
		return t.maybe(e)
	}
	base, keys, err := t.steps(e)
	if err != nil {
		return "", err
	}
	return t.use("get") + "(" + strings.Join(slices.Concat([]string{base}, keys), ", ") + ")", nil
}

func (t *translator) has(s ast.SelectExpr) (string, error) {
	operand, err := t.expr(s.Operand())
	if err != nil {
		return "", err
	}
	return t.use("has") + "(" + operand + ", " + quote(s.FieldName()) + ")", nil
}

func (t *translator) list(l ast.ListExpr) (string, error) {
	if len(l.OptionalIndices()) > 0 {
		return "", untranslated{"an optional item"}
	}
	items, err := t.all(l.Elements())
	return "{" + strings.Join(items, ", ") + "}", err
}

func (t *translator) all(list []ast.Expr) ([]string, error) {
	texts := make([]string, len(list))
	for i, e := range list {
		var err error
		if texts[i], err = t.expr(e); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// comprehension translates the macros exists and all over lists.
func (t *translator) comprehension(c ast.ComprehensionExpr) (string, error) {
	step := c.LoopStep()
	name := map[string]string{operators.LogicalOr: "exists", operators.LogicalAnd: "every"}
	if c.HasIterVar2() || c.IterVar() == "" || step.Kind() != ast.CallKind || name[step.AsCall().FunctionName()] == "" || len(step.AsCall().Args()) != 2 ||
		c.Result().Kind() != ast.IdentKind || c.AccuInit().Kind() != ast.LiteralKind {
		return "", untranslated{"a macro other than exists and all"}
	}
	accumulated := step.AsCall().Args()[0]
	if accumulated.Kind() != ast.IdentKind || accumulated.AsIdent() != c.AccuVar() {
		return "", untranslated{"a macro other than exists and all"}
	}
	list, err := t.expr(c.IterRange())
	if err != nil {
		return "", err
	}
	outer, hidden := t.variables[c.IterVar()]
	variable := "item_" + c.IterVar()
	t.variables[c.IterVar()] = variable
	body, err := t.expr(step.AsCall().Args()[1])
	delete(t.variables, c.IterVar())
	if hidden {
		t.variables[c.IterVar()] = outer
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s(%s, function(%s) return %s end)", t.use(name[step.AsCall().FunctionName()]), list, variable, body), nil
}
