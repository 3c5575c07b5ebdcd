package value

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/fieldpath"
)

// Look is a place that an expression needs to know, so that its value does not depend on anything else. Other than a
// [Read], which is for people, it is followed through lists that the expression makes.
type Look struct {
	// Node is the variable.
	Node string

	presence bool // it is enough to know whether there is something
	count    bool // only how many items there are
	route    route
}

// Place is the place inside the object that the variable stands for. It ends where the place is computed. With presence it
// is enough to know whether there is something. It is not ok for a look that needs nothing of the object.
func (l Look) Place() (place fieldpath.Path, presence, ok bool) {
	place = route{steps: l.route.steps}.path().Field
	return place, l.presence && place.Len() == len(l.route.steps), !l.presence || len(l.route.steps) > 0
}

// PlaceInItem is [Look.Place] for a variable that stands for a list of objects: the place inside each of them. How many there
// are says nothing of them.
func (l Look) PlaceInItem() (place fieldpath.Path, presence, ok bool) {
	if l.count && len(l.route.steps) < 2 {
		return fieldpath.Path{}, false, false
	}
	l.route.steps = l.route.steps[min(1, len(l.route.steps)):]
	return l.Place()
}

// Flow says where the value of an expression may come from: places at which it stands unchanged, and places at which the
// items of a list stand that the expression made.
type Flow struct{ at, items []route }

// Items is where each item of the list comes from.
func (f Flow) Items() Flow { return Flow{at: f.item()} }

// Join is a value that comes from one of two.
func (f Flow) Join(g Flow) Flow {
	return Flow{at: slices.Concat(f.at, g.at), items: slices.Concat(f.items, g.items)}
}

func (f Flow) item() []route {
	var all []route
	for _, r := range f.at {
		all = append(all, r.then(step{kind: stepAll}, 0))
	}
	return append(all, f.items...)
}

func (f Flow) step(s step) Flow {
	next := Flow{}
	for _, r := range f.at {
		next.at = append(next.at, r.then(s, 0))
	}
	return next
}

// Looks are the places that a checked expression needs to know to be evaluated, those aside that the value itself comes
// from: these are answered beside. Names are variables that stand for such a value, like iterators.
func Looks(a *ast.AST, names map[string]Flow) ([]Look, Flow) {
	l := looker{types: a.TypeMap()}
	f := l.flow(a.Expr(), names)
	return l.looks, f
}

// Whole are the looks of whoever takes all of a value.
func (f Flow) Whole() []Look {
	var l looker
	l.take(f, Look{})
	return l.looks
}

// Count are the looks of whoever goes over a list and looks at nothing in it.
func (f Flow) Count() []Look {
	var l looker
	l.count(f)
	return l.looks
}

type looker struct {
	types map[int64]*types.Type
	looks []Look
}

type flows = map[string]Flow

// take looks at a value in the manner of a pattern.
func (l *looker) take(f Flow, pattern Look) {
	for _, r := range slices.Concat(f.at, f.items) {
		look := pattern
		look.Node, look.route = r.node, r
		l.looks = append(l.looks, look)
	}
}

// count looks at how many items a list has. Those of a list that the expression made are looked up for it.
func (l *looker) count(f Flow) {
	l.take(Flow{at: f.at}, Look{count: true})
	l.take(Flow{items: f.items}, Look{count: true, presence: true})
}

func (l *looker) use(e ast.Expr, s flows) { l.take(l.flow(e, s), Look{}) }

// flow is where the value of an expression comes from. What it needs to know on the way is recorded.
func (l *looker) flow(e ast.Expr, s flows) Flow {
	switch e.Kind() {
	case ast.IdentKind:
		if f, ok := s[e.AsIdent()]; ok {
			return f
		}
		return Flow{at: []route{{node: e.AsIdent()}}}
	case ast.SelectKind:
		return l.selection(e.AsSelect(), s)
	case ast.CallKind:
		return l.call(e, s)
	case ast.ComprehensionKind:
		return l.comprehension(e.AsComprehension(), s)
	case ast.ListKind:
		return l.list(e.AsList(), s)
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			l.use(entry.AsMapEntry().Key(), s)
			l.use(entry.AsMapEntry().Value(), s)
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			l.use(field.AsStructField().Value(), s)
		}
	case ast.LiteralKind, ast.UnspecifiedExprKind:
	}
	return Flow{}
}

