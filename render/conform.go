package render

import (
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// conform holds an object against the schema of its kind. kro leaves this to the API
// server, so by default it only warns.
func (p *Program) conform(object map[string]any, at *source.Node) diag.List {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	known, ok := p.catalog.Lookup(gvk(apiVersion, kind))
	if !ok {
		return nil
	}
	diags := p.checker.Check(object, known, func(path fieldpath.Path) source.Span { return locate(at, path) })
	if p.options.RefuseObjects {
		return diags.Strict()
	}
	return diags
}

// plain checks an object that passes through.
func (p *Program) plain(n *source.Node) diag.List {
	object, ok := n.JSON().(map[string]any)
	if !ok {
		return nil
	}
	return append(p.undefined(n), p.conform(object, n)...)
}

// locate is the user's text behind a place of an object: the nearest that was written.
func locate(at *source.Node, path fieldpath.Path) source.Span {
	span := at.Span()
	for _, e := range path.Elements() {
		if key, ok := e.Key(); ok {
			f, found := at.Field(key)
			if !found {
				return span
			}
			at, span = f.Value, f.KeyAt.Span()
		} else {
			index, _ := e.Index()
			items := at.Items()
			if index >= len(items) {
				return span
			}
			at = items[index]
			span = at.Span()
		}
		if at.Kind() != source.Map && at.Kind() != source.List {
			return at.Span()
		}
	}
	return span
}
