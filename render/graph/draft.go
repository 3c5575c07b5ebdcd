package graph

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// draft is a resource while its expressions are parsed but not yet checked.
type draft struct {
	base     Base
	external bool
	selector bool // an external collection
	fields   []field
	include  []*expr.Parsed
	ready    []*expr.Parsed
	forEach  []iterator
}

// iterator is a parsed dimension of forEach.
type iterator struct {
	name string
	list *expr.Parsed
}

// collection reports that the resource has forEach.
func (d *draft) collection() bool { return len(d.base.Source.ForEach) > 0 && !d.external }

// iterators are the names of the forEach iterators.
func (d *draft) iterators() []string {
	var names []string
	for _, it := range d.base.Source.ForEach {
		names = append(names, it.Name)
	}
	return names
}

// references are the expressions that make dependencies, in the order in which kro looks at
// them: template, forEach, includeWhen. What readyWhen mentions is no dependency.
func (d *draft) references() []*expr.Parsed {
	var all []*expr.Parsed
	for _, f := range d.fields {
		for _, p := range f.parsed {
			if p != nil {
				all = append(all, p)
			}
		}
	}
	for _, it := range d.forEach {
		all = append(all, it.list)
	}
	return append(all, d.include...)
}

// draft reads one resource.
func (c *compiler) draft(res rgd.Resource) *draft {
	d := &draft{base: Base{ID: res.ID, Index: len(c.drafts), Source: res}}
	if res.External != nil {
		d.external, d.selector = true, res.External.Selector != nil
		d.base.GVK = gvkOf(res.External.APIVersion, res.External.Kind)
	} else {
		d.base.GVK = gvkOf(res.Template.Get("apiVersion").Str(), res.Template.Get("kind").Str())
	}
	if named(d.base.GVK) {
		kind, known := c.lookup(&d.base, res)
		if known {
			d.base.Schema, d.base.Namespaced = kind.Schema, kind.Namespaced
			c.scopeRules(d)
		}
	}
	c.fields(d)
	for _, n := range res.IncludeWhen {
		d.include = c.condition(d.include, n, "includeWhen")
	}
	for _, n := range res.ReadyWhen {
		d.ready = c.condition(d.ready, n, "readyWhen")
	}
	for _, it := range res.ForEach {
		chunk, diags := expr.Only(it.List, "a forEach iterator")
		c.add(diags)
		if p := c.parse(chunk); p != nil {
			c.forbidOmit(p)
			d.forEach = append(d.forEach, iterator{name: it.Name, list: p})
		}
	}
	c.names(d)
	return d
}

// named reports that a kind can be looked up; if not, package rgd has reported it.
func named(gvk schema.GroupVersionKind) bool {
	return gvk.Kind != "" && gvk.Version != "" && !strings.Contains(gvk.String(), "${")
}

func gvkOf(apiVersion, kind string) schema.GroupVersionKind {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil { // package rgd has reported it
		return schema.GroupVersionKind{Kind: kind}
	}
	return gv.WithKind(kind)
}

// metadataOf is the metadata that the user wrote for a node.
func (d *draft) metadataOf() *source.Node {
	if d.external {
		return d.base.Source.External.Metadata
	}
	return d.base.Source.Template.Get("metadata")
}

// scopeRules holds metadata.namespace against the scopes of the kind and of the instance.
func (c *compiler) scopeRules(d *draft) {
	metadata := d.metadataOf()
	namespace, set := metadata.Field("namespace")
	switch {
	case !d.base.Namespaced && set && (!d.external || namespace.Value.Kind() != source.Null):
		c.diags.Errorf(diag.RGDClusterScoped, namespace.KeyAt.Span(), "%s is cluster scoped, so %q must not set metadata.namespace", d.base.GVK.Kind, d.base.ID)
	case d.base.Namespaced && !c.rgd.Schema.Namespaced && !d.selector:
		if !set || strings.TrimSpace(namespace.Value.Str()) == "" {
			at := metadata
			if set {
				at = namespace.Value
			}
			c.diags.Errorf(diag.RGDNamespaced, at.Span(), "%s is namespaced, so %q must set metadata.namespace: the instance is cluster scoped and has none to inherit", d.base.GVK.Kind, d.base.ID)
		}
	}
}

// condition parses an element of readyWhen or includeWhen.
func (c *compiler) condition(list []*expr.Parsed, n *source.Node, what string) []*expr.Parsed {
	chunk, diags := expr.Only(n, what)
	c.add(diags)
	p := c.parse(chunk)
	if p == nil {
		return list
	}
	c.forbidOmit(p)
	return append(list, p)
}

// parse answers nil for a nil chunk and for a syntax error. An expression with the name of a
// resource or iterator that can have no such name is not blamed for it.
func (c *compiler) parse(chunk *expr.Chunk) *expr.Parsed {
	if chunk == nil {
		return nil
	}
	p, diags := c.options.Language.Parse(*chunk)
	if len(c.misnamed) > 0 && chunk.Mentions(func(word string) bool { return c.misnamed[word] }) {
		diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Code == diag.ExpressionSyntax })
		if p != nil {
			c.broken[p] = true
		}
	}
	c.add(diags)
	return p
}

