package graph

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/simpleschema"
)

// Options are what compiling needs besides the RGD.
type Options struct {
	// Catalog knows the kinds that templates use, those of other RGDs included.
	Catalog  *catalog.Catalog
	Language *expr.Language
	// Omit allows omit(), which kro keeps behind a feature gate that is off by default.
	Omit bool
}

// instanceName is the variable that holds the instance, and itemName the one that
// holds an item of a collection in its readyWhen.
const (
	instanceName = "schema"
	itemName     = "each"
	runtimeName  = "runtime"
)

// compiler holds what the stages of one compilation hand on.
type compiler struct {
	options Options
	rgd     *rgd.RGD
	graph   *Graph
	drafts  []*draft
	index   map[string]int // position by id
	scope   *expr.Scope
	status  *statusDraft
	built   *simpleschema.Built
	// broken are the expressions with problems that make checking their types pointless.
	broken map[*expr.Parsed]bool
	// misnamed are names that expressions cannot use although the RGD gives them.
	misnamed map[string]bool
	diags    diag.List
}

// Compile compiles an RGD. When the list has errors the Graph is nil. Every stage
// that has what it needs runs, so that one call finds the problems of all of them.
func Compile(r *rgd.RGD, options Options) (*Graph, diag.List) {
	index := make(map[string]int, len(r.Resources))
	c := &compiler{options: options, rgd: r, graph: &Graph{RGD: r, index: index}, index: index, broken: map[*expr.Parsed]bool{}, misnamed: misnamed(r)}
	c.instance()
	for i, res := range r.Resources {
		c.index[res.ID] = i
		c.drafts = append(c.drafts, c.draft(res))
	}
	c.parseStatus()
	c.dependencies()
	c.check()
	c.finish()
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	return c.graph, c.diags
}

// add takes over the problems of another stage.
func (c *compiler) add(list diag.List) { c.diags = append(c.diags, list...) }

// dependencies connects the drafts and orders them.
func (c *compiler) dependencies() {
	edges := make([][]int, len(c.drafts))
	for i, d := range c.drafts {
		for _, p := range d.references() {
			for _, id := range p.IDs() {
				at, ok := c.index[id]
				if !ok || slices.Contains(edges[i], at) || slices.Contains(d.iterators(), id) {
					continue
				}
				if at == i {
					c.self(p, id)
					continue
				}
				edges[i] = append(edges[i], at)
			}
		}
		slices.Sort(edges[i])
		d.base.Dependencies = edges[i]
	}
	o, cycle := order(edges)
	if cycle != nil {
		c.reportCycle(cycle)
		return
	}
	c.graph.Order = o
}

func (c *compiler) self(p *expr.Parsed, id string) {
	for _, n := range p.Names {
		if n.ID == id {
			c.broken[p] = true
			c.diags.Errorf(diag.GraphSelf, p.SpanOfName(n), "resource %q refers to itself", id).
				WithHint("only readyWhen may look at the resource's own state")
			return
		}
	}
}

// reportCycle names every edge of a cycle with the expression that makes it.
func (c *compiler) reportCycle(cycle []int) {
	ids := make([]string, len(cycle))
	for i, at := range cycle {
		ids[i] = c.drafts[at].base.ID
	}
	first := c.drafts[cycle[0]]
	d := diag.Diagnostic{
		Code: diag.GraphCycle, Severity: diag.Error, Span: first.base.Source.IDNode.Span(),
		Message: "these resources wait for each other: " + strings.Join(ids, " → "),
		Hint:    "remove one of the references",
	}
	for i := 0; i+1 < len(cycle); i++ {
		from, to := c.drafts[cycle[i]], c.drafts[cycle[i+1]].base.ID
		for _, p := range from.references() {
			if at := slices.IndexFunc(p.Names, func(n expr.Name) bool { return n.ID == to }); at >= 0 {
				d.WithRelated(p.SpanOfName(p.Names[at]), "%s refers to %s here", from.base.ID, to)
				break
			}
		}
	}
	c.diags = append(c.diags, d)
}

// lookup finds the kind of a node and says so when the catalogue does not know it.
func (c *compiler) lookup(base *Base, res rgd.Resource) (catalog.Kind, bool) {
	kind, ok := c.options.Catalog.Lookup(base.GVK)
	if ok {
		return kind, true
	}
	at := res.Node
	if res.Template != nil {
		at = res.Template.Get("kind")
	} else if res.External != nil {
		at = res.External.Node.Get("kind")
	}
	d := c.diags.Warnf(diag.RGDUnknownKind, at.Span(), "the schema of %s is not known: its fields are not checked, and whether it is namespaced is not known", gvkText(base.GVK))
	if s := c.options.Catalog.Suggest(base.GVK); s != "" {
		d.WithHint("did you mean %s?", s)
	} else {
		d.WithHint("give its CustomResourceDefinition with --crds or put it beside the RGD")
	}
	return catalog.Kind{}, false
}

func gvkText(gvk schema.GroupVersionKind) string {
	return gvk.GroupVersion().String() + " " + gvk.Kind
}
