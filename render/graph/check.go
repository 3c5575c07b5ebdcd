package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/typing"
	"github.com/krowave/krowave/render/rgd"
)

// check finds the type of every expression and holds it against its place.
func (c *compiler) check() {
	variables := []expr.Variable{{Name: instanceName, Schema: c.graph.InstanceSchema}}
	for _, d := range c.drafts {
		if d.base.ID == runtimeName { // The language has a variable of this name.
			continue
		}
		variables = append(variables, expr.Variable{Name: d.base.ID, Schema: d.base.Schema, List: d.collection() || d.selector})
	}
	scope, err := c.options.Language.Scope(variables)
	if err != nil {
		c.diags.Errorf(diag.ExpressionType, c.rgd.Node.Span(), "%v", err)
		return
	}
	c.scope = scope
	for _, d := range c.drafts {
		c.graph.Nodes = append(c.graph.Nodes, c.node(d))
	}
}

// node checks the expressions of one resource and makes its node.
func (c *compiler) node(d *draft) Node {
	base, scope := d.base, c.scope
	dimensions, scope := c.dimensions(d, scope)
	plan := planner{}
	for _, f := range d.fields {
		f.want = c.want(d, f)
		if v := c.checkField(scope, f); v != nil {
			plan[f.node] = v
		}
	}
	base.IncludeWhen = c.checkConditions(c.scope, d.include, "includeWhen")
	readyScope := c.scope
	if d.collection() {
		each := types.DynType
		if base.Schema != nil {
			each = c.scope.Types().Declare(itemName, base.Schema)
		}
		readyScope = c.with(c.scope, itemName, each)
	}
	base.ReadyWhen = c.checkConditions(readyScope, d.ready, "readyWhen")
	switch {
	case d.selector:
		base.Template = plan.object(base.Source.External.Node)
		return &ExternalCollection{base}
	case d.external:
		base.Template = plan.object(base.Source.External.Node)
		return &External{base}
	case d.collection():
		base.Template = plan.object(base.Source.Template)
		return &Collection{base, dimensions}
	}
	base.Template = plan.object(base.Source.Template)
	return &Resource{base}
}

// want is the type that a field of a template takes.
func (c *compiler) want(d *draft, f field) *types.Type {
	if d.selector {
		if t := selectorType(f.path); t != nil {
			return t
		}
	}
	return c.scope.Types().TypeAt(d.base.ID, f.path)
}

// checkIn checks an expression unless it has been refused already.
func (c *compiler) checkIn(scope *expr.Scope, p *expr.Parsed) (*expr.Checked, diag.List) {
	if c.broken[p] {
		return nil, nil
	}
	return scope.Check(p)
}

// with extends a scope. It cannot fail for a name that passed the naming rules.
func (c *compiler) with(scope *expr.Scope, name string, t *types.Type) *expr.Scope {
	extended, err := scope.With(name, t)
	if err != nil {
		c.diags.Errorf(diag.ExpressionScope, c.rgd.Node.Span(), "%v", err)
		return scope
	}
	return extended
}

// dimensions checks the forEach lists and declares the iterators, those with a list that
// cannot be read as well, so that their uses are not blamed.
func (c *compiler) dimensions(d *draft, scope *expr.Scope) ([]Dimension, *expr.Scope) {
	var dimensions []Dimension
	elements := map[string]*types.Type{}
	for _, it := range d.forEach {
		checked, diags := c.checkIn(scope, it.list)
		c.add(diags)
		switch {
		case checked == nil:
		case checked.Type.Kind() == types.ListKind:
			elements[it.name] = checked.Type.Parameters()[0]
			dimensions = append(dimensions, Dimension{Name: it.name, List: checked})
		default:
			listError(&c.diags, it, checked)
		}
	}
	c.identity(d)
	inner := scope
	for _, name := range slices.Compact(slices.Sorted(slices.Values(d.iterators()))) {
		if rgd.Reserved(name) {
			continue
		}
		element := elements[name]
		if element == nil {
			element = types.DynType
		}
		inner = c.with(inner, name, element)
	}
	return dimensions, inner
}

func listError(diags *diag.List, it iterator, checked *expr.Checked) {
	e := diags.Errorf(diag.ExpressionList, checked.Span(), "the iterator %q needs a list, not %s", it.name, typing.Text(checked.Type))
	e.Hint = listHint(checked)
}

