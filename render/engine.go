package render

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// Engine compiles. It holds what does not depend on any input.
type Engine struct {
	language *expr.Language
	checker  admission.Checker
	rgds     catalog.Kind // RGDs themselves
	builtin  sync.Map     // *catalog.Catalog by version; what was decoded once serves every later input
}

// kubernetes is the catalogue of a Kubernetes version.
func (e *Engine) kubernetes(version string) (*catalog.Catalog, error) {
	if c, ok := e.builtin.Load(version); ok {
		if known, ok := c.(*catalog.Catalog); ok {
			return known, nil
		}
	}
	c, err := catalog.Builtin(version)
	if err != nil {
		return nil, err
	}
	e.builtin.Store(version, c)
	return c, nil
}

// NewEngine makes an engine. An error is a defect of this program.
func NewEngine() (*Engine, error) {
	language, err := expr.NewLanguage()
	if err != nil {
		return nil, err
	}
	return &Engine{language: language, rgds: rgd.CatalogKind()}, nil
}

// unit is one RGD on its way through compilation.
type unit struct {
	rgd     *rgd.RGD
	library bool
	program *eval.Program // nil when the RGD has errors
	diags   diag.List
	// needs are the positions of RGDs whose kinds this one uses.
	needs []int
}

// Compile reads all RGDs of the input and compiles them, each after the RGDs whose
// kinds it uses. The Program is answered even when there are errors, without the RGDs
// that have them.
func (e *Engine) Compile(in Input, o Options) (*Program, diag.List) {
	var diags diag.List
	base, err := e.kubernetes(o.KubernetesVersion)
	if err != nil {
		diags.Errorf(diag.InputVersion, source.Span{}, "%v", err)
		return nil, diags
	}
	for _, b := range in.Bundles {
		base = base.WithBundle(b)
	}
	known := slices.Clone(in.Known)
	for _, n := range in.CRDs {
		kinds, problems := catalog.ReadCRD(n)
		diags = append(diags, problems...)
		known = append(known, kinds...)
	}
	p := &Program{options: o, input: in, checker: &e.checker, catalog: base.With(append(known, e.rgds)...), programs: map[schema.GroupVersionKind]*eval.Program{}, defined: map[schema.GroupKind]*eval.Program{}}
	units := decode(in, o)
	diags = append(diags, duplicates(units)...)
	layers, problems := layersOf(units)
	diags = append(diags, problems...)
	for _, layer := range layers {
		each(o.Workers, len(layer), func(i int) { e.compile(p, units[layer[i]], o) })
		var kinds []catalog.Kind
		for _, i := range layer {
			if g := units[i].program; g != nil {
				kinds = append(kinds, g.Graph.Kind)
				p.programs[g.Graph.InstanceGVK()] = g
				p.defined[g.Graph.InstanceGVK().GroupKind()] = g
			}
		}
		p.catalog = p.catalog.With(kinds...)
	}
	p.declared = declare(in.Objects, p)
	for _, u := range units {
		diags = append(diags, u.diags...)
		p.units = append(p.units, u)
	}
	return p, p.severity(diags)
}

// decode reads the RGDs.
func decode(in Input, o Options) []*unit {
	nodes := slices.Concat(in.RGDs, in.Library)
	units := make([]*unit, len(nodes))
	each(o.Workers, len(units), func(i int) {
		u := &unit{library: i >= len(in.RGDs)}
		u.rgd, u.diags = rgd.Decode(nodes[i], o.MaxDimensions)
		units[i] = u
	})
	return units
}

// compile compiles one RGD. It writes to nothing but u.
func (e *Engine) compile(p *Program, u *unit, o Options) {
	g, diags := graph.Compile(u.rgd, graph.Options{Catalog: p.catalog, Language: e.language, Omit: o.Omit})
	broken := u.diags.HasErrors()
	u.diags = append(u.diags, diags...)
	if g == nil || broken {
		return
	}
	u.program = eval.NewProgram(g, p.nested)
	u.program.Admit = admit(g)
}

// admit is the admission of the instances of a graph. The schema is compiled for the first of
// them; that it can be has been checked with the CRD.
func admit(g *graph.Graph) func(map[string]any, *source.Node, string) (map[string]any, diag.List) {
	validator := sync.OnceValues(func() (*admission.Validator, error) {
		return admission.NewValidator(g.CRD, g.RGD.Schema.Version)
	})
	return func(instance map[string]any, at *source.Node, namespace string) (map[string]any, diag.List) {
		v, err := validator()
		if err != nil {
			var diags diag.List
			diags.Errorf(diag.CRDStructure, g.RGD.Schema.Node.Span(), "%v", err)
			return instance, diags
		}
		return v.Admit(instance, at, admission.Options{Namespace: namespace})
	}
}

// duplicates reports RGDs that have one name or define one kind.
func duplicates(units []*unit) diag.List {
	var diags diag.List
	names, kinds := map[string]*unit{}, map[schema.GroupKind]*unit{}
	for _, u := range units {
		at := u.rgd.Node.Lookup("metadata", "name")
		if first, dup := names[u.rgd.Name]; dup && u.rgd.Name != "" {
			diags.Errorf(diag.RGDDuplicate, at.Span(), "there are two RGDs with the name %q", u.rgd.Name).
				WithRelated(first.rgd.Node.Lookup("metadata", "name").Span(), "the first one is here")
			continue
		}
		names[u.rgd.Name] = u
		gk := schema.GroupKind{Group: u.rgd.Schema.Group, Kind: u.rgd.Schema.Kind}
		if first, dup := kinds[gk]; dup && gk.Kind != "" {
			diags.Errorf(diag.RGDDuplicate, u.rgd.Schema.Node.Get("kind").Span(), "the kind %s is already defined by the RGD %q", gk, first.rgd.Name).
				WithRelated(first.rgd.Schema.Node.Get("kind").Span(), "it is defined here")
			continue
		}
		kinds[gk] = u
	}
	return diags
}
