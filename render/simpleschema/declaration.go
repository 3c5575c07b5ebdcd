package simpleschema

import (
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// declaration is what is written for one field or one named type: an [*object],
// a [*line] or a [*broken].
type declaration interface{ references() []reference }

type (
	// object is an object whose fields are written out.
	object struct{ members []member }
	// member is one field of an object.
	member struct {
		name string
		key  *source.Node
		decl declaration
	}
	// line is a type with markers.
	line struct {
		typ     typeExpr
		markers []marker
	}
	// broken stands for a value that is neither, which was reported.
	broken struct{}
)

func (o *object) references() []reference {
	var all []reference
	for _, m := range o.members {
		all = append(all, m.decl.references()...)
	}
	return all
}

func (l *line) references() []reference { return references(l.typ) }

func (*broken) references() []reference { return nil }

// parse reads the value of a field or of a named type.
func parse(n *source.Node, name string, diags *problems) declaration {
	switch n.Kind() {
	case source.Map:
		return parseObject(n, diags)
	case source.String:
		return parseLine(n, diags)
	case source.Null:
		diags.errorf(diag.SchemaField, wholeText(n), "%s has no type", quote(name)).
			WithHint("write a type such as string, or {} for an object without fields")
	case source.List:
		diags.errorf(diag.SchemaField, wholeText(n), "%s must be a type or an object, not a list", quote(name)).
			WithHint("the type of a list is written \"[]string\"; a list of objects needs a named type")
	case source.Bool, source.Int, source.Float:
		diags.errorf(diag.SchemaField, wholeText(n), "%s must be a type or an object, not %s", quote(name), n.Kind()).
			WithHint("write the type, and this value as its default: %s | default=%v", typeOf(n.Kind()), n.JSON())
	}
	return &broken{}
}

// typeOf is the SimpleSchema type of a plain value.
func typeOf(k source.Kind) string {
	switch k {
	case source.Bool:
		return "boolean"
	case source.Int:
		return "integer"
	case source.Float:
		return "float"
	case source.Null, source.String, source.Map, source.List:
	}
	return "string"
}

func parseObject(n *source.Node, diags *problems) *object {
	o := &object{members: make([]member, 0, len(n.Fields()))}
	for _, f := range n.Fields() {
		o.members = append(o.members, member{name: f.Key, key: f.KeyAt, decl: parse(f.Value, f.Key, diags)})
	}
	return o
}

func parseLine(n *source.Node, diags *problems) *line {
	whole := wholeText(n)
	if len(whole.str) > maxLine {
		diags.errorf(diag.SchemaTooLarge, whole.slice(0, 0), "a type with its markers must not be longer than %d bytes", maxLine)
		return &line{typ: noType{whole}}
	}
	bar := strings.IndexByte(whole.str, '|')
	if bar < 0 {
		return &line{typ: parseType(whole, diags)}
	}
	return &line{
		typ:     parseType(whole.slice(0, bar), diags),
		markers: tokenize(whole.slice(bar+1, len(whole.str)), diags),
	}
}
