package rgd

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// DefaultMaxDimensions is kro's limit for the dimensions of one forEach.
const DefaultMaxDimensions = 10

// Decode reads an RGD. The RGD is answered even when there are problems, as far
// as it could be read; a caller that finds errors in the list should use it only
// to look for more problems. A maxDimensions of 0 means [DefaultMaxDimensions].
func Decode(root *source.Node, maxDimensions int) (*RGD, diag.List) {
	if maxDimensions == 0 {
		maxDimensions = DefaultMaxDimensions
	}
	r := &reader{}
	r.known(root, "an RGD", "apiVersion", "kind", "metadata", "spec", "status")
	g := &RGD{Node: root}
	g.Name = r.name(root)
	spec := r.object(root, "spec", required)
	if spec == nil {
		return g, r.diags
	}
	r.known(spec, "spec", "schema", "resources")
	if schema := r.object(spec, "spec.schema", required); schema != nil {
		g.Schema = r.schema(schema)
	}
	for _, item := range r.list(spec, "spec.resources").Items() {
		if r.typed(item, source.Map, "spec.resources[]") {
			g.Resources = append(g.Resources, r.resource(item))
		}
	}
	r.ids(g.Resources)
	r.iterators(g.Resources, maxDimensions)
	return g, r.diags
}

func (r *reader) name(root *source.Node) string {
	metadata := r.object(root, "metadata", optional)
	name, at := r.text(metadata, "metadata.name", optional)
	switch {
	case metadata == nil || present(metadata, "name") == nil:
		r.diags.Errorf(diag.RGDName, root.Span(), "the RGD has no metadata.name")
	case at != nil && (len(name) > 253 || !isSubdomain(name)):
		r.diags.Errorf(diag.RGDName, at.Span(), "metadata.name %q is not a DNS subdomain name", name).
			WithHint("use lower case letters, digits, '-' and '.'")
	}
	return name
}

func (r *reader) schema(n *source.Node) Schema {
	r.known(n, "spec.schema", "kind", "apiVersion", "group", "scope", "spec", "types", "status",
		"additionalPrinterColumns", "shortNames", "categories", "metadata")
	s := Schema{Node: n, Group: DefaultGroup, Namespaced: true}
	var at *source.Node
	if s.Kind, at = r.text(n, "spec.schema.kind", required); at != nil && !isKind(s.Kind) {
		d := r.diags.Errorf(diag.RGDKind, at.Span(), "%q is not the name of a kind: it must be upper camel case with at most 63 characters", s.Kind)
		if fixed := upperCamel(s.Kind); isKind(fixed) {
			d.WithHint("did you mean %q?", fixed)
		}
	}
	if s.Version, at = r.text(n, "spec.schema.apiVersion", required); at != nil && !isVersion(s.Version) {
		d := r.diags.Errorf(diag.RGDVersion, at.Span(), "%q is not a version such as v1 or v1alpha1", s.Version)
		if _, version, ok := strings.Cut(s.Version, "/"); ok {
			d.WithHint("write the group into spec.schema.group and %q here", version)
		}
	}
	if group, at := r.text(n, "spec.schema.group", optional); at != nil {
		s.Group = group
	}
	if scope, at := r.text(n, "spec.schema.scope", optional); at != nil {
		s.Namespaced = scope == "Namespaced"
		if scope != "Namespaced" && scope != "Cluster" {
			d := r.diags.Errorf(diag.RGDScope, at.Span(), "scope must be Namespaced or Cluster, not %q", scope)
			if s := diag.Suggest(scope, []string{"Namespaced", "Cluster"}); s != "" {
				d.WithHint("did you mean %s?", s)
			}
		}
	}
	s.Spec = r.object(n, "spec.schema.spec", optional)
	s.Types = r.object(n, "spec.schema.types", optional)
	s.Status = r.object(n, "spec.schema.status", optional)
	s.PrinterColumns = r.list(n, "spec.schema.additionalPrinterColumns")
	s.ShortNames = r.names(n, "spec.schema.shortNames")
	s.Categories = r.names(n, "spec.schema.categories")
	if metadata := r.object(n, "spec.schema.metadata", optional); metadata != nil {
		r.known(metadata, "spec.schema.metadata", "labels", "annotations")
		s.Labels = r.stringMap(metadata, "spec.schema.metadata.labels")
		s.Annotations = r.stringMap(metadata, "spec.schema.metadata.annotations")
	}
	return s
}

