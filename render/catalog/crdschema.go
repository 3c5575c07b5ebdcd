package catalog

import (
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// schema reads a schema as it is written. Of keys that we have no use for, or
// that API servers do not know, nothing is said.
func (r *crdReader) schema(n *source.Node) *Schema {
	if n == nil {
		return nil
	}
	s := &Schema{}
	for _, f := range n.Fields() {
		if f.Value.Kind() != source.Null {
			_ = r.shape(s, f) || r.limit(s, f) || r.extension(s, f)
		}
	}
	s.IntOrString = s.IntOrString || s.Format == formatIntOrString
	return s
}

// shape reads a field that says what a value is made of, and reports whether it is one.
func (r *crdReader) shape(s *Schema, f source.Field) bool {
	switch f.Key {
	case "type":
		s.Type = r.string(f)
	case "format":
		s.Format = r.string(f)
	case "description":
		s.Description = r.string(f)
	case "properties":
		s.Properties = r.properties(f)
	case "additionalProperties":
		if f.Value.Kind() == source.Bool {
			s.AnyAdditional = isTrue(f.Value)
		} else {
			s.AdditionalProperties = r.nested(f)
		}
	case "items":
		s.Items = r.nested(f)
	case "required":
		s.Required = r.strings(f)
	case "oneOf":
		s.OneOf = r.list(f)
	case "anyOf":
		s.AnyOf = r.list(f)
	case "allOf":
		s.AllOf = r.list(f)
	case "not":
		s.Not = r.nested(f)
	default:
		return false
	}
	return true
}

// limit reads a field that restricts a value, and reports whether it is one.
func (r *crdReader) limit(s *Schema, f source.Field) bool {
	switch f.Key {
	case "enum":
		s.Enum, _ = r.value(f, source.List).([]any)
	case "default":
		s.Default = f.Value.JSON()
	case "nullable":
		s.Nullable = r.bool(f)
	case "pattern":
		s.Pattern = r.string(f)
	case "minimum":
		s.Minimum = r.number(f)
	case "maximum":
		s.Maximum = r.number(f)
	case "multipleOf":
		s.MultipleOf = r.number(f)
	case "exclusiveMinimum":
		s.ExclusiveMinimum = r.bool(f)
	case "exclusiveMaximum":
		s.ExclusiveMaximum = r.bool(f)
	case "minLength":
		s.MinLength = r.int(f)
	case "maxLength":
		s.MaxLength = r.int(f)
	case "minItems":
		s.MinItems = r.int(f)
	case "maxItems":
		s.MaxItems = r.int(f)
	case "minProperties":
		s.MinProperties = r.int(f)
	case "maxProperties":
		s.MaxProperties = r.int(f)
	case "uniqueItems":
		s.UniqueItems = r.bool(f)
	default:
		return false
	}
	return true
}

// extension reads a field that only Kubernetes knows, and reports whether it is one.
func (r *crdReader) extension(s *Schema, f source.Field) bool {
	switch f.Key {
	case "x-kubernetes-preserve-unknown-fields":
		s.PreserveUnknown = r.bool(f)
	case "x-kubernetes-int-or-string":
		s.IntOrString = r.bool(f)
	case "x-kubernetes-embedded-resource":
		s.Embedded = r.bool(f)
	case "x-kubernetes-list-type":
		s.ListType = r.string(f)
	case "x-kubernetes-list-map-keys":
		s.ListMapKeys = r.strings(f)
	case "x-kubernetes-map-type":
		s.MapType = r.string(f)
	default:
		return false
	}
	return true
}

func (r *crdReader) properties(f source.Field) map[string]*Schema {
	if r.as(f.Value, f.Key, source.Map) == nil || len(f.Value.Fields()) == 0 {
		return nil
	}
	all := make(map[string]*Schema, len(f.Value.Fields()))
	for _, field := range f.Value.Fields() {
		if s := r.nested(field); s != nil {
			all[field.Key] = s
		}
	}
	return all
}

func (r *crdReader) nested(f source.Field) *Schema {
	return r.schema(r.as(f.Value, f.Key, source.Map))
}

func (r *crdReader) list(f source.Field) []*Schema {
	if r.as(f.Value, f.Key, source.List) == nil {
		return nil
	}
	var all []*Schema
	for _, item := range f.Value.Items() {
		if s := r.schema(r.as(item, "an item of "+f.Key, source.Map)); s != nil {
			all = append(all, s)
		}
	}
	return all
}

func (r *crdReader) strings(f source.Field) []string {
	if r.as(f.Value, f.Key, source.List) == nil {
		return nil
	}
	var all []string
	for _, item := range f.Value.Items() {
		if r.as(item, "an item of "+f.Key, source.String) != nil {
			all = append(all, item.Str())
		}
	}
	return all
}

// value is the field as a plain value, if it is of a kind. An empty list is nil.
func (r *crdReader) value(f source.Field, kind source.Kind) any {
	if r.as(f.Value, f.Key, kind) == nil || (kind == source.List && len(f.Value.Items()) == 0) {
		return nil
	}
	return f.Value.JSON()
}

func (r *crdReader) string(f source.Field) string {
	s, _ := r.value(f, source.String).(string)
	return s
}

func (r *crdReader) bool(f source.Field) bool {
	b, _ := r.value(f, source.Bool).(bool)
	return b
}

func (r *crdReader) int(f source.Field) *int64 {
	i, ok := r.value(f, source.Int).(int64)
	if !ok {
		return nil
	}
	return &i
}

func (r *crdReader) number(f source.Field) *float64 {
	switch v := f.Value.JSON().(type) {
	case int64:
		return new(float64(v))
	case float64:
		return &v
	}
	r.diags.Errorf(diag.InputCRD, f.Value.Span(), "%s is of type %s, not %s", f.Key, f.Value.Kind(), source.Float)
	return nil
}
