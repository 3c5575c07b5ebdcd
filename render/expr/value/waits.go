package value

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/krowave/krowave/render/fieldpath"
)

// Waits are the paths that an expression waits for when its result is unknown. A value
// knows the first part of a path that is missing; the expression says which path it was
// looking for. A reason that the expression does not read itself, because it came with a
// hole, stays as it is.
func Waits(a *ast.AST, u *types.Unknown) []Path {
	reads := Reads(a)
	var waits []Path
	for _, missing := range Paths(u) {
		waits = append(waits, wanted(reads, missing)...)
	}
	return sorted(waits)
}

// wanted completes a missing place by the reads that go through it. A read that is
// satisfied by a part of the object only is one of presence, or of something around the place.
func wanted(reads []Read, missing Path) []Path {
	var through, presence []Path
	around := Path{}
	for _, r := range reads {
		p, ok := r.route.complete(missing)
		switch {
		case ok && r.Presence:
			presence = append(presence, p)
		case ok:
			through = append(through, p)
		case r.Path.Node == missing.Node && isPrefix(r.Path.Field, missing.Field) && r.Path.Field.Len() >= around.Field.Len():
			around = r.Path
		}
	}
	switch {
	case len(through)+len(presence) > 0:
		return append(through, slices.DeleteFunc(presence, func(p Path) bool {
			return slices.ContainsFunc(through, func(t Path) bool { return isPrefix(p.Field, t.Field) })
		})...)
	case around.Node != "":
		return []Path{around}
	}
	return []Path{missing}
}

// complete is the path that a route takes through a place, as far as it is one path.
func (r route) complete(at Path) (Path, bool) {
	elements := at.Field.Elements()
	if r.node != at.Node || len(elements) > len(r.steps) {
		return Path{}, false
	}
	for i, e := range elements {
		if !r.steps[i].matches(e) {
			return Path{}, false
		}
	}
	rest := route{node: r.node, steps: r.steps[len(elements):]}.path().Field
	p := Path{Node: at.Node, Field: at.Field}
	for _, e := range rest.Elements() {
		p.Field = with(p.Field, e)
	}
	return p, true
}

func (s step) matches(e fieldpath.Element) bool {
	if key, ok := e.Key(); ok {
		return s.kind == stepAll || s.kind == stepKey && s.key == key
	}
	index, _ := e.Index()
	return s.kind == stepAll || s.kind == stepIndex && s.index == index
}

func with(p fieldpath.Path, e fieldpath.Element) fieldpath.Path {
	if key, ok := e.Key(); ok {
		return p.Key(key)
	}
	index, _ := e.Index()
	return p.Index(index)
}

func isPrefix(p, q fieldpath.Path) bool {
	for q.Len() > p.Len() {
		q = q.Parent()
	}
	return p.Equal(q)
}

// Cause is why an evaluation failed, as far as the failing part of the expression
// looked at objects. Without any place the error has another cause than missing data.
type Cause struct {
	// Absent are the places that are not there, sorted.
	Absent []Path
	// Read are all places that the part looked at, sorted, when none of them is absent: the
	// missing key or position was computed from them, or belongs to something made of them.
	Read []Path
}

// Blame finds the cause of an evaluation error that says that something is not there: the
// places that an expression on objects known as a whole waits for, or that the
// instance lacks. Of a position behind the end of a list this is the only way to
// know, since CEL asks a list for its size and not for the item.
//
// The error must be the one of the program. A lookup finds the value of a variable.
func Blame(a *ast.AST, err error, lookup func(name string) (ref.Val, bool)) Cause {
	var failure *types.Err
	if !errors.As(err, &failure) || !isLookupError(failure.Unwrap()) {
		return Cause{}
	}
	var cause Cause
	part := partOf(a.Expr(), failure.NodeID())
	for _, r := range Reads(a) {
		v, ok := lookup(r.Path.Node)
		if !ok || !slices.ContainsFunc(r.route.exprs, func(id int64) bool { return part[id] }) {
			continue
		}
		cause.Read = append(cause.Read, r.Path)
		steps := r.route.steps
		if r.Presence && len(steps) > 0 { // has() only fails when something is missing on the way
			steps = steps[:len(steps)-1]
		}
		for _, at := range absentIn(v, Path{Node: r.route.node}, steps) {
			if p, ok := r.route.complete(at); ok {
				cause.Absent = append(cause.Absent, p)
			}
		}
	}
	if len(cause.Absent) > 0 {
		return Cause{Absent: sorted(cause.Absent)}
	}
	return Cause{Read: sorted(cause.Read)}
}

// isLookupError reports CEL's error for a key, position or name that is not there. Its
// type is not exported, so one is made for comparison; its text may say anything.
func isLookupError(err error) bool {
	attributes := interpreter.NewAttributeFactory(nil, types.DefaultTypeAdapter, types.NewEmptyRegistry())
	_, sample := attributes.AbsoluteAttribute(1, "missing").Resolve(interpreter.EmptyActivation())
	return reflect.TypeOf(err) == reflect.TypeOf(sample)
}

// partOf are the ids of an expression and everything inside it. Of an unknown id they
// are those of the whole tree.
func partOf(root ast.Expr, id int64) map[int64]bool {
	top := root
	ids := map[int64]bool{}
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() == id {
			top = e
		}
	}))
	ast.PreOrderVisit(top, ast.NewExprVisitor(func(e ast.Expr) { ids[e.ID()] = true }))
	return ids
}

// absentIn are the places where a value ends on the way that steps describe. What is
// unknown may be there.
func absentIn(v ref.Val, at Path, steps []step) []Path {
	if len(steps) == 0 || types.IsUnknown(v) {
		return nil
	}
	var absent []Path
	for _, s := range expand(v, steps[0]) {
		p := Path{Node: at.Node, Field: s.from(at.Field)}
		if next, ok := child(v, s); ok {
			absent = append(absent, absentIn(next, p, steps[1:])...)
		} else {
			absent = append(absent, p)
		}
	}
	return absent
}

// expand is the step itself, or what there is for one that goes to all items.
func expand(v ref.Val, s step) []step {
	if s.kind != stepAll {
		return []step{s}
	}
	var all []step
	switch c := v.(type) {
	case *object:
		for _, k := range slices.Sorted(maps.Keys(c.data)) {
			all = append(all, step{key: k})
		}
	case traits.Lister:
		for i := range size(c) {
			all = append(all, step{index: i, kind: stepIndex})
		}
	}
	return all
}

// child is the value that a step leads to.
func child(v ref.Val, s step) (ref.Val, bool) {
	switch c := v.(type) {
	case *object: // by its own name, which of a struct is not the one that expressions write
		return c.named(s.key)
	case traits.Mapper:
		return c.Find(types.String(s.key))
	case traits.Lister:
		if s.kind == stepIndex && s.index >= 0 && s.index < size(c) {
			return c.Get(types.Int(s.index)), true
		}
	}
	return nil, false
}

// from is the place that a step leads to.
func (s step) from(p fieldpath.Path) fieldpath.Path {
	if s.kind == stepIndex {
		return p.Index(s.index)
	}
	return p.Key(s.key)
}