// listHint is how to make a list of what is not one, or "".
func listHint(checked *expr.Checked) string {
	kind := checked.Type.Kind()
	if kind == types.MapKind {
		return fmt.Sprintf("iterate over the keys: %s.map(k, k)", checked.Text())
	}
	if kind == types.DynKind {
		return "give the field a type such as []string in the schema"
	}
	if kind == types.OpaqueKind {
		return fmt.Sprintf("say what an absent list stands for: %s.orValue([])", checked.Text())
	}
	return ""
}

// identity checks that every iterator takes part in the name or namespace, without
// which two items of the collection would be the same object.
func (c *compiler) identity(d *draft) {
	where := "metadata.name"
	if d.base.Namespaced {
		where = "metadata.name or metadata.namespace"
	}
	for _, it := range d.base.Source.ForEach {
		used := rgd.Reserved(it.Name) // which was reported
		for _, f := range d.fields {
			path := f.path.String()
			if path != "metadata.name" && (path != "metadata.namespace" || !d.base.Namespaced) {
				continue
			}
			used = used || slices.ContainsFunc(f.parsed, func(p *expr.Parsed) bool { return p != nil && p.Uses(it.Name) })
		}
		if !used && d.collection() {
			c.diags.Errorf(diag.GraphIdentity, it.NameNode.Span(), "the iterator %q must be used in %s, or the objects would be one and the same", it.Name, where)
		}
	}
}

// checkField checks the expressions of one string and answers its plan.
func (c *compiler) checkField(scope *expr.Scope, f field) Value {
	checked := make([]*expr.Checked, len(f.parsed))
	complete := len(checked) > 0
	for i, p := range f.parsed {
		if p == nil {
			complete = complete && f.text.Parts[i].Chunk == nil
			continue
		}
		var diags diag.List
		checked[i], diags = c.checkIn(scope, p)
		c.add(diags)
		complete = complete && checked[i] != nil
	}
	if !complete {
		return nil
	}
	if f.text.Shape == expr.Standalone {
		c.fits(f, checked[0].Type, checked[0])
		return &Dynamic{Expression: checked[0]}
	}
	joined := &Joined{Node: f.node, Text: slices.Contains(checked, nil)}
	for i, part := range f.text.Parts {
		joined.Parts = append(joined.Parts, JoinedPart{Literal: part.Literal, Expression: checked[i]})
	}
	joined.sum = c.joinedType(joined)
	if joined.sum == nil {
		return nil
	}
	c.fits(f, joined.sum, nil)
	return joined
}

// joinedType is the type of a string template: with text in it a string, without it
// whatever + makes of its parts. It answers nil after reporting a part that does not fit.
func (c *compiler) joinedType(j *Joined) *types.Type {
	var sum *types.Type
	if j.Text {
		sum = types.StringType
	}
	for _, p := range j.Parts {
		if p.Expression == nil {
			continue
		}
		t := p.Expression.Type
		if sum == nil {
			sum = t
			continue
		}
		next := addTypes(sum, t)
		if next == nil {
			c.notText(j, p.Expression)
			return nil
		}
		sum = next
	}
	return sum
}

// notText reports a part of a string template that cannot be joined with the others.
func (c *compiler) notText(j *Joined, at *expr.Checked) {
	d := c.diags.Errorf(diag.ExpressionJoin, at.Span(), "text can only hold strings, not %s", typing.Text(at.Type))
	if !j.Text {
		d.Message = fmt.Sprintf("a value of type %s cannot be added to the one in front of it", typing.Text(at.Type))
	}
	d.Hint = textHint(at)
}

// textHint says how a value of some type becomes a string.
func textHint(e *expr.Checked) string {
	converted := []types.Kind{types.BoolKind, types.BytesKind, types.DoubleKind, types.DurationKind, types.IntKind, types.TimestampKind, types.UintKind}
	composed := []types.Kind{types.ListKind, types.MapKind, types.StructKind}
	switch kind := e.Type.Kind(); {
	case slices.Contains(converted, kind):
		return "write string(" + e.Text() + ")"
	case slices.Contains(composed, kind):
		return "write json.marshal(" + e.Text() + "), or select what is meant"
	case kind == types.OpaqueKind && e.Type.TypeName() == "optional_type":
		return "use .orValue(…) to say what an absent value stands for"
	}
	return ""
}

