package graph

import (
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/typing"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// field is a string of a template, or of the status, with expressions in it.
type field struct {
	path   fieldpath.Path
	node   *source.Node
	text   expr.Text
	parsed []*expr.Parsed // for each part of text; nil for literal parts and after syntax errors
	want   *types.Type    // what the place takes; dyn when that is not known
}

// field reads a string. It answers false for text without expressions.
func (c *compiler) field(n *source.Node, path fieldpath.Path) (field, bool) {
	text, diags := expr.Split(n)
	c.add(diags)
	f := field{path: path, node: n, text: text, want: types.DynType}
	if text.Shape == expr.Literal && !diags.HasErrors() {
		return f, false
	}
	f.parsed = make([]*expr.Parsed, len(text.Parts))
	for i, part := range text.Parts {
		f.parsed[i] = c.parse(part.Chunk)
		if part.Chunk != nil && text.Shape == expr.Template && part.Chunk.EndsInComment() {
			c.diags.Errorf(diag.ExpressionComment, part.Chunk.Span(), "kro refuses a comment at the end of an expression within text").
				WithHint("remove the comment, or put a line break behind it")
		}
	}
	return f, true
}

// shape tells package typing what a string is.
func shape(text string) typing.Shape {
	switch expr.ScanText(text).Shape {
	case expr.Standalone:
		return typing.Standalone
	case expr.Template:
		return typing.Template
	case expr.Literal:
	}
	return typing.Literal
}

// fields finds the expressions in the template of a resource and holds its fixed
// parts against the schema of the kind.
func (c *compiler) fields(d *draft) {
	root, schema := d.base.Source.Template, d.base.Schema
	crd := d.base.GVK.Group == "apiextensions.k8s.io" && d.base.GVK.Version == "v1" && d.base.GVK.Kind == "CustomResourceDefinition"
	if d.external {
		root, schema = d.base.Source.External.Node, nil
	} else if crd {
		schema = nil
	}
	sites, diags := typing.Walk(root, schema, shape)
	c.add(diags)
	for _, site := range sites {
		f, ok := c.field(site.Node, site.Path)
		if !ok {
			continue
		}
		if crd && !strings.HasPrefix(f.path.String(), "metadata.") {
			c.diags.Errorf(diag.ExpressionInCRD, f.node.Span(), "in a CustomResourceDefinition only metadata can have expressions, not %s", f.path)
		}
		d.fields = append(d.fields, f)
	}
	if d.selector {
		c.selectorRules(d)
	}
}
