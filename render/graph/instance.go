package graph

import (
	"maps"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/crd"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/typing"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/simpleschema"
)

// instance reads the API that the RGD defines and types the variable schema.
func (c *compiler) instance() {
	built, diags := simpleschema.Build(c.rgd.Schema.Spec, c.rgd.Schema.Types)
	c.add(diags)
	c.built = built
	text := &catalog.Schema{Type: "string"}
	root := &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{
		"apiVersion": text,
		"kind":       text,
		"metadata":   metadataSchema(c.rgd.Schema),
	}}
	if built != nil {
		root.Properties["spec"] = withoutListTypes(catalog.FromJSONSchemaProps(built.Schema))
	} else {
		// The schema has errors already; expressions must not be blamed for fields it lacks.
		root.Properties["spec"] = &catalog.Schema{Type: "object", PreserveUnknown: true}
	}
	c.graph.InstanceSchema = root
}

// metadataSchema is ObjectMeta. A cluster-scoped instance has no namespace to read.
func metadataSchema(s rgd.Schema) *catalog.Schema {
	meta := catalog.ObjectMeta()
	if s.Namespaced {
		return meta
	}
	copied := *meta
	copied.Properties = make(map[string]*catalog.Schema, len(meta.Properties))
	for name, s := range meta.Properties {
		if name != "namespace" {
			copied.Properties[name] = s
		}
	}
	return &copied
}

// withoutListTypes forgets x-kubernetes-list-type: in kro the lists of an instance
// compare and add up like any other list (docs/compat/kro.md#instance-lists).
func withoutListTypes(s *catalog.Schema) *catalog.Schema {
	if s == nil {
		return nil
	}
	copied := *s
	copied.ListType, copied.ListMapKeys = "", nil
	copied.Items = withoutListTypes(s.Items)
	copied.AdditionalProperties = withoutListTypes(s.AdditionalProperties)
	if s.Properties != nil {
		copied.Properties = make(map[string]*catalog.Schema, len(s.Properties))
		for name, p := range s.Properties {
			copied.Properties[name] = withoutListTypes(p)
		}
	}
	return &copied
}

// finish checks the status and generates the CRD.
func (c *compiler) finish() {
	if c.scope == nil {
		return
	}
	status := c.checkStatus()
	c.checkAuthorConditions()
	if c.built == nil {
		return
	}
	c.graph.Origin = c.built.Origin
	s := c.rgd.Schema
	columns, diags := crd.Columns(s.PrinterColumns)
	c.add(diags)
	c.graph.CRD = crd.Synthesize(crd.Input{
		Group: s.Group, Version: s.Version, Kind: s.Kind, Namespaced: s.Namespaced,
		Spec: c.built.Schema, Status: status,
		PrinterColumns: columns,
		ShortNames:     s.ShortNames, Categories: s.Categories, Labels: s.Labels, Annotations: s.Annotations,
	})
	problems := crd.Check(c.graph.CRD, crd.Origin{Schema: s.Node, Spec: c.built.Origin})
	if !s.Named() { // Package rgd has reported it.
		problems = slices.DeleteFunc(problems, func(d diag.Diagnostic) bool { return d.Code == diag.CRDName })
	}
	c.add(problems)
	gvk := schema.GroupVersionKind{Group: s.Group, Version: s.Version, Kind: s.Kind}
	root := *c.graph.InstanceSchema
	full := c.graph.CRD.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"]
	root.Properties = map[string]*catalog.Schema{"status": catalog.FromJSONSchemaProps(&full)}
	maps.Copy(root.Properties, c.graph.InstanceSchema.Properties)
	root.Properties["metadata"] = catalog.ObjectMeta()
	root.Properties["spec"] = catalog.FromJSONSchemaProps(c.built.Schema)
	c.graph.Kind = catalog.Kind{GVK: gvk, Schema: &root, Namespaced: s.Namespaced, Plural: c.graph.CRD.Spec.Names.Plural, Origin: "RGD " + c.rgd.Name}
}

// checkStatus checks the projections and infers the schema of the status.
func (c *compiler) checkStatus() *apiextensionsv1.JSONSchemaProps {
	plan := planner{}
	var projections []typing.Projection
	for _, f := range c.status.fields {
		v := c.checkField(c.scope, f)
		if v == nil {
			continue
		}
		plan[f.node] = v
		t := valueType(v)
		if t == nil {
			continue
		}
		projections = append(projections, typing.Projection{Path: f.path, Type: t, Node: f.node})
	}
	if c.status.node != nil {
		c.graph.Status = plan.object(c.status.node)
		for i, m := range c.graph.Status.Fields {
			if m.Key == conditionsKey {
				c.graph.Status.Fields = append(c.graph.Status.Fields[:i:i], c.graph.Status.Fields[i+1:]...)
				break
			}
		}
	}
	props, diags := c.scope.Types().StatusSchema(projections)
	c.add(diags)
	return props
}

// checkAuthorConditions checks the entries of status.conditions.
func (c *compiler) checkAuthorConditions() {
	for _, p := range c.status.conditions {
		checked, diags := c.checkIn(c.scope, p)
		c.add(diags)
		if checked == nil {
			continue
		}
		if !expr.IsCondition(checked.Type) {
			c.diags.Errorf(diag.GraphCondition, checked.Span(), "a condition must be made by runtime.newCondition(…), or be a list of such, not %s", typing.Text(checked.Type))
			continue
		}
		c.graph.Conditions = append(c.graph.Conditions, checked)
	}
}