// misnamed are the ids and iterators of an RGD that are no names for expressions, which
// package rgd has reported.
func misnamed(r *rgd.RGD) map[string]bool {
	names := map[string]bool{}
	add := func(name string) {
		if expr.Keyword(name) || name == runtimeName {
			names[name] = true
		}
	}
	for _, res := range r.Resources {
		add(res.ID)
		for _, it := range res.ForEach {
			add(it.Name)
		}
	}
	return names
}

// forbidOmit reports omit() at a place that is no template field.
func (c *compiler) forbidOmit(p *expr.Parsed) {
	if p.UsesOmit {
		c.diags.Errorf(diag.ExpressionOmit, p.OmitSpan(), "omit() can only be used in a template")
	}
}

// names checks which names the expressions of a resource may use.
func (c *compiler) names(d *draft) {
	for _, f := range d.fields {
		for _, p := range f.parsed {
			if p == nil {
				continue
			}
			c.known(p, d.iterators(), "")
			if p.UsesOmit {
				c.omitRules(d, f, p)
			}
		}
	}
	for _, it := range d.forEach {
		for _, n := range it.list.Names {
			if slices.Contains(d.iterators(), n.ID) {
				c.broken[it.list] = true
				c.diags.Errorf(diag.GraphIterator, it.list.SpanOfName(n), "the iterator %q cannot use the iterator %q: iterators are independent of each other", it.name, n.ID).
					WithHint("iterate over one list that holds both, made with map and flatten()")
			}
		}
		c.known(it.list, d.iterators(), "")
	}
	for _, p := range d.include {
		c.known(p, nil, "includeWhen")
	}
	only := d.base.ID
	if d.collection() {
		only = itemName
	}
	for _, p := range d.ready {
		c.readyNames(p, only)
	}
}

// readyNames allows a readyWhen to look at its own resource and nothing else.
func (c *compiler) readyNames(p *expr.Parsed, only string) {
	for _, n := range p.Names {
		if n.ID == only {
			continue
		}
		c.broken[p] = true
		d := c.diags.Errorf(diag.ExpressionScope, p.SpanOfName(n), "readyWhen can use only %q, not %q", only, n.ID)
		if only == itemName {
			d.WithHint("readyWhen of a collection is evaluated for each item: write each.status…")
		}
	}
}

// known reports names that nothing defines. The expression is then not looked at further.
func (c *compiler) known(p *expr.Parsed, iterators []string, where string) {
	for _, n := range p.Names {
		_, isNode := c.index[n.ID]
		if slices.Contains(iterators, n.ID) && rgd.Reserved(n.ID) { // which package rgd has reported
			c.broken[p] = true
			continue
		}
		if isNode || slices.Contains(iterators, n.ID) || n.ID == instanceName || c.declared(n.ID) {
			continue
		}
		c.broken[p] = true
		if n.ID == runtimeName {
			c.diags.Errorf(diag.ExpressionRuntime, p.SpanOfName(n), "runtime is only available in status.conditions")
			continue
		}
		d := c.diags.Errorf(diag.ExpressionUnknown, p.SpanOfName(n), "nothing is called %q", n.ID)
		switch {
		case n.ID == itemName:
			d.WithHint("each exists only in the readyWhen of a collection")
		case where == "includeWhen" && c.isIterator(n.ID):
			d.WithHint("includeWhen decides for the whole collection and cannot use its iterators")
		default:
			if s := diag.Suggest(n.ID, c.candidates(iterators)); s != "" {
				d.WithHint("did you mean %q?", s)
			} else {
				d.Hint = foreignHint(n.ID)
			}
		}
	}
}

// foreignHint is advice about names that other dialects of CEL know.
func foreignHint(name string) string {
	switch name {
	case "math", "sets":
		return "kro does not have CEL's library " + name
	case "bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint":
		return "kro does not know the names of types"
	}
	return ""
}

// declared reports that a resource of this id exists, even one that is read later.
func (c *compiler) declared(id string) bool {
	return slices.ContainsFunc(c.rgd.Resources, func(r rgd.Resource) bool { return r.ID == id })
}

func (c *compiler) isIterator(name string) bool {
	return slices.ContainsFunc(c.rgd.Resources, func(r rgd.Resource) bool {
		return slices.ContainsFunc(r.ForEach, func(it rgd.Iterator) bool { return it.Name == name })
	})
}

// candidates are the names to suggest.
func (c *compiler) candidates(iterators []string) []string {
	names := append([]string{instanceName}, iterators...)
	for _, r := range c.rgd.Resources {
		names = append(names, r.ID)
	}
	return names
}

// omitRules checks a template field that calls omit().
func (c *compiler) omitRules(d *draft, f field, p *expr.Parsed) {
	if !c.options.Omit {
		c.diags.Errorf(diag.ExpressionOmit, p.OmitSpan(), "omit() is switched off, as in kro by default").
			WithHint("kro calls the feature gate CELOmitFunction; here it is features.omit in krowave.yaml")
		return
	}
	path := f.path.String()
	if path == "metadata.name" || (path == "metadata.namespace" && d.base.Namespaced && !c.rgd.Schema.Namespaced) {
		c.diags.Errorf(diag.ExpressionOmit, p.OmitSpan(), "omit() cannot be used for %s, which every object needs", path)
	}
}
