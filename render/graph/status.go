package graph

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// statusDraft is schema.status while its expressions are parsed but not yet checked.
type statusDraft struct {
	node       *source.Node
	fields     []field
	conditions []*expr.Parsed
}

// conditionsKey is the key of schema.status that holds the author's conditions.
const conditionsKey = "conditions"

// parseStatus reads schema.status.
func (c *compiler) parseStatus() {
	s := &statusDraft{node: c.rgd.Schema.Status}
	c.status = s
	for _, f := range s.node.Fields() {
		if f.Key == conditionsKey {
			c.parseConditions(f.Value)
			continue
		}
		c.statusField(f.Value, fieldpath.Path{}.Key(f.Key))
	}
	for _, f := range s.fields {
		c.statusNames(f)
	}
	c.conditionRules()
}

// statusField collects the expressions below a status value. Empty objects and
// lists neither project anything nor hurt.
func (c *compiler) statusField(n *source.Node, path fieldpath.Path) {
	switch n.Kind() {
	case source.Map:
		for _, f := range n.Fields() {
			c.statusField(f.Value, path.Key(f.Key))
		}
		return
	case source.List:
		for i, item := range n.Items() {
			c.statusField(item, path.Index(i))
		}
		return
	case source.String:
		if f, ok := c.field(n, path); ok {
			c.status.fields = append(c.status.fields, f)
			return
		}
	case source.Null, source.Bool, source.Int, source.Float:
	}
	c.diags.Errorf(diag.GraphStatusLiteral, n.Span(), "status.%s has no expression", path).
		WithHint("a status field must be computed; write ${…}")
}

// statusNames checks which names a status field uses.
func (c *compiler) statusNames(f field) {
	refers := false
	for _, p := range f.parsed {
		if p == nil {
			continue
		}
		c.known(p, nil, "status")
		c.forbidOmit(p)
		refers = refers || len(p.Names) > 0
	}
	if !refers && len(f.parsed) > 0 && !slices.Contains(f.parsed, nil) {
		c.diags.Errorf(diag.GraphStatusNoRef, f.node.Span(), "status.%s refers to no resource and not to the instance", f.path).
			WithHint("it would be the same for every instance; use a resource, or schema")
	}
}

func (c *compiler) parseConditions(n *source.Node) {
	if n.Kind() != source.List {
		c.diags.Errorf(diag.GraphConditions, n.Span(), "status.conditions must be a list of expressions, not %s", n.Kind())
		return
	}
	for _, item := range n.Items() {
		if item.Kind() != source.String {
			c.diags.Errorf(diag.GraphConditions, item.Span(), "a condition must be an expression, and this is of type %s", item.Kind()).
				WithHint("write ${runtime.newCondition({type: 'Ready', status: …})}")
			continue
		}
		chunk, diags := expr.Only(item, "a condition")
		c.add(diags)
		if p := c.parse(chunk); p != nil {
			c.forbidOmit(p)
			c.status.conditions = append(c.status.conditions, p)
		}
	}
}

// conditionRules holds the author's conditions against kro's rules for them
// (docs/compat/kro.md#conditions).
func (c *compiler) conditionRules() {
	owner := map[string]int{}
	place := map[string]source.Span{}
	for i, p := range c.status.conditions {
		c.conditionNames(p)
		for _, call := range p.ConditionCalls() {
			if !call.New || call.Type == nil {
				continue
			}
			name := call.Type.Value
			if first, ok := owner[name]; ok && first != i {
				c.diags.Errorf(diag.GraphCondition, call.Type.Span, "the condition %q is declared by more than one entry", name).
					WithRelated(place[name], "first declared here")
				continue
			}
			owner[name], place[name] = i, call.Type.Span
		}
	}
	for _, p := range c.status.conditions {
		for _, call := range p.ConditionCalls() {
			c.conditionCall(call, owner)
		}
	}
}

func (c *compiler) conditionNames(p *expr.Parsed) {
	for _, n := range p.Names {
		if _, ok := c.index[n.ID]; ok || n.ID == instanceName || n.ID == runtimeName {
			continue
		}
		c.broken[p] = true
		d := c.diags.Errorf(diag.ExpressionUnknown, p.SpanOfName(n), "nothing is called %q", n.ID)
		if s := diag.Suggest(n.ID, append(c.candidates(nil), runtimeName)); s != "" {
			d.WithHint("did you mean %q?", s)
		}
	}
}

// builtinConditions are the conditions that kro sets itself.
func builtinConditions() []string {
	return []string{"InstanceManaged", "GraphResolved", "ResourcesReady", "Ready"}
}

func (c *compiler) conditionCall(call expr.ConditionCall, declared map[string]int) {
	if call.New {
		if call.Status != nil && !slices.Contains([]string{"True", "False", "Unknown"}, call.Status.Value) {
			c.diags.Errorf(diag.GraphCondition, call.Status.Span, "the status of a condition must be True, False or Unknown, not %q", call.Status.Value)
		}
		if call.Type != nil && call.Type.Value == "" {
			c.diags.Errorf(diag.GraphCondition, call.Type.Span, "the type of a condition must not be empty")
		}
		return
	}
	if call.Object != instanceName || call.Type == nil || slices.Contains(builtinConditions(), call.Type.Value) {
		return
	}
	if _, own := declared[call.Type.Value]; own {
		c.diags.Errorf(diag.GraphCondition, call.Type.Span, "a condition cannot read the condition %q, which this RGD declares", call.Type.Value)
		return
	}
	c.diags.Errorf(diag.GraphCondition, call.Type.Span, "kro sets no condition %q", call.Type.Value).
		WithHint("of the instance only %s can be read", strings.Join(builtinConditions(), ", "))
}
