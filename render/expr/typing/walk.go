package typing

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Shape tells what a string is to the language of expressions.
type Shape uint8

// The shapes of a string.
const (
	Literal    Shape = iota // no expression
	Standalone              // one expression and nothing else
	Template                // expressions within text, or several
)

// Site is a string with expressions in it, or with a ${ that makes none.
type Site struct {
	Path  fieldpath.Path
	Node  *source.Node
	Shape Shape
}

// Walk holds a template against the schema of its kind as kro does and collects its
// expressions, in the order of the file. shape says what a string that contains ${ is. With a
// nil schema, and below values that do not fit or of which the schema says nothing, only
// the expressions are collected.
//
// A single expression is accepted everywhere: whether its type fits is for
// [Registry.Compatible] and [Registry.TypeAt] to say. Nothing is said about required
// fields, enums, patterns or limits (docs/compat/kro.md#template-check).
func Walk(root *source.Node, s *catalog.Schema, shape func(text string) Shape) ([]Site, diag.List) {
	w := walker{shape: shape}
	if s == nil {
		w.collect(root, fieldpath.Path{})
	} else {
		w.value(root, s, fieldpath.Path{})
	}
	return w.sites, w.diags
}

type walker struct {
	shape func(text string) Shape
	sites []Site
	diags diag.List
}

// collect finds expressions without looking at a schema.
func (w *walker) collect(n *source.Node, path fieldpath.Path) {
	switch n.Kind() {
	case source.Map:
		for _, f := range n.Fields() {
			w.collect(f.Value, path.Key(f.Key))
		}
	case source.List:
		for i, item := range n.Items() {
			w.collect(item, path.Index(i))
		}
	case source.String:
		w.site(n, path)
	case source.Null, source.Bool, source.Int, source.Float:
	}
}

// site records a string that may hold expressions.
func (w *walker) site(n *source.Node, path fieldpath.Path) Shape {
	if !strings.Contains(n.Str(), "${") {
		return Literal
	}
	shape := w.shape(n.Str())
	w.sites = append(w.sites, Site{Path: path, Node: n, Shape: shape})
	return shape
}

// value holds a node against its schema.
func (w *walker) value(n *source.Node, s *catalog.Schema, path fieldpath.Path) {
	if s.PreserveUnknown {
		w.collect(n, path)
		return
	}
	want := expectedTypes(s)
	if len(want) == 0 {
		w.untyped(n, path)
		w.collect(n, path)
		return
	}
	switch n.Kind() {
	case source.Map:
		w.object(n, s, path, want)
	case source.List:
		w.list(n, s, path, want)
	case source.String:
		w.text(n, path, want)
	case source.Bool, source.Int, source.Float:
		w.scalar(n, path, want)
	case source.Null: // fits everywhere
	}
}

func (w *walker) untyped(n *source.Node, path fieldpath.Path) {
	d := w.diags.Errorf(diag.ObjectUntyped, n.Span(), "the schema of the kind names no type for %s, so nothing can be written there", where(path))
	if path.Len() > 1 {
		d.WithHint("give the whole of %s as one ${…}, which is not looked into", path.Parent())
	}
}

func (w *walker) object(n *source.Node, s *catalog.Schema, path fieldpath.Path, want []string) {
	if !slices.Contains(want, "object") && s.AdditionalProperties == nil && !s.AnyAdditional {
		w.mismatch(n, path, want)
		w.collect(n, path)
		return
	}
	for _, f := range n.Fields() {
		inner := path.Key(f.Key)
		if child := fieldSchema(s, f.Key); child != nil {
			w.value(f.Value, child, inner)
			continue
		}
		w.unknownField(f, s, path)
		w.collect(f.Value, inner)
	}
}

func (w *walker) unknownField(f source.Field, s *catalog.Schema, path fieldpath.Path) {
	d := w.diags.Errorf(diag.ObjectField, f.KeyAt.Span(), "%s has no field %q", where(path), f.Key)
	names := slices.Sorted(maps.Keys(s.Properties))
	if name := diag.Suggest(f.Key, names); name != "" {
		d.WithHint("did you mean %q?", name)
	} else if len(names) > 0 && len(names) <= maxListed {
		d.WithHint("its fields are %s", strings.Join(names, ", "))
	}
}

// maxListed is how many fields a hint names.
const maxListed = 12

func (w *walker) list(n *source.Node, s *catalog.Schema, path fieldpath.Path, want []string) {
	switch {
	case !slices.Contains(want, "array"):
		w.mismatch(n, path, want)
	case s.Items == nil:
		w.untyped(n, path.Index(0))
	default:
		for i, item := range n.Items() {
			w.value(item, s.Items, path.Index(i))
		}
		return
	}
	w.collect(n, path)
}

func (w *walker) text(n *source.Node, path fieldpath.Path, want []string) {
	shape := w.site(n, path)
	if shape == Standalone || slices.Contains(want, "string") || slices.Contains(want, anyType) {
		return
	}
	if shape == Template {
		w.diags.Errorf(diag.ExpressionInText, n.Span(), "%s takes %s, but expressions within text make a string", where(path), alternatives(want)).
			WithHint("only an expression alone, ${…} with nothing around it, can have another type")
		return
	}
	d := w.mismatch(n, path, want)
	if unquoted(n.Str(), want) {
		d.WithHint("write it without quotes: %s", n.Str())
	}
}

// unquoted reports text that would fit without its quotes.
func unquoted(text string, want []string) bool {
	for _, typ := range want {
		var err error
		switch typ {
		case "integer":
			_, err = strconv.ParseInt(text, 10, 64)
		case "number":
			_, err = strconv.ParseFloat(text, 64)
		case "boolean":
			if text != "true" && text != "false" {
				continue
			}
		default:
			continue
		}
		if err == nil {
			return true
		}
	}
	return false
}

func (w *walker) scalar(n *source.Node, path fieldpath.Path, want []string) {
	for _, typ := range want {
		switch {
		case typ == anyType,
			typ == "boolean" && n.Kind() == source.Bool,
			typ == "number" && n.Kind() != source.Bool,
			typ == "integer" && n.Kind() == source.Int:
			return
		}
	}
	d := w.mismatch(n, path, want)
	if slices.Contains(want, "string") {
		d.WithHint("put it in quotes: %q", n.Span().Text())
	}
}

func (w *walker) mismatch(n *source.Node, path fieldpath.Path, want []string) *diag.Diagnostic {
	return w.diags.Errorf(diag.ObjectType, n.Span(), "%s takes %s, not %s", where(path), alternatives(want), article(n.Kind().String()))
}

// where names a place in a message.
func where(path fieldpath.Path) string {
	if path.IsRoot() {
		return "the object"
	}
	return path.String()
}

// alternatives is "a string or an integer".
func alternatives(names []string) string {
	texts := make([]string, 0, len(names))
	for _, name := range names {
		texts = append(texts, article(name))
	}
	return strings.Join(texts, " or ")
}

func article(name string) string {
	switch name {
	case "null":
		return name
	case "array", "integer", "object":
		return "an " + name
	}
	return "a " + name
}