// addTypes is the type of a + b in CEL, or nil when there is no such +.
func addTypes(a, b *types.Type) *types.Type {
	if a.Kind() == types.DynKind || b.Kind() == types.DynKind {
		if a.Kind() == types.StringKind || b.Kind() == types.StringKind {
			return types.StringType
		}
		return types.DynType
	}
	kind := b.Kind()
	switch {
	case slices.Contains([]types.Kind{types.StringKind, types.IntKind, types.UintKind, types.DoubleKind, types.BytesKind}, a.Kind()):
		if a.IsExactType(b) {
			return a
		}
	case a.Kind() == types.ListKind && kind == types.ListKind:
		if a.IsAssignableType(b) || b.IsAssignableType(a) {
			return a
		}
	case a.Kind() == types.DurationKind && (kind == types.DurationKind || kind == types.TimestampKind):
		return b
	case a.Kind() == types.TimestampKind && kind == types.DurationKind:
		return a
	}
	return nil
}

// checkConditions checks expressions that must be boolean.
func (c *compiler) checkConditions(scope *expr.Scope, list []*expr.Parsed, what string) []*expr.Checked {
	var all []*expr.Checked
	for _, p := range list {
		checked, diags := c.checkIn(scope, p)
		c.add(diags)
		if checked == nil {
			continue
		}
		if !boolean(checked.Type) {
			d := c.diags.Errorf(diag.ExpressionCondition, checked.Span(), "%s must be a boolean, not %s", what, typing.Text(checked.Type))
			if checked.Type.Kind() == types.DynKind {
				d.WithHint("compare it: %s == true", checked.Text())
			}
			continue
		}
		all = append(all, checked)
	}
	return all
}

// boolean reports bool and optional bool, but not dyn.
func boolean(t *types.Type) bool {
	if t.IsExactType(types.BoolType) {
		return true
	}
	return t.Kind() == types.OpaqueKind && t.TypeName() == "optional_type" && len(t.Parameters()) == 1 && t.Parameters()[0].IsExactType(types.BoolType)
}

// fits holds the type of a value against the type of its field. The expression is nil when
// the value is made of several.
func (c *compiler) fits(f field, got *types.Type, e *expr.Checked) {
	reason, ok := c.scope.Types().Compatible(got, f.want)
	if ok {
		return
	}
	at := f.node.Span()
	if e != nil {
		at = e.Span()
	} else if slices.ContainsFunc(c.diags, func(d diag.Diagnostic) bool { return d.Code == diag.ExpressionInText && d.Span == at }) {
		return // that the field takes no text has been said
	}
	want, is := typing.Text(f.want), typing.Text(got)
	d := c.diags.Errorf(diag.ExpressionMismatch, at, "%s takes %s, not %s", f.path, want, is)
	if reason != is+" is not "+want {
		d.Message += ": " + reason
	}
	switch {
	case strings.Contains(reason, "a map with one type of values"):
		d.WithHint("write dyn(…) around one of the values, so that the map may hold values of any type")
	case e != nil:
		d.Hint = conversionHint(e, got, f.want)
	}
}

// conversionHint says how a value becomes one of another type.
func conversionHint(e *expr.Checked, got, want *types.Type) string {
	numeric := slices.Contains([]types.Kind{types.IntKind, types.UintKind, types.DoubleKind, types.StringKind}, got.Kind())
	switch {
	case want.Kind() == types.StringKind:
		return textHint(e)
	case want.Kind() == types.IntKind && numeric:
		return "write int(" + e.Text() + ")"
	case want.Kind() == types.DoubleKind && numeric:
		return "write double(" + e.Text() + ")"
	case want.Kind() == types.BoolKind && got.Kind() == types.StringKind:
		return "write bool(" + e.Text() + ")"
	case want.Kind() == types.BytesKind && got.Kind() == types.StringKind:
		return "kro takes bytes here but cannot put them into an object: use stringData instead of data, or dyn(base64.encode(bytes(…)))"
	}
	return ""
}

// valueType is the static type of a compiled string, or nil for other values.
func valueType(v Value) *types.Type {
	switch v := v.(type) {
	case *Dynamic:
		return v.Expression.Type
	case *Joined:
		return v.sum
	case *Fixed, *Object, *Array:
	}
	return nil
}
