package health

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// Options steer the checks.
type Options struct {
	// Passthrough says that a kro in the cluster expands the instances: then RGDs have a check,
	// too, an instance without a status is Progressing, and nodes have none, since Argo CD does
	// not apply them. Otherwise nobody may ever report on an instance, and one without a status is
	// Healthy: Argo CD has applied it after all of its resources, and has waited for those.
	Passthrough bool
}

// Check is the health check of one kind.
type Check struct {
	Group, Kind string
	// Lua is the script, or "" where nothing could be translated.
	Lua string
	// From says to people what the check was made from, without a full stop.
	From string
	// Left are the conditions that are not part of the script.
	Left []Left
}

// Left is a readyWhen that a check does not have.
type Left struct {
	Node       string
	Span       source.Span
	Expression string
	Why        string // without a full stop
}

// Key is the check's key in the data of the ConfigMap argocd-cm.
func (c Check) Key() string {
	if c.Group == "" {
		return "resource.customizations.health." + c.Kind
	}
	return "resource.customizations.health." + c.Group + "_" + c.Kind
}

// Checks are the checks of everything in a program, sorted by group and kind. RGDs of a library
// are part of it: somebody's instances are of their kinds.
func Checks(p *render.Program, o Options) []Check {
	var checks []Check
	instances := map[schema.GroupKind]bool{}
	for _, g := range p.Graphs() {
		gvk := g.InstanceGVK()
		instances[gvk.GroupKind()] = true
		checks = append(checks, Check{
			Group: gvk.Group, Kind: gvk.Kind, Lua: instanceScript(o),
			From: "the instances of the RGD " + g.RGD.Name,
		})
	}
	if o.Passthrough && len(checks) > 0 {
		checks = append(checks, Check{Group: rgd.DefaultGroup, Kind: rgd.Kind, Lua: definitionScript(), From: "RGDs"})
	}
	if !o.Passthrough {
		checks = append(checks, nodeChecks(p, instances)...)
	}
	slices.SortStableFunc(checks, func(a, b Check) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind)) })
	return checks
}

// nodeChecks are the checks of kinds that nodes use.
func nodeChecks(p *render.Program, instances map[schema.GroupKind]bool) []Check {
	uses := map[schema.GroupKind][]*graph.Base{}
	for _, g := range p.Graphs() {
		for _, n := range g.Nodes {
			base := n.Base()
			kind, known := p.Catalog().Lookup(base.GVK)
			gk, checked := base.GVK.GroupKind(), known && kind.BuiltIn
			if base.Source.External == nil && !instances[gk] && !checked {
				uses[gk] = append(uses[gk], base)
			}
		}
	}
	var checks []Check
	for gk, nodes := range uses { // sorted by the caller: there is one check for each kind
		if c, ok := nodeCheck(gk, nodes); ok {
			checks = append(checks, c)
		}
	}
	return checks
}

// nodeCheck is the check of one kind, made of what all of its nodes ask for.
func nodeCheck(gk schema.GroupKind, nodes []*graph.Base) (Check, bool) {
	c := Check{Group: gk.Group, Kind: gk.Kind}
	var shared []condition
	var from []string
	for i, base := range nodes {
		from = append(from, base.ID)
		var own []condition
		for _, ready := range base.ReadyWhen {
			t, err := translate(ready.AST().Expr(), variableOf(base))
			if err != nil {
				c.Left = append(c.Left, left(base, ready, err.Error()))
				continue
			}
			own = append(own, condition{base: base, ready: ready, lua: t})
		}
		if i == 0 {
			shared = own
			continue
		}
		shared = c.common(shared, own)
	}
	if len(shared) > 0 {
		c.Lua = nodeScript(shared)
	}
	slices.SortStableFunc(c.Left, func(a, b Left) int { return a.Span.Compare(b.Span) })
	c.From = "readyWhen of " + strings.Join(from, ", ")
	return c, c.Lua != "" || len(c.Left) > 0
}

// condition is a readyWhen in Lua.
type condition struct {
	base  *graph.Base
	ready *expr.Checked
	lua   phrase
}

// common are the conditions that two sets share; the others are left out of the check.
func (c *Check) common(a, b []condition) []condition {
	const why = "another node of the kind does not ask for it"
	in := func(set []condition) func(condition) bool {
		return func(x condition) bool {
			return slices.ContainsFunc(set, func(y condition) bool { return x.lua.text == y.lua.text })
		}
	}
	var shared []condition
	for _, x := range a {
		if in(b)(x) {
			shared = append(shared, x)
		} else {
			c.Left = append(c.Left, left(x.base, x.ready, why))
		}
	}
	for _, x := range b {
		if !in(a)(x) {
			c.Left = append(c.Left, left(x.base, x.ready, why))
		}
	}
	return shared
}

func left(base *graph.Base, ready *expr.Checked, why string) Left {
	return Left{Node: base.ID, Span: ready.Span(), Expression: ready.Text(), Why: why}
}

// variableOf is the name of the live object in the readyWhen of a node.
func variableOf(base *graph.Base) string {
	if len(base.Source.ForEach) > 0 {
		return "each"
	}
	return base.ID
}
