package crd

import (
	"math"
	"reflect"
	"unicode/utf8"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// exact is the largest integer up to which JSON writes all digits of every float64.
const exact = 1 << 53

// plainer makes the object of a CRD without writing JSON, whose tables of the types of a CRD
// alone cost a process half a millisecond.
type plainer struct {
	// unfit is set by parts that only JSON can say.
	unfit bool
}

// plain is a CRD as [Object] answers it. It reports false for one with parts that Synthesize and
// SimpleSchema do not make, and for one that is no valid JSON.
func plain(c *apiextensionsv1.CustomResourceDefinition) (map[string]any, bool) {
	p := &plainer{}
	object := map[string]any{"metadata": p.metadata(&c.ObjectMeta), "spec": p.spec(&c.Spec)}
	p.text(object, "apiVersion", c.APIVersion)
	p.text(object, "kind", c.Kind)
	return object, !p.unfit
}

func (p *plainer) metadata(m *metav1.ObjectMeta) map[string]any {
	others := *m
	others.Name, others.Labels, others.Annotations, others.CreationTimestamp = "", nil, nil, metav1.Time{}
	p.unfit = p.unfit || !reflect.ValueOf(others).IsZero()
	into := map[string]any{}
	p.text(into, "name", m.Name)
	p.table(into, "labels", m.Labels)
	p.table(into, "annotations", m.Annotations)
	return into
}

func (p *plainer) spec(s *apiextensionsv1.CustomResourceDefinitionSpec) map[string]any {
	p.unfit = p.unfit || s.Versions == nil || s.Conversion != nil || s.PreserveUnknownFields
	names := map[string]any{"plural": p.valid(s.Names.Plural), "kind": p.valid(s.Names.Kind)}
	p.text(names, "singular", s.Names.Singular)
	p.texts(names, "shortNames", s.Names.ShortNames)
	p.text(names, "listKind", s.Names.ListKind)
	p.texts(names, "categories", s.Names.Categories)
	versions := make([]any, len(s.Versions))
	for i := range s.Versions {
		versions[i] = p.version(&s.Versions[i])
	}
	return map[string]any{"group": p.valid(s.Group), "names": names, "scope": p.valid(string(s.Scope)), "versions": versions}
}

func (p *plainer) version(v *apiextensionsv1.CustomResourceDefinitionVersion) map[string]any {
	p.unfit = p.unfit || v.Deprecated || v.DeprecationWarning != nil || len(v.SelectableFields) > 0
	into := map[string]any{"name": p.valid(v.Name), "served": v.Served, "storage": v.Storage}
	if v.Schema != nil {
		schema := map[string]any{}
		if s := v.Schema.OpenAPIV3Schema; s != nil {
			schema["openAPIV3Schema"] = p.schema(s)
		}
		into["schema"] = schema
	}
	if sub := v.Subresources; sub != nil {
		p.unfit = p.unfit || sub.Scale != nil
		subresources := map[string]any{}
		if sub.Status != nil {
			subresources["status"] = map[string]any{}
		}
		into["subresources"] = subresources
	}
	if len(v.AdditionalPrinterColumns) == 0 {
		return into
	}
	columns := make([]any, len(v.AdditionalPrinterColumns))
	for i, c := range v.AdditionalPrinterColumns {
		column := map[string]any{"name": p.valid(c.Name), "type": p.valid(c.Type), "jsonPath": p.valid(c.JSONPath)}
		p.text(column, "format", c.Format)
		p.text(column, "description", c.Description)
		unlessZero(column, "priority", int64(c.Priority))
		columns[i] = column
	}
	into["additionalPrinterColumns"] = columns
	return into
}

// schema makes the object of a schema, and of those inside of it.
func (p *plainer) schema(s *apiextensionsv1.JSONSchemaProps) map[string]any {
	p.unfit = p.unfit || s.ID != "" || s.Schema != "" || s.Ref != nil || s.Not != nil || s.AdditionalItems != nil || s.ExternalDocs != nil ||
		len(s.AllOf)+len(s.OneOf)+len(s.AnyOf)+len(s.PatternProperties)+len(s.Dependencies)+len(s.Definitions) > 0
	into := map[string]any{}
	p.text(into, "description", s.Description)
	p.text(into, "type", s.Type)
	p.text(into, "format", s.Format)
	p.text(into, "title", s.Title)
	p.text(into, "pattern", s.Pattern)
	p.texts(into, "required", s.Required)
	p.children(into, s)
	p.limits(into, s)
	p.values(into, s)
	p.extensions(into, s)
	return into
}

func (p *plainer) children(into map[string]any, s *apiextensionsv1.JSONSchemaProps) {
	if s.Items != nil {
		if s.Items.Schema == nil || len(s.Items.JSONSchemas) > 0 {
			p.unfit = true
			return
		}
		into["items"] = p.schema(s.Items.Schema)
	}
	if a := s.AdditionalProperties; a != nil {
		into["additionalProperties"] = a.Allows
		if a.Schema != nil {
			into["additionalProperties"] = p.schema(a.Schema)
		}
	}
	if len(s.Properties) == 0 {
		return
	}
	properties := make(map[string]any, len(s.Properties))
	for name, property := range s.Properties {
		properties[p.valid(name)] = p.schema(&property)
	}
	into["properties"] = properties
}

func (p *plainer) limits(into map[string]any, s *apiextensionsv1.JSONSchemaProps) {
	p.number(into, "maximum", s.Maximum)
	p.number(into, "minimum", s.Minimum)
	p.number(into, "multipleOf", s.MultipleOf)
	unlessZero(into, "exclusiveMaximum", s.ExclusiveMaximum)
	unlessZero(into, "exclusiveMinimum", s.ExclusiveMinimum)
	unlessZero(into, "uniqueItems", s.UniqueItems)
	unlessNil(into, "maxLength", s.MaxLength)
	unlessNil(into, "minLength", s.MinLength)
	unlessNil(into, "maxItems", s.MaxItems)
	unlessNil(into, "minItems", s.MinItems)
	unlessNil(into, "maxProperties", s.MaxProperties)
	unlessNil(into, "minProperties", s.MinProperties)
}

// values are the parts of a schema that hold JSON themselves.
func (p *plainer) values(into map[string]any, s *apiextensionsv1.JSONSchemaProps) {
	if s.Default != nil && !isNull(*s.Default) {
		into["default"] = p.raw(*s.Default)
	}
	if s.Example != nil {
		into["example"] = p.raw(*s.Example)
	}
	if len(s.Enum) == 0 {
		return
	}
	enum := make([]any, len(s.Enum))
	for i, v := range s.Enum {
		enum[i] = p.raw(v)
	}
	into["enum"] = enum
}

func (p *plainer) extensions(into map[string]any, s *apiextensionsv1.JSONSchemaProps) {
	unlessZero(into, "nullable", s.Nullable)
	unlessNil(into, "x-kubernetes-preserve-unknown-fields", s.XPreserveUnknownFields)
	unlessZero(into, "x-kubernetes-embedded-resource", s.XEmbeddedResource)
	unlessZero(into, "x-kubernetes-int-or-string", s.XIntOrString)
	p.texts(into, "x-kubernetes-list-map-keys", s.XListMapKeys)
	p.pointed(into, "x-kubernetes-list-type", s.XListType)
	p.pointed(into, "x-kubernetes-map-type", s.XMapType)
	if len(s.XValidations) == 0 {
		return
	}
	rules := make([]any, len(s.XValidations))
	for i, r := range s.XValidations {
		rule := map[string]any{"rule": p.valid(r.Rule)}
		p.text(rule, "message", r.Message)
		p.text(rule, "messageExpression", r.MessageExpression)
		p.pointed(rule, "reason", (*string)(r.Reason))
		p.text(rule, "fieldPath", r.FieldPath)
		unlessNil(rule, "optionalOldSelf", r.OptionalOldSelf)
		rules[i] = rule
	}
	into["x-kubernetes-validations"] = rules
}

// valid is a text that JSON can say.
func (p *plainer) valid(text string) string {
	p.unfit = p.unfit || !utf8.ValidString(text)
	return text
}

func (p *plainer) text(into map[string]any, name, value string) {
	if value != "" {
		into[name] = p.valid(value)
	}
}

func (p *plainer) pointed(into map[string]any, name string, value *string) {
	if value != nil {
		into[name] = p.valid(*value)
	}
}

func (p *plainer) texts(into map[string]any, name string, values []string) {
	if len(values) == 0 {
		return
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = p.valid(v)
	}
	into[name] = list
}

func (p *plainer) table(into map[string]any, name string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	table := make(map[string]any, len(values))
	for k, v := range values {
		table[p.valid(k)] = p.valid(v)
	}
	into[name] = table
}

// number is an integer when it has no fraction, as it is after it was written.
func (p *plainer) number(into map[string]any, name string, value *float64) {
	switch {
	case value == nil:
	case math.IsNaN(*value) || math.Abs(*value) > exact:
		p.unfit = true
	case *value == math.Trunc(*value):
		into[name] = int64(*value)
	default:
		into[name] = *value
	}
}

func (p *plainer) raw(value apiextensionsv1.JSON) any {
	if len(value.Raw) == 0 {
		return nil
	}
	var v any
	if err := utiljson.Unmarshal(value.Raw, &v); err != nil {
		p.unfit = true
	}
	return v
}

func unlessZero[T bool | int64](into map[string]any, name string, value T) {
	var zero T
	if value != zero {
		into[name] = value
	}
}

func unlessNil[T int64 | bool](into map[string]any, name string, value *T) {
	if value != nil {
		into[name] = *value
	}
}
