package parameters

import (
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// Apply answers the objects of an application with the fields that parameters set. Of two parameters where one
// sets a part of what the other sets, the part counts. With errors in the list the objects say nothing.
func Apply(objects []*source.Node, targets []Target, overrides []Override) ([]*source.Node, diag.List) {
	if len(overrides) == 0 {
		return objects, nil
	}
	var diags diag.List
	perTarget := make([][]Override, len(targets))
	for _, o := range overrides {
		i := slices.IndexFunc(targets, func(t Target) bool { return len(targets) == 1 && o.Kind == "" || t.named(o) })
		if problem := ambiguous(targets, o); problem != "" {
			d := diags.Errorf(CodeInstance, whole(o.value.file), "%s", problem)
			if len(targets) > 0 {
				d.WithHint("the parameters of this application are %s", examples(targets, o))
			}
			continue
		}
		perTarget[i] = append(perTarget[i], o)
	}
	changed := slices.Clone(objects)
	for i, list := range perTarget {
		// What leads to a part comes before the part.
		slices.SortStableFunc(list, func(a, b Override) int { return a.Path.Compare(b.Path) })
		for j, o := range list {
			if j > 0 && o.Path.Equal(list[j-1].Path) {
				diags.Errorf(CodeTwice, whole(o.value.file), "the parameter %s sets the same field", printable(list[j-1].Parameter))
				continue
			}
			node, problems := o.set(changed[targets[i].Object], targets[i])
			diags = append(diags, problems...)
			changed[targets[i].Object] = node
		}
	}
	return changed, diags
}

// ambiguous says why an override does not name exactly one instance, or "".
func ambiguous(targets []Target, o Override) string {
	count := 0
	for _, t := range targets {
		if t.named(o) {
			count++
		}
	}
	switch {
	case len(targets) == 0:
		return "the application has no instance of an RGD whose field could be set"
	case o.Kind == "" && len(targets) > 1:
		return "the application has more than one instance, and the parameter does not say which one it means"
	case o.Kind != "" && count == 0:
		return "the application has no such instance"
	case count > 1:
		return "the application has more than one instance of this kind and name"
	}
	return ""
}

// maxExamples is the number of parameters that a hint names.
const maxExamples = 5

// examples are what the parameter could have been called.
func examples(targets []Target, o Override) string {
	var all []string
	for _, t := range targets {
		all = append(all, t.parameter(o.Path.String()))
	}
	if near := diag.Suggest(o.Parameter, all); near != "" && o.Kind != "" {
		all = []string{near}
	}
	if rest := len(all) - maxExamples; rest > 0 {
		all = append(all[:maxExamples], "…")
	}
	return strings.Join(all, ", ")
}

// set is an instance with the field of an override.
func (o Override) set(n *source.Node, t Target) (*source.Node, diag.List) {
	c := converter{override: o}
	schema := c.schemaAt(t)
	if len(c.diags) > 0 {
		return n, c.diags
	}
	v := c.value(schema)
	if len(c.diags) > 0 {
		return n, c.diags
	}
	return o.put(n, o.Path.Elements(), v), nil
}

// put is a tree with a value at a path of keys. What is missing on the way is made.
func (o Override) put(n *source.Node, keys []fieldpath.Element, v *source.Node) *source.Node {
	if len(keys) == 0 {
		return v
	}
	if n.Kind() != source.Map {
		n = o.parsed("{}")
	}
	key, _ := keys[0].Key()
	f, found := n.Field(key)
	if !found {
		f = source.Field{Key: key, KeyAt: v}
	}
	f.Value = o.put(f.Value, keys[1:], v)
	return n.Without(key).With(f)
}

// parsed is the value of a text in the place of the override's, or nil.
func (o Override) parsed(text string) *source.Node {
	docs, problems := source.Parse(textOf(o.Parameter, text), source.Limits{})
	if len(docs) != 1 || len(problems) > 0 {
		return nil
	}
	return docs[0].Root
}

// schemaAt is the schema of the field, nil where anything may stand.
func (c *converter) schemaAt(t Target) *apiextensionsv1.JSONSchemaProps {
	at := specOf(t)
	elements := c.override.Path.Elements()
	path := fieldpath.Path{}.Key("spec")
	for _, e := range elements[1:] {
		key, _ := e.Key()
		next, fields := member(at, key)
		if next == nil && fields != nil {
			d := c.diags.Errorf(CodeField, whole(c.override.value.file), "%s has no field %q", path, key)
			if near := diag.Suggest(key, fields); near != "" {
				d.WithHint("did you mean %q?", t.parameter(path.Key(near).String()))
			}
			return nil
		}
		at, path = next, path.Key(key)
	}
	return at
}

// specOf is the schema of the spec of an instance.
func specOf(t Target) *apiextensionsv1.JSONSchemaProps {
	for _, v := range t.Graph.CRD.Spec.Versions {
		if v.Schema != nil && v.Schema.OpenAPIV3Schema != nil {
			spec, ok := v.Schema.OpenAPIV3Schema.Properties["spec"]
			if ok {
				return &spec
			}
		}
	}
	return nil
}

// member is the schema of a key of an object. Where there is no such key, fields are those that there are; both are nil
// where anything may stand.
func member(s *apiextensionsv1.JSONSchemaProps, key string) (next *apiextensionsv1.JSONSchemaProps, fields []string) {
	if s == nil {
		return nil, nil
	}
	if property, ok := s.Properties[key]; ok {
		return &property, nil
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		return s.AdditionalProperties.Schema, nil
	}
	if free(s) {
		return nil, nil
	}
	return nil, properties(s)
}

// free reports that fields which the schema does not name may stand in an object.
func free(s *apiextensionsv1.JSONSchemaProps) bool {
	return s == nil || s.XPreserveUnknownFields != nil && *s.XPreserveUnknownFields ||
		s.AdditionalProperties != nil && s.AdditionalProperties.Schema == nil && s.AdditionalProperties.Allows
}