func (l *looker) selection(sel ast.SelectExpr, s flows) Flow {
	f := l.flow(sel.Operand(), s)
	l.take(Flow{items: f.items}, Look{})
	f = f.step(field(sel.FieldName()))
	if sel.IsTestOnly() {
		l.take(f, Look{presence: true})
		return Flow{}
	}
	return f
}

// list is a list of the items that the expression names. What a list of lists holds is taken as a whole.
func (l *looker) list(list ast.ListExpr, s flows) Flow {
	var all Flow
	for _, item := range list.Elements() {
		f := l.flow(item, s)
		l.take(Flow{items: f.items}, Look{})
		all.items = append(all.items, f.at...)
	}
	return all
}

func (l *looker) call(e ast.Expr, s flows) Flow {
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch name := call.FunctionName(); name {
	case operators.Index, operators.OptIndex, operators.OptSelect:
		return l.index(name, args, s)
	case operators.Conditional:
		l.use(args[0], s)
		return l.flow(args[1], s).Join(l.flow(args[2], s))
	case "dyn", "optional.of", "value", "or", "orValue":
		return l.join(args, s)
	case operators.Add:
		if t := l.types[e.ID()]; t != nil && t.Kind() == types.ListKind {
			f := l.join(args, s)
			return Flow{items: f.item()}
		}
	case "hasValue":
		l.take(l.flow(args[0], s), Look{presence: true})
		return Flow{}
	case "size":
		l.count(l.flow(args[0], s))
		return Flow{}
	case "first", "last":
		return l.flow(args[0], s).Items()
	case "condition":
		if len(args) == 3 && args[0].Kind() == ast.IdentKind && args[0].AsIdent() == "runtime" {
			l.take(l.flow(args[1], s).step(field("status")).step(field("conditions")), Look{})
			l.use(args[2], s)
			return Flow{}
		}
	}
	for _, a := range args {
		l.use(a, s)
	}
	return Flow{}
}

func (l *looker) join(args []ast.Expr, s flows) Flow {
	var all Flow
	for _, a := range args {
		all = all.Join(l.flow(a, s))
	}
	return all
}

// index follows a constant key or position. A computed one may lead to any item.
func (l *looker) index(operator string, args []ast.Expr, s flows) Flow {
	f := l.flow(args[0], s)
	made := Flow{at: f.items}
	if args[1].Kind() == ast.LiteralKind {
		switch key := args[1].AsLiteral().(type) {
		case types.String:
			if operator == operators.OptSelect {
				return f.step(field(string(key))).Join(made)
			}
			return f.step(step{key: string(key)}).Join(made)
		case types.Int:
			if key >= 0 {
				return f.step(step{index: int(key), kind: stepIndex}).Join(made)
			}
		}
	}
	l.use(args[1], s)
	return f.Items()
}

// comprehension follows the variables of a macro. cel.bind is one without items whose value is the accumulator's.
func (l *looker) comprehension(c ast.ComprehensionExpr, s flows) Flow {
	inner := make(flows, len(s)+3)
	maps.Copy(inner, s)
	start := l.flow(c.AccuInit(), s)
	inner[c.AccuVar()] = start
	before := len(l.looks)
	if c.IterRange().Kind() == ast.ListKind && c.IterRange().AsList().Size() == 0 {
		f := l.flow(c.Result(), inner)
		l.rest(before, start, f)
		return f
	}
	over := l.flow(c.IterRange(), s)
	items := over.Items()
	t := l.types[c.IterRange().ID()]
	isMap := t != nil && t.Kind() == types.MapKind
	inner[c.IterVar()] = Flow{}
	switch {
	case c.HasIterVar2():
		inner[c.IterVar2()] = items
	case !isMap:
		inner[c.IterVar()] = items
	}
	l.use(c.LoopCondition(), inner)
	inner[c.AccuVar()] = start.Join(l.flow(c.LoopStep(), inner))
	f := l.flow(c.Result(), inner)
	if isMap || t == nil || t.Kind() == types.DynKind {
		l.take(over, Look{}) // its keys, too
	}
	l.count(over)
	return f
}

// rest sees to it that a value with a name is known even when nothing of it is used: it is evaluated all the same.
func (l *looker) rest(from int, named, result Flow) {
	for _, r := range slices.Concat(named.at, named.items) {
		used := slices.ContainsFunc(l.looks[from:], func(look Look) bool { return look.route.inside(r) }) ||
			slices.ContainsFunc(slices.Concat(result.at, result.items), func(other route) bool { return other.inside(r) })
		if !used {
			l.take(Flow{at: []route{r}}, Look{})
		}
	}
}
