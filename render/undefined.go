package render

import (
	"slices"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// undefined warns of an object that passes through although its group is one of RGDs: most
// often it is an instance with a misspelt kind, or its RGD is somewhere else.
func (p *Program) undefined(n *source.Node) diag.List {
	kind := gvkOf(n)
	var siblings []string
	group := kind.Group == rgd.DefaultGroup
	for _, u := range p.units {
		s := u.rgd.Schema
		switch {
		case s.Kind == "":
			return nil // It may be the kind of this RGD, which says what is wrong with it.
		case s.Group == kind.Group && s.Kind == kind.Kind:
			return nil
		case s.Group == kind.Group:
			group = true
			siblings = append(siblings, s.Kind)
		}
	}
	if !group {
		return nil
	}
	if _, known := p.catalog.Lookup(kind); known {
		return nil
	}
	slices.Sort(siblings)
	var diags diag.List
	d := diags.Warnf(diag.InputUndefined, n.Get("kind").Span(), "no RGD and no CRD defines %s %s, so that it passes through as it is", kind.GroupVersion(), kind.Kind)
	if s := diag.Suggest(kind.Kind, siblings); s != "" {
		d.WithHint("did you mean %s?", s)
	} else if s := p.catalog.Suggest(kind); s != "" {
		d.WithHint("did you mean %s?", s)
	} else {
		d.WithHint("give the RGD with --rgds, or the CRD with --crds")
	}
	return diags
}
