package render

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Reading is a place that an expression looked at, and where the value there comes from.
type Reading struct {
	Path string // as an expression writes it: schema.spec.replicas
	// Value is what was found, if Known.
	Value any
	Known bool
	Cause Cause
	Span  source.Span
}

// instanceVariable is the name by which expressions call the instance.
const instanceVariable = "schema"

// Readings are the places that an expression of an object of the result looked at, in
// the order in which the expression names them.
func (p *Program) Readings(r *Result, object int, e *expr.Checked) []Reading {
	l := lookup{program: p, result: r, object: object}
	var all []Reading
	for _, read := range value.Reads(e.AST()) {
		at := Reading{Path: read.Path.String(), Cause: BySeveral}
		if !slices.ContainsFunc(all, func(known Reading) bool { return known.Path == at.Path }) {
			l.read(read.Path, &at)
			all = append(all, at)
		}
	}
	return all
}

// lookup finds what the expressions of one object saw.
type lookup struct {
	program *Program
	result  *Result
	object  int
}

func (l lookup) read(path value.Path, at *Reading) {
	o := l.result.Objects[l.object]
	if path.Node == instanceVariable {
		if owner, ok := l.owner(); ok {
			l.field(owner, path.Field, at)
		}
		return
	}
	if o.Base == nil {
		return
	}
	for _, it := range o.Base.Source.ForEach {
		if it.Name == path.Node {
			at.Cause, at.Span = ByIterator, it.List.Span()
			return
		}
	}
	l.node(path, at)
}

// prefix is the part of the object's id that leads to its RGD.
func (l lookup) prefix() string {
	id := l.result.Objects[l.object].Node
	return id[:strings.LastIndexByte(id, '/')+1]
}

// owner is the instance that the object's expressions call schema: that of the result, or in a
// nested RGD the object behind its children.
func (l lookup) owner() (Object, bool) {
	o := l.result.Objects[l.object]
	if prefix := l.prefix(); prefix != "" {
		for _, behind := range l.result.Objects[l.object:] {
			if behind.Instance == o.Instance && behind.Node+"/" == prefix {
				return behind, true
			}
		}
		return Object{}, false
	}
	i := l.result.Instances[o.Instance]
	return Object{Value: i.Value, At: i.At, Instance: o.Instance, Item: -1}, true
}

// node looks into another node of the same RGD. Of a nested collection's items the
// nearest one in front of the object is meant.
func (l lookup) node(path value.Path, at *Reading) {
	o := l.result.Objects[l.object]
	field, item := path.Field, -1
	for position := l.object - 1; position >= 0; position-- {
		candidate := l.result.Objects[position]
		if candidate.Instance != o.Instance || candidate.Node != l.prefix()+path.Node {
			continue
		}
		if candidate.Item >= 0 {
			if field, item = cutIndex(path.Field); item < 0 {
				at.Span = candidate.Base.Source.IDNode.Span()
				return
			}
		}
		if candidate.Item == item {
			l.field(candidate, field, at)
			return
		}
	}
	if base := l.sibling(path.Node); base != nil && base.Source.External != nil {
		at.Cause, at.Span = ByExternal, base.Source.External.Node.Span()
	}
}

// sibling is a node of the RGD that the object's node belongs to.
func (l lookup) sibling(id string) *graph.Base {
	owner, ok := l.owner()
	if !ok {
		return nil
	}
	p := l.program.nested(gvkOf(owner.At))
	if owner.Base != nil {
		p = l.program.nested(owner.Base.GVK)
	}
	if p == nil {
		return nil
	}
	if i, ok := p.Graph.Index(id); ok {
		return p.Graph.Nodes[i].Base()
	}
	return nil
}

// cutIndex takes the position off the beginning of a path.
func cutIndex(path fieldpath.Path) (fieldpath.Path, int) {
	elements := path.Elements()
	if len(elements) == 0 {
		return path, -1
	}
	index, ok := elements[0].Index()
	if !ok {
		return path, -1
	}
	rest := fieldpath.Path{}
	for _, e := range elements[1:] {
		if key, ok := e.Key(); ok {
			rest = rest.Key(key)
		} else if i, ok := e.Index(); ok {
			rest = rest.Index(i)
		}
	}
	return rest, index
}

// field looks into an object: at the live one first, as expressions do.
func (l lookup) field(o Object, path fieldpath.Path, at *Reading) {
	if live := l.live(o); live != nil {
		if v, ok := valueAt(live, path); ok {
			at.Value, at.Known, at.Cause = v, true, ByObserved
			return
		}
	}
	v, ok := valueAt(o.Value, path)
	if !ok {
		l.status(o, path, at)
		return
	}
	at.Value, at.Known = v, true
	for i, origin := range l.program.origins(o) {
		switch {
		case !origin.Path.Overlaps(path):
		case i > 0 && at.Span.File() != nil && origin.Cause != at.Cause:
			at.Cause = BySeveral
			return
		case at.Span.File() == nil:
			at.Cause, at.Span = origin.Cause, origin.Span
		}
	}
}

// status names the status expression of a nested RGD.
func (l lookup) status(o Object, path fieldpath.Path, at *Reading) {
	if o.Base == nil {
		return
	}
	nested := l.program.nested(o.Base.GVK)
	if nested == nil {
		return
	}
	n := nested.Graph.RGD.Node.Lookup("spec", "schema")
	for _, e := range path.Elements() {
		key, ok := e.Key()
		if !ok || n.Get(key) == nil {
			break
		}
		n = n.Get(key)
	}
	at.Cause, at.Span = ByStatus, n.Span()
}

// live is the observed object of a node, or nil.
func (l lookup) live(o Object) map[string]any {
	if o.Base == nil || l.program.input.Observed == nil {
		return nil
	}
	metadata, _ := o.Value["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	name, _ := metadata["name"].(string)
	live, _ := l.program.input.Observed.Find(o.Base.GVK.GroupKind(), namespace, name)
	return live.Object
}

// valueAt is the value at a path of an object.
func valueAt(v any, path fieldpath.Path) (any, bool) {
	for _, e := range path.Elements() {
		if key, ok := e.Key(); ok {
			m, _ := v.(map[string]any)
			if v, ok = m[key]; !ok {
				return nil, false
			}
			continue
		}
		index, _ := e.Index()
		list, _ := v.([]any)
		if index >= len(list) {
			return nil, false
		}
		v = list[index]
	}
	return v, true
}