// upperCamel turns web-app, web_app and webApp into WebApp.
func upperCamel(s string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == '-' || c == '_' || c == ' ' || c == '.' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// names reads shortNames or categories, which are sets with rules of their own.
func (r *reader) names(parent *source.Node, path string) []string {
	items := r.list(parent, path).Items()
	if len(items) > 32 {
		r.diags.Errorf(diag.RGDNames, items[32].Span(), "%s may have at most 32 items", path)
	}
	var names []string
	for _, item := range items {
		if !r.typed(item, source.String, path+"[]") {
			continue
		}
		name := item.Str()
		switch {
		case len(name) > 63 || !isLabel(name):
			r.diags.Errorf(diag.RGDNames, item.Span(), "%q in %s is not a name of lower case letters, digits and dashes that starts with a letter", name, path)
		case slices.Contains(names, name):
			r.diags.Errorf(diag.RGDNames, item.Span(), "%q is listed twice in %s", name, path)
		default:
			names = append(names, name)
		}
	}
	return names
}

func (r *reader) resource(n *source.Node) Resource {
	r.known(n, "a resource", "id", "template", "externalRef", "readyWhen", "includeWhen", "forEach")
	res := Resource{Node: n}
	res.ID, res.IDNode = r.text(n, "spec.resources[].id", required)
	res.Template = r.object(n, "spec.resources[].template", optional)
	external := r.object(n, "spec.resources[].externalRef", optional)
	if external != nil {
		res.External = r.external(external)
	}
	res.ReadyWhen = r.conditions(n, "spec.resources[].readyWhen")
	res.IncludeWhen = r.conditions(n, "spec.resources[].includeWhen")
	res.ForEach = r.forEach(n)
	hasTemplate, hasExternal := present(n, "template") != nil, present(n, "externalRef") != nil
	switch {
	case hasTemplate && hasExternal:
		r.diags.Errorf(diag.RGDTemplateXor, n.Span(), "resource %q must have exactly one of template and externalRef, not both", res.ID)
	case !hasTemplate && !hasExternal:
		r.diags.Errorf(diag.RGDTemplateXor, n.Span(), "resource %q has neither template nor externalRef", res.ID)
	}
	if hasExternal && len(res.ForEach) > 0 {
		r.diags.Errorf(diag.RGDExternal, external.Span(), "resource %q cannot use externalRef with forEach", res.ID).
			WithHint("read a set of objects with externalRef.metadata.selector")
	}
	if res.Template != nil {
		r.template(res.Template, res.ID)
	}
	return res
}

// conditions reads readyWhen or includeWhen.
func (r *reader) conditions(parent *source.Node, path string) []*source.Node {
	var list []*source.Node
	for _, item := range r.list(parent, path).Items() {
		if r.typed(item, source.String, path+"[]") {
			list = append(list, item)
		}
	}
	return list
}

func (r *reader) forEach(parent *source.Node) []Iterator {
	var iterators []Iterator
	for _, item := range r.list(parent, "spec.resources[].forEach").Items() {
		if !r.typed(item, source.Map, "spec.resources[].forEach[]") {
			continue
		}
		if len(item.Fields()) != 1 {
			r.diags.Errorf(diag.RGDForEach, item.Span(), "each forEach entry must have exactly one iterator, not %d", len(item.Fields())).
				WithHint("write one list entry for each iterator")
		}
		for _, f := range item.Fields() {
			if r.typed(f.Value, source.String, "a forEach iterator") {
				iterators = append(iterators, Iterator{Name: f.Key, NameNode: f.KeyAt, List: f.Value})
			}
		}
	}
	return iterators
}

func (r *reader) external(n *source.Node) *External {
	r.known(n, "externalRef", "apiVersion", "kind", "metadata")
	e := &External{Node: n}
	var at *source.Node
	if e.APIVersion, at = r.text(n, "externalRef.apiVersion", required); at != nil {
		r.groupVersion(at)
	}
	if e.Kind, at = r.text(n, "externalRef.kind", required); at != nil {
		r.kind(at)
	}
	e.Metadata = r.object(n, "externalRef.metadata", required)
	if e.Metadata == nil {
		return e
	}
	r.known(e.Metadata, "externalRef.metadata", "name", "namespace", "selector")
	name, nameAt := r.text(e.Metadata, "externalRef.metadata.name", optional)
	if nameAt != nil && name == "" {
		r.diags.Errorf(diag.RGDNameOrSelector, nameAt.Span(), "externalRef.metadata.name must not be empty")
	}
	r.text(e.Metadata, "externalRef.metadata.namespace", optional)
	e.Selector = present(e.Metadata, "selector")
	if (strings.TrimSpace(name) != "") == (e.Selector != nil) {
		r.diags.Errorf(diag.RGDNameOrSelector, e.Metadata.Span(), "exactly one of name and selector must be set in externalRef.metadata")
	}
	if e.Selector != nil && e.Selector.Kind() != source.Map && e.Selector.Kind() != source.String {
		r.diags.Errorf(diag.RGDSelector, e.Selector.Span(), "selector must be a label selector or an expression that gives one")
	}
	return e
}
