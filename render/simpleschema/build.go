package simpleschema

import (
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Built is the result of [Build].
type Built struct {
	// Schema is properties.spec of the generated CRD. The caller must not change it.
	Schema *apiextensionsv1.JSONSchemaProps
	Origin *Origin
}

// Build makes the schema of the instances' spec out of spec.schema.spec and
// spec.schema.types of an RGD. Either may be nil or null, which stands for an empty
// object. The result is nil when the list has errors.
func Build(spec, types *source.Node) (*Built, diag.List) {
	b := &builder{types: map[string]*namedType{}}
	b.load(b.fields(types, "spec.schema.types"))
	root := b.fields(spec, "spec.schema.spec")
	schema, origin := b.object(root, Text{node: spec})
	e := encoder{diags: &b.diags, seen: map[position]bool{}}
	e.walk(schema, origin)
	if b.diags.errors > 0 {
		return nil, b.diags.list
	}
	return &Built{Schema: schema, Origin: origin}, b.diags.list
}

// builder holds what the steps of one [Build] share.
type builder struct {
	types map[string]*namedType
	names []string // of the types, in the order of the file
	diags problems
	nodes int // schemas made so far
	hints int // given for unknown types
	full  bool
}

// fields parses spec or types.
func (b *builder) fields(n *source.Node, path string) *object {
	switch n.Kind() {
	case source.Null:
	case source.Map:
		return parseObject(n, &b.diags)
	case source.Bool, source.Int, source.Float, source.String, source.List:
		b.diags.errorf(diag.SchemaField, wholeText(n), "%s must be an object, not %s", path, n.Kind())
	}
	return &object{}
}

// parent is the object that a field belongs to, as far as the field changes it.
type parent struct{ required []requirement }

// requirement is one reason for a field to be required.
type requirement struct {
	name string
	at   Text
}

func (p *parent) require(name string, at Text) {
	p.required = append(p.required, requirement{name, at})
}

// object builds an object out of its fields. It gets the default {} when a field has
// a default and none is required, which moves up level by level because a
// default {} is a default, too.
func (b *builder) object(o *object, place Text) (*apiextensionsv1.JSONSchemaProps, *Origin) {
	b.charge(1, place)
	schema := &apiextensionsv1.JSONSchemaProps{
		Type:       "object",
		Properties: make(map[string]apiextensionsv1.JSONSchemaProps, len(o.members)),
	}
	origin := &Origin{place: place, properties: make(map[string]*Origin, len(o.members))}
	var p parent
	defaults := false
	for _, m := range o.members {
		field, from := b.field(m, &p)
		schema.Properties[m.name], origin.properties[m.name] = *field, from
		defaults = defaults || field.Default != nil
	}
	for _, r := range p.required {
		schema.Required = append(schema.Required, r.name)
	}
	slices.Sort(schema.Required)
	if defaults && len(schema.Required) == 0 {
		schema.Default = &apiextensionsv1.JSON{Raw: []byte("{}")}
	}
	b.requiredTwice(p.required)
	return schema, origin
}

// requiredTwice warns of fields that more than one marker requires. Like kro's, the
// list names such a field twice, which API servers take (docs/compat/kro.md#required-twice).
func (b *builder) requiredTwice(required []requirement) {
	first := make(map[string]Text, len(required))
	for _, r := range required {
		at, twice := first[r.name]
		if !twice {
			first[r.name] = r.at
			continue
		}
		d := b.diags.warnf(diag.SchemaRequiredTwice, r.at, "%s is required twice, and stands twice in the schema's list", quote(r.name)).
			WithHint("remove one required=true")
		relate(d, at, "required here, too")
	}
}

func (b *builder) field(m member, p *parent) (*apiextensionsv1.JSONSchemaProps, *Origin) {
	key := wholeText(m.key)
	switch d := m.decl.(type) {
	case *object:
		return b.object(d, key)
	case *line:
		return b.line(m.name, d, p)
	}
	return &apiextensionsv1.JSONSchemaProps{}, &Origin{place: key}
}

// line builds a field, or a named type, out of a type with markers.
func (b *builder) line(name string, l *line, p *parent) (*apiextensionsv1.JSONSchemaProps, *Origin) {
	schema, origin := b.schema(l.typ)
	if ref, direct := l.typ.(reference); direct {
		if t := b.types[ref.str]; t != nil && t.required.node != nil {
			p.require(name, t.required)
		}
	}
	f := field{name: name, schema: schema, origin: origin, parent: p, diags: &b.diags, seen: map[string]Text{}}
	f.apply(l.markers)
	b.charge(weight(schema), origin.place)
	return schema, origin
}

// schema builds a type. A type that is not known, which was reported, gives a
// schema without a type, about which no other problem is reported.
func (b *builder) schema(t typeExpr) (*apiextensionsv1.JSONSchemaProps, *Origin) {
	origin := &Origin{place: t.text()}
	if !b.charge(1, t.text()) {
		return &apiextensionsv1.JSONSchemaProps{}, origin
	}
	switch t := t.(type) {
	case scalar:
		return &apiextensionsv1.JSONSchemaProps{Type: t.openAPI}, origin
	case anyObject:
		return &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)}, origin
	case list:
		items, from := b.schema(t.elem)
		origin.items = from
		return &apiextensionsv1.JSONSchemaProps{
			Type: "array", Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: items},
		}, origin
	case dictionary:
		values, from := b.schema(t.value)
		origin.values = from
		return &apiextensionsv1.JSONSchemaProps{
			Type: "object", AdditionalProperties: &apiextensionsv1.JSONSchemaPropsOrBool{Schema: values},
		}, origin
	case reference:
		return b.resolve(t)
	}
	return &apiextensionsv1.JSONSchemaProps{}, origin
}

// weight is what the markers of one schema add to the cost of copying it, in
// schemas without markers.
func weight(s *apiextensionsv1.JSONSchemaProps) int {
	bytes := 0
	if s.Default != nil {
		bytes = len(s.Default.Raw)
	}
	for _, e := range s.Enum {
		bytes += len(e.Raw)
	}
	return bytes/64 + len(s.Enum) + len(s.XValidations) + len(s.XListMapKeys)
}

// charge counts schemas and reports whether more may be made.
func (b *builder) charge(n int, at Text) bool {
	b.nodes += n
	if b.nodes > maxNodes && !b.full {
		b.full = true
		b.diags.errorf(diag.SchemaTooLarge, at, "the schema has more than %d parts with all named types expanded", maxNodes)
	}
	return !b.full
}
