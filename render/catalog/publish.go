package catalog

import "slices"

// publisher makes of a CRD's own schemas what an API server serves as the schemas of its kinds.
type publisher struct {
	meta, text *Schema
}

func newPublisher() publisher {
	return publisher{meta: ObjectMeta(), text: &Schema{Type: "string"}}
}

// publish changes a schema, which nobody else may hold yet, and answers it. A
// CRD without a schema is an object without fields.
func (p publisher) publish(s *Schema) *Schema {
	if s == nil {
		return &Schema{Type: "object"}
	}
	p.visit(s)
	p.addMeta(s)
	return s
}

func (p publisher) visit(s *Schema) {
	if s == nil {
		return
	}
	for _, field := range s.Properties {
		p.visit(field)
	}
	p.visit(s.Items)
	p.visit(s.AdditionalProperties)
	if s.IntOrString && s.Type == "" {
		sayIntOrString(s)
	}
	if s.Embedded {
		p.addMeta(s)
		for _, name := range []string{"kind", "apiVersion"} {
			if !slices.Contains(s.Required, name) {
				s.Required = append(s.Required, name)
			}
		}
	}
}

// addMeta gives an object the fields that every Kubernetes object has, whatever the CRD says about them.
func (p publisher) addMeta(s *Schema) {
	if s.Properties == nil {
		s.Properties = map[string]*Schema{}
	}
	s.Properties["apiVersion"], s.Properties["kind"], s.Properties["metadata"] = p.text, p.text, p.meta
}

// sayIntOrString spells x-kubernetes-int-or-string out for those who do not know it.
func sayIntOrString(s *Schema) {
	switch {
	case saysIntOrString(s.AnyOf), len(s.AllOf) > 0 && saysIntOrString(s.AllOf[0].AnyOf):
	case s.AnyOf == nil:
		s.AnyOf = intOrStringTypes()
	default:
		s.AllOf = slices.Insert(s.AllOf, 0, &Schema{AnyOf: intOrStringTypes()})
	}
}

func intOrStringTypes() []*Schema {
	return []*Schema{{Type: "integer"}, {Type: "string"}}
}

func saysIntOrString(list []*Schema) bool {
	return len(list) == 2 && list[0].Type == "integer" && list[1].Type == "string"
}
