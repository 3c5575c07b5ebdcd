package graph

import (
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	validationfield "k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/typing"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// selectorType is the type of a place in metadata.selector, or nil for the places that
// kro leaves to the schema of the kind (docs/compat/kro.md#selector).
func selectorType(path fieldpath.Path) *types.Type {
	elements := path.Elements()
	keys := make([]string, 0, len(elements))
	for _, e := range elements {
		key, _ := e.Key()
		keys = append(keys, key)
	}
	if len(keys) < 2 || keys[0] != "metadata" || keys[1] != "selector" {
		return nil
	}
	switch {
	case len(keys) == 2:
		return types.NewMapType(types.StringType, types.DynType)
	case len(keys) == 3 && keys[2] == "matchLabels":
		return types.NewMapType(types.StringType, types.StringType)
	case len(keys) == 3 && keys[2] == "matchExpressions":
		return types.NewListType(types.DynType)
	case len(keys) == 4 && keys[2] == "matchLabels" && path.String() == "metadata.selector.matchLabels."+keys[3]:
		return types.StringType
	}
	return nil
}

// selectorRules checks the selector of an externalRef: its shape always, and without
// any expression also what Kubernetes demands of the values.
func (c *compiler) selectorRules(d *draft) {
	n := d.base.Source.External.Selector
	if n.Kind() == source.String {
		if expr.ScanText(n.Str()).Shape != expr.Standalone {
			c.diags.Errorf(diag.RGDSelector, n.Span(), "selector must be a label selector or exactly one ${…} that gives one")
		}
		return
	}
	if n.Kind() != source.Map {
		return
	}
	sites, diags := typing.Walk(n, catalog.LabelSelector(), shape)
	c.add(diags)
	if diags.HasErrors() {
		return
	}
	for _, site := range sites {
		if shape(site.Node.Str()) != typing.Literal {
			return
		}
	}
	c.literalSelector(n)
}

func (c *compiler) literalSelector(n *source.Node) {
	json, _ := n.JSON().(map[string]any)
	var s metav1.LabelSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(json, &s); err != nil {
		c.diags.Errorf(diag.RGDSelector, n.Span(), "selector is not a label selector: %v", err)
		return
	}
	for _, e := range metav1validation.ValidateLabelSelector(&s, metav1validation.LabelSelectorValidationOptions{}, validationfield.NewPath("selector")) {
		text := e.Detail
		if text == "" {
			text = e.ErrorBody()
		}
		c.diags.Errorf(diag.RGDSelector, below(n, strings.TrimPrefix(e.Field, "selector")).Span(), "%s: %s", e.Field, text)
	}
}

// below is the node at a path such as .matchExpressions[0].key, or the last node on the way to it.
func below(n *source.Node, path string) *source.Node {
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		next := n.Get(step)
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Items()) {
			next = n.Items()[i]
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
