package crd

import (
	"math"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Columns reads spec.schema.additionalPrinterColumns of an RGD, which may be nil.
// What the columns say is judged by [Check].
func Columns(list *source.Node) ([]apiextensionsv1.CustomResourceColumnDefinition, diag.List) {
	var columns []apiextensionsv1.CustomResourceColumnDefinition
	var diags diag.List
	for _, item := range list.Items() {
		if item.Kind() != source.Map {
			diags.Errorf(diag.CRDColumn, item.Span(), "a printer column must be an object, not %s", item.Kind())
			continue
		}
		columns = append(columns, column(item, &diags))
	}
	return columns, diags
}

func column(item *source.Node, diags *diag.List) apiextensionsv1.CustomResourceColumnDefinition {
	var c apiextensionsv1.CustomResourceColumnDefinition
	texts := map[string]*string{
		"name": &c.Name, "type": &c.Type, "jsonPath": &c.JSONPath, "format": &c.Format, "description": &c.Description,
	}
	for _, f := range item.Fields() {
		target, isText := texts[f.Key]
		switch {
		case f.Key == "priority":
			c.Priority = priority(f.Value, diags)
		case !isText:
			d := diags.Warnf(diag.CRDColumn, f.KeyAt.Span(), "a printer column has no field %q; the API server drops it without a word", f.Key)
			if s := diag.Suggest(f.Key, []string{"name", "type", "jsonPath", "format", "description", "priority"}); s != "" {
				d.WithHint("did you mean %s?", s)
			}
		case f.Value.Kind() != source.String && f.Value.Kind() != source.Null:
			diags.Errorf(diag.CRDColumn, f.Value.Span(), "%s of a printer column must be a string, not %s", f.Key, f.Value.Kind())
		default:
			*target = f.Value.Str()
		}
	}
	return c
}

func priority(n *source.Node, diags *diag.List) int32 {
	if n.Kind() == source.Null {
		return 0
	}
	i, ok := n.JSON().(int64)
	if !ok || i < math.MinInt32 || i > math.MaxInt32 {
		diags.Errorf(diag.CRDColumn, n.Span(), "priority of a printer column must be a 32-bit integer, not %s", n.Span().Text())
		return 0
	}
	return int32(i)
}

// columnProblems are the API server's rules for one column.
func columnProblems(c apiextensionsv1.CustomResourceColumnDefinition, path string, r *report) {
	types := []string{"boolean", "date", "integer", "number", "string"}
	formats := []string{"byte", "date", "date-time", "double", "float", "int32", "int64", "password"}
	if c.Name == "" {
		r.errorf(diag.CRDColumn, path+".name", "the name of a printer column must not be empty")
	}
	if !slices.Contains(types, c.Type) {
		d := r.errorf(diag.CRDColumn, path+".type", "the type of a printer column must be one of boolean, date, integer, number, string, not %q", c.Type)
		if s := diag.Suggest(c.Type, types); s != "" {
			d.WithHint("did you mean %s?", s)
		}
	}
	if c.Format != "" && !slices.Contains(formats, c.Format) {
		r.errorf(diag.CRDColumn, path+".format", "%q is not a format of a printer column", c.Format)
	}
	if c.JSONPath == "" || c.JSONPath[0] != '.' {
		d := r.errorf(diag.CRDColumn, path+".jsonPath", "the path of a printer column must start with a dot, not be %q", c.JSONPath)
		if c.JSONPath != "" {
			d.WithHint("write it without braces, such as .status.state")
		}
	}
}
