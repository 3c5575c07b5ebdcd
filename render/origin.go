package render

import (
	"maps"
	"slices"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

// Cause is why a value is what it is.
type Cause string

// The causes.
const (
	ByLiteral    Cause = "literal"    // somebody wrote the value
	ByExpression Cause = "expression" // an expression of a template gave it
	ByDefault    Cause = "default"    // the schema of the instance has it as default
	ByNamespace  Cause = "namespace"  // the template names no namespace, and the instance has this one
	ByOption     Cause = "option"     // the instance names no namespace, and the options have this one
	ByObserved   Cause = "observed"   // a live object has it
	ByIterator   Cause = "iterator"   // it is an item of a forEach list
	ByStatus     Cause = "status"     // the status expressions of a nested RGD give it
	ByExternal   Cause = "external"   // it belongs to an object that somebody else owns
	BySeveral    Cause = "several"    // its parts have different causes
)

// Origin is where a field of an object comes from.
type Origin struct {
	// Path is the field; an expression may give a whole object or list at once.
	Path  fieldpath.Path
	Value any
	Cause Cause
	// Span is the user's text behind the value; it has no file where nobody wrote any.
	Span source.Span
	// Expressions made the value, in the order of the text. Only [ByExpression] has any.
	Expressions []*expr.Checked
}

// Origins are where the fields of an object of the result come from, in the order of
// their paths. They are empty for CRDs that krowave generated.
func (p *Program) Origins(r *Result, object int) []Origin {
	return p.origins(r.Objects[object])
}

func (p *Program) origins(o Object) []Origin {
	w := walker{namespace: ByOption}
	switch {
	case o.Base != nil:
		w.namespace = ByNamespace
		if nested := p.nested(o.Base.GVK); nested != nil {
			w.defaults = nested.Graph.Origin
		}
		w.template(fieldpath.Path{}, o.Value, o.Base.Template, o.At)
	case o.Instance >= 0:
		if program := p.programs[gvkOf(o.At)]; program != nil {
			w.defaults = program.Graph.Origin
		}
		w.literal(fieldpath.Path{}, o.Value, o.At)
	case o.At.Get("apiVersion") != nil && o.At.Get("kind").Str() == o.Value["kind"]:
		w.literal(fieldpath.Path{}, o.Value, o.At)
	}
	return w.origins
}

// walker goes through an object, and through the text that it was made from beside it.
type walker struct {
	defaults  *simpleschema.Origin // of the instance's spec, when the object is one
	namespace Cause                // of a namespace that the text does not name
	origins   []Origin
}

func (w *walker) add(o Origin) { w.origins = append(w.origins, o) }

// template explains a value that a template made.
func (w *walker) template(at fieldpath.Path, v any, t graph.Value, n *source.Node) {
	switch t := t.(type) {
	case *graph.Object:
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if member := t.Member(k); member != nil {
				w.template(at.Key(k), m[k], member, n.Get(k))
			} else {
				w.added(at.Key(k), m[k])
			}
		}
	case *graph.Array:
		list, ok := v.([]any)
		if !ok || len(list) != len(t.Items) {
			// Items were left out, so that positions say nothing.
			w.add(Origin{Path: at, Value: v, Cause: ByExpression, Span: n.Span(), Expressions: expressions(t)})
			return
		}
		for i, item := range list {
			w.template(at.Index(i), item, t.Items[i], n.Items()[i])
		}
	case *graph.Dynamic, *graph.Joined:
		w.add(Origin{Path: at, Value: v, Cause: ByExpression, Span: n.Span(), Expressions: expressions(t)})
	case *graph.Fixed:
		w.literal(at, v, n)
	}
}

// literal explains a value that somebody wrote as it is.
func (w *walker) literal(at fieldpath.Path, v any, n *source.Node) {
	if v != nil && (n.Kind() == source.Null || at.String() == "metadata.namespace" && n.Str() == "") {
		w.added(at, v) // An empty value was written, and then filled in.
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			break
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if written := n.Get(k); written != nil {
				w.literal(at.Key(k), v[k], written)
			} else {
				w.added(at.Key(k), v[k])
			}
		}
		return
	case []any:
		if len(v) == 0 || len(v) != len(n.Items()) {
			break
		}
		for i, item := range v {
			w.literal(at.Index(i), item, n.Items()[i])
		}
		return
	}
	w.add(Origin{Path: at, Value: v, Cause: ByLiteral, Span: n.Span()})
}

// added explains a value that is in no text of its own.
func (w *walker) added(at fieldpath.Path, v any) {
	if at.String() == "metadata.namespace" {
		w.add(Origin{Path: at, Value: v, Cause: w.namespace})
		return
	}
	if m, ok := v.(map[string]any); ok && len(m) > 0 {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			w.added(at.Key(k), m[k])
		}
		return
	}
	w.add(Origin{Path: at, Value: v, Cause: ByDefault, Span: w.defaultOf(at)})
}

// defaultOf is the marker that holds the default of a field of the instance.
func (w *walker) defaultOf(at fieldpath.Path) source.Span {
	elements := at.Elements()
	if len(elements) == 0 {
		return source.Span{}
	}
	if key, _ := elements[0].Key(); key != "spec" {
		return source.Span{}
	}
	place := w.defaults
	for _, e := range elements[1:] {
		place = under(place, e)
	}
	text, _ := place.Find("default")
	if text.IsZero() {
		return source.Span{}
	}
	return text.Span()
}

// under is the origin of a field, an item or a value of a map.
func under(place *simpleschema.Origin, e fieldpath.Element) *simpleschema.Origin {
	key, ok := e.Key()
	if !ok {
		return place.Items()
	}
	if field := place.Property(key); field != nil {
		return field
	}
	return place.Values()
}

// expressions are those inside a piece of a template, in the order of the text.
func expressions(v graph.Value) []*expr.Checked {
	var all []*expr.Checked
	switch v := v.(type) {
	case *graph.Dynamic:
		all = append(all, v.Expression)
	case *graph.Joined:
		for _, part := range v.Parts {
			if part.Expression != nil {
				all = append(all, part.Expression)
			}
		}
	case *graph.Array:
		for _, item := range v.Items {
			all = append(all, expressions(item)...)
		}
	case *graph.Object:
		for _, m := range v.Fields {
			all = append(all, expressions(m.Value)...)
		}
	case *graph.Fixed:
	}
	return all
}
