package graph

import (
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/source"
)

// Value is a compiled piece of a template: [Fixed], [Object], [Array], [Dynamic] or
// [Joined]. The interface is sealed.
type Value interface{ value() }

// Fixed is a piece without any expression.
type Fixed struct {
	// JSON must be copied before it is given away.
	JSON any
}

// Object is a map with at least one expression inside, or the root of a template.
type Object struct {
	Fields []Member // in the order of the file
}

// Member is an entry of an [Object].
type Member struct {
	Key   string
	Value Value
}

// Array is a list with at least one expression inside.
type Array struct{ Items []Value }

// Dynamic is a string that is one expression: the field takes its value, of any type.
type Dynamic struct{ Expression *expr.Checked }

// Joined is a string with expressions inside text. Without any text it adds up the
// values of its expressions as the + of CEL does (docs/compat/kro.md#string-templates).
type Joined struct {
	Node  *source.Node
	Parts []JoinedPart
	// Text reports that there is text between the expressions.
	Text bool
	sum  *types.Type // the static type
}

// JoinedPart is literal text, or an expression.
type JoinedPart struct {
	Literal    string
	Expression *expr.Checked // nil for literal text
}

func (*Fixed) value()   {}
func (*Object) value()  {}
func (*Array) value()   {}
func (*Dynamic) value() {}
func (*Joined) value()  {}

// Member is the value of a key, or nil.
func (o *Object) Member(key string) Value {
	for _, m := range o.Fields {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// planner turns a tree of the user's text into a template, given the compiled texts.
type planner map[*source.Node]Value

// object plans a Map node. The root of a template stays an Object even without expressions.
func (p planner) object(n *source.Node) *Object {
	o := &Object{Fields: make([]Member, 0, len(n.Fields()))}
	for _, f := range n.Fields() {
		o.Fields = append(o.Fields, Member{Key: f.Key, Value: p.plan(f.Value)})
	}
	return o
}

func (p planner) plan(n *source.Node) Value {
	switch n.Kind() {
	case source.String:
		if v, ok := p[n]; ok {
			return v
		}
	case source.Map:
		o := p.object(n)
		for _, m := range o.Fields {
			if _, fixed := m.Value.(*Fixed); !fixed {
				return o
			}
		}
	case source.List:
		a := &Array{Items: make([]Value, 0, len(n.Items()))}
		fixed := true
		for _, item := range n.Items() {
			v := p.plan(item)
			if _, ok := v.(*Fixed); !ok {
				fixed = false
			}
			a.Items = append(a.Items, v)
		}
		if !fixed {
			return a
		}
	case source.Null, source.Bool, source.Int, source.Float:
	}
	return &Fixed{JSON: n.JSON()}
}
