package value

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// Read is one look of an expression at an object.
type Read struct {
	// Path is as far as the expression says it: it ends where a position or key is
	// computed, and where a macro goes over the items.
	Path Path
	// Presence reports that the expression only asks whether there is something at Path.
	Presence bool

	route route
}

// route is a path that may go over all items of a list.
type route struct {
	node  string
	steps []step
	exprs []int64 // the parts of the expression that take the steps
}

// step is a key, a position, or all of them.
type step struct {
	key   string
	index int
	kind  stepKind
}

type stepKind uint8

const (
	stepKey stepKind = iota
	stepIndex
	stepAll
)

// then is the route with one more step, which an expression takes. Routes share no memory.
func (r route) then(s step, expr int64) route {
	return route{node: r.node, steps: append(slices.Clip(r.steps), s), exprs: append(slices.Clip(r.exprs), expr)}
}

// path is the beginning of the route up to the first step that is not one place.
func (r route) path() Path {
	p := Path{Node: r.node}
	for _, s := range r.steps {
		switch s.kind {
		case stepKey, stepIndex:
			p.Field = s.from(p.Field)
		case stepAll:
			return p
		}
	}
	return p
}

// Reads are all looks of a checked expression at variables, in the order of its
// syntax tree. Macro variables and what cel.bind and optMap name are followed to the object that
// they come from.
func Reads(a *ast.AST) []Read {
	r := reader{types: a.TypeMap()}
	r.use(a.Expr(), nil)
	return r.reads
}

// reader finds out where the values in an expression come from.
type reader struct {
	types map[int64]*types.Type
	reads []Read
}

// scope maps macro variables to the places that their values come from.
type scope map[string][]route

// use is for an expression whose value is looked at as a whole.
func (r *reader) use(e ast.Expr, s scope) {
	for _, at := range r.origins(e, s) {
		r.reads = append(r.reads, Read{Path: at.path(), route: at})
	}
}

// test is for an expression that only asks whether something is there.
func (r *reader) test(routes []route) {
	for _, at := range routes {
		r.reads = append(r.reads, Read{Path: at.path(), Presence: true, route: at})
	}
}

// origins are the places that an expression's value may be taken from unchanged. What
// the expression looks at on the way to its value is read.
func (r *reader) origins(e ast.Expr, s scope) []route {
	switch e.Kind() {
	case ast.IdentKind:
		if routes, ok := s[e.AsIdent()]; ok {
			return routes
		}
		return []route{{node: e.AsIdent(), exprs: []int64{e.ID()}}}
	case ast.SelectKind:
		return r.selection(e, s)
	case ast.CallKind:
		return r.call(e, s)
	case ast.ComprehensionKind:
		return r.comprehension(e, s)
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			r.use(item, s)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			r.use(entry.AsMapEntry().Key(), s)
			r.use(entry.AsMapEntry().Value(), s)
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			r.use(field.AsStructField().Value(), s)
		}
	case ast.LiteralKind, ast.UnspecifiedExprKind:
	}
	return nil
}

func (r *reader) selection(e ast.Expr, s scope) []route {
	sel := e.AsSelect()
	routes := each(r.origins(sel.Operand(), s), field(sel.FieldName()), e)
	if sel.IsTestOnly() {
		r.test(routes)
		return nil
	}
	return routes
}

// field is the step to a field by the name that expressions write.
func field(name string) step {
	if plain, ok := unescape(name); ok {
		name = plain
	}
	return step{key: name}
}

// each takes a step, at an expression, from all routes.
func each(routes []route, s step, e ast.Expr) []route {
	inside := make([]route, len(routes))
	for i, r := range routes {
		inside[i] = r.then(s, e.ID())
	}
	return inside
}

func (r *reader) call(e ast.Expr, s scope) []route {
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch call.FunctionName() {
	case operators.Index, operators.OptIndex, operators.OptSelect:
		return r.index(e, args, s)
	case operators.Conditional:
		r.use(args[0], s)
		return slices.Concat(r.origins(args[1], s), r.origins(args[2], s))
	case "dyn", "optional.of", "optional.ofNonZeroValue", "value", "or", "orValue":
		var routes []route
		for _, a := range args {
			routes = append(routes, r.origins(a, s)...)
		}
		return routes
	case "hasValue":
		r.test(r.origins(args[0], s))
		return nil
	case "first", "last":
		return each(r.origins(args[0], s), step{kind: stepAll}, e)
	}
	for _, a := range args {
		r.use(a, s)
	}
	return nil
}

// index follows a constant key or position. A computed one goes to all.
func (r *reader) index(e ast.Expr, args []ast.Expr, s scope) []route {
	routes := r.origins(args[0], s)
	if args[1].Kind() == ast.LiteralKind {
		switch key := args[1].AsLiteral().(type) {
		case types.String:
			if e.AsCall().FunctionName() == operators.OptSelect {
				return each(routes, field(string(key)), e)
			}
			return each(routes, step{key: string(key)}, e)
		case types.Int:
			return each(routes, step{index: int(key), kind: stepIndex}, e)
		}
	}
	r.use(args[1], s)
	return each(routes, step{kind: stepAll}, e)
}

// comprehension binds the variables of a macro. cel.bind is one without items whose
// value is the accumulator's.
func (r *reader) comprehension(e ast.Expr, s scope) []route {
	c := e.AsComprehension()
	inner := maps.Clone(s)
	if inner == nil {
		inner = scope{}
	}
	inner[c.AccuVar()] = r.origins(c.AccuInit(), s)
	if c.IterRange().Kind() == ast.ListKind && c.IterRange().AsList().Size() == 0 {
		return r.origins(c.Result(), inner)
	}
	items := each(r.origins(c.IterRange(), s), step{kind: stepAll}, c.IterRange())
	before := len(r.reads)
	r.bind(c, inner, items)
	r.use(c.LoopCondition(), inner)
	r.use(c.LoopStep(), inner)
	if !slices.ContainsFunc(r.reads[before:], func(read Read) bool { return slices.ContainsFunc(items, read.route.inside) }) {
		r.use(c.IterRange(), s) // only how many there are
	}
	return r.origins(c.Result(), inner)
}

// bind says what the variables of a macro stand for: of a list its items, of a map its keys.
func (r *reader) bind(c ast.ComprehensionExpr, inner scope, items []route) {
	t := r.types[c.IterRange().ID()]
	inner[c.IterVar()] = nil
	switch {
	case c.HasIterVar2():
		inner[c.IterVar2()] = items
	case t == nil || t.Kind() != types.MapKind:
		inner[c.IterVar()] = items
	}
}

// inside reports that a route goes to or through another one.
func (r route) inside(at route) bool {
	return r.node == at.node && len(r.steps) >= len(at.steps) && slices.Equal(r.steps[:len(at.steps)], at.steps)
}
