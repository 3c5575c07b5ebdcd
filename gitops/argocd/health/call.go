package health

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// call translates operators and functions.
func (t *translator) call(c ast.CallExpr) (string, error) {
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return t.lazy("both", c.Args())
	case operators.LogicalOr:
		return t.lazy("either", c.Args())
	case operators.LogicalNot:
		return t.function("negate", c.Args())
	case operators.Conditional:
		return t.lazy("choose", c.Args())
	case operators.Equals, operators.NotEquals:
		return t.equal(c)
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return t.compare(c)
	case operators.In:
		return t.function("contains", c.Args())
	case operators.Index:
		return t.index(c)
	case "size":
		if c.IsMemberFunction() {
			return t.function("size", []ast.Expr{c.Target()})
		}
		return t.function("size", c.Args())
	case "orValue":
		return t.orValue(c)
	case "hasValue":
		if c.IsMemberFunction() && optional(c.Target()) {
			inner, err := t.maybe(c.Target())
			return "(" + inner + " ~= nil)", err
		}
	}
	return "", untranslated{"the function " + strings.Trim(c.FunctionName(), "_@")}
}

// function calls a function of the prelude.
func (t *translator) function(name string, args []ast.Expr) (string, error) {
	texts, err := t.all(args)
	return t.use(name) + "(" + strings.Join(texts, ", ") + ")", err
}

// lazy calls a function of the prelude that decides which arguments may fail.
func (t *translator) lazy(name string, args []ast.Expr) (string, error) {
	texts, err := t.all(args)
	for i := range texts {
		texts[i] = "function() return " + texts[i] + " end"
	}
	return t.use(name) + "(" + strings.Join(texts, ", ") + ")", err
}

// equal compares. What is compared with null only has to be there: a null is nothing in Lua.
func (t *translator) equal(c ast.CallExpr) (string, error) {
	a, b, unequal := c.Args()[0], c.Args()[1], c.FunctionName() == operators.NotEquals
	if isNull(a) {
		a, b = b, a
	}
	if isNull(b) {
		if !unequal {
			return "", untranslated{"== null"}
		}
		inner, err := t.expr(a)
		return "(" + inner + " ~= nil)", err
	}
	texts, err := t.all(c.Args())
	if err != nil {
		return "", err
	}
	if a.Kind() == ast.LiteralKind || b.Kind() == ast.LiteralKind {
		operator := " == "
		if unequal {
			operator = " ~= "
		}
		return "(" + strings.Join(texts, operator) + ")", nil
	}
	text := t.use("same") + "(" + strings.Join(texts, ", ") + ")"
	if unequal {
		return "not " + text, nil
	}
	return text, nil
}

func isNull(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.NullValue
}

// compare translates operators that Lua has, too. Lua refuses to compare what differs in type.
func (t *translator) compare(c ast.CallExpr) (string, error) {
	texts, err := t.all(c.Args())
	if err != nil {
		return "", err
	}
	return "(" + texts[0] + " " + strings.Trim(c.FunctionName(), "_") + " " + texts[1] + ")", nil
}

func (t *translator) index(c ast.CallExpr) (string, error) {
	if optional(c.Args()[0]) {
		return "", untranslated{"a key of an optional value"}
	}
	key, err := literalKey(c.Args()[1])
	if err != nil {
		return "", err
	}
	base, keys, err := t.steps(c.Args()[0])
	if err != nil {
		return "", err
	}
	return t.use("get") + "(" + strings.Join(slices.Concat([]string{base}, keys, []string{key}), ", ") + ")", nil
}

// optional reports an expression with .? or [?…] on its way.
func optional(e ast.Expr) bool {
	if e.Kind() == ast.SelectKind {
		return optional(e.AsSelect().Operand())
	}
	if e.Kind() != ast.CallKind {
		return false
	}
	name := e.AsCall().FunctionName()
	return name == operators.OptSelect || name == operators.OptIndex
}

// maybe translates an optional path: nil in Lua where it leads nowhere.
func (t *translator) maybe(e ast.Expr) (string, error) {
	var operand ast.Expr
	var key string
	if e.Kind() == ast.SelectKind {
		operand, key = e.AsSelect().Operand(), quote(e.AsSelect().FieldName())
	} else {
		args := e.AsCall().Args()
		var err error
		if operand = args[0]; len(args) != 2 {
			return "", untranslated{"this call"}
		}
		if key, err = literalKey(args[1]); err != nil {
			return "", err
		}
	}
	var base string
	var err error
	if optional(operand) {
		base, err = t.maybe(operand)
	} else {
		base, err = t.expr(operand)
	}
	return t.use("maybe") + "(" + base + ", " + key + ")", err
}

func (t *translator) orValue(c ast.CallExpr) (string, error) {
	if !c.IsMemberFunction() || !optional(c.Target()) || len(c.Args()) != 1 {
		return "", untranslated{"orValue of this"}
	}
	inner, err := t.maybe(c.Target())
	if err != nil {
		return "", err
	}
	fallback, err := t.expr(c.Args()[0])
	return t.use("otherwise") + "(" + inner + ", " + fallback + ")", err
}
