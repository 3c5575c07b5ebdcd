package admission

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
)

// node is one level of a compiled schema. It is immutable and may be used by many
// goroutines.
type node struct {
	properties map[string]*node
	names      []string // of properties, sorted
	filled     []string // of the properties with a default, sorted
	// openKeys says that other keys than properties are kept, with additional as
	// their schema unless that is nil. closed refuses them in validation.
	openKeys   bool
	closed     bool
	additional *node
	items      *node

	nullable bool
	preserve bool
	embedded bool
	embeds   bool // of a root: something below is embedded
	listType string
	mapKeys  []string
	// fallback is the default with the defaults inside it filled in; nil is none.
	fallback any

	types    types
	format   string
	hasForm  bool // the format is one that strings are checked for
	enum     []any
	pattern  *pattern
	required []string
	numbers  *numbers
	lengths  *lengths

	allOf, anyOf, oneOf []*node
	not                 *node
}

// lengths bounds strings (in runes), arrays and objects. A nil bound is none.
type lengths struct {
	minLength, maxLength         *int64
	minItems, maxItems           *int64
	minProperties, maxProperties *int64
	unique                       bool
}

// pattern is a regular expression that is compiled when it is first needed: of the
// patterns in a large CRD an input touches few.
type pattern struct {
	text    string
	compile func() (*regexp.Regexp, error)
}

func newPattern(text string) *pattern {
	return &pattern{text: text, compile: sync.OnceValues(func() (*regexp.Regexp, error) { return regexp.Compile(text) })}
}

// types is a set of JSON types. The empty set takes every value.
type types uint8

const (
	isString types = 1 << iota
	isInteger
	isNumber
	isBoolean
	isObject
	isArray
)

func typeOf(name string) types {
	switch name {
	case "string":
		return isString
	case "integer":
		return isInteger
	case "number":
		return isNumber
	case "boolean":
		return isBoolean
	case "object":
		return isObject
	case "array":
		return isArray
	}
	return 0
}

// String is the set in words: "an integer or a string".
func (t types) String() string {
	var words []string
	for i, word := range []string{"a string", "an integer", "a number", "a boolean", "an object", "an array"} {
		if t&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return list(words)
}

// newRoot compiles the schema of a custom resource.
func newRoot(p *apiextensions.JSONSchemaProps, s *schema.Structural) *node {
	c := compiler{formats: validation.StripUnsupportedFormatsPostProcessorForVersion(environment.DefaultCompatibilityVersion())}
	n := c.node(p, s)
	n.embedded = true // apiVersion, kind and metadata need no schema
	n.embeds = embeds(s)
	return n
}

// embeds reports that a schema has x-kubernetes-embedded-resource somewhere.
func embeds(s *schema.Structural) bool {
	found := false
	visitor := schema.Visitor{Structural: func(s *schema.Structural) bool {
		found = found || s.XEmbeddedResource
		return false
	}}
	visitor.Visit(s)
	return found
}

// compiler turns schemas into nodes.
type compiler struct {
	formats func(*spec.Schema) error // drops the formats that the API server ignores
}

// node compiles one level. The structural schema of the same level carries the pruned
// defaults; it is nil inside of alternatives, where structure has no meaning.
func (c compiler) node(p *apiextensions.JSONSchemaProps, s *schema.Structural) *node {
	if p == nil {
		return nil
	}
	n := &node{
		nullable: p.Nullable,
		types:    typeOf(p.Type),
		format:   p.Format,
		required: p.Required,
	}
	if p.XIntOrString {
		n.types = isInteger | isString
	}
	if p.Pattern != "" {
		n.pattern = newPattern(p.Pattern)
	}
	for _, e := range p.Enum {
		n.enum = append(n.enum, any(e))
	}
	c.format(n, p)
	n.numbers = newNumbers(p, n.types, n.format)
	n.lengths = newLengths(p)
	c.structure(n, s)
	c.children(n, p, s)
	n.allOf, n.anyOf, n.oneOf = c.alternatives(p.AllOf), c.alternatives(p.AnyOf), c.alternatives(p.OneOf)
	n.not = c.node(p.Not, nil)
	return n
}

// format keeps the formats that the API server of this version knows for the type.
func (c compiler) format(n *node, p *apiextensions.JSONSchemaProps) {
	if n.format == "" {
		return
	}
	s := &spec.Schema{}
	s.Format = n.format
	switch {
	case p.XIntOrString:
		s.Type = spec.StringOrArray{"integer", "string"}
	case p.Type != "":
		s.Type = spec.StringOrArray{p.Type}
	}
	if err := c.formats(s); err == nil {
		n.format = s.Format
	}
	n.hasForm = n.format != "" && strfmt.Default.ContainsName(n.format)
}

// structure takes over what only the spine of a schema may say.
func (c compiler) structure(n *node, s *schema.Structural) {
	if s == nil {
		return
	}
	n.preserve, n.embedded = s.XPreserveUnknownFields, s.XEmbeddedResource
	if s.XListType != nil {
		n.listType, n.mapKeys = *s.XListType, s.XListMapKeys
	}
	if s.Default.Object != nil {
		n.fallback = runtime.DeepCopyJSONValue(s.Default.Object)
		defaulting.Default(n.fallback, s)
	}
}

func (c compiler) children(n *node, p *apiextensions.JSONSchemaProps, s *schema.Structural) {
	if len(p.Properties) > 0 {
		n.properties = make(map[string]*node, len(p.Properties))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		property := p.Properties[name]
		child := c.node(&property, structuralProperty(s, name))
		n.properties[name] = child
		n.names = append(n.names, name)
		if child.fallback != nil {
			n.filled = append(n.filled, name)
		}
	}
	if p.AdditionalProperties != nil {
		var inner *schema.Structural
		if s != nil && s.AdditionalProperties != nil {
			inner = s.AdditionalProperties.Structural
		}
		n.openKeys = true
		n.additional = c.node(p.AdditionalProperties.Schema, inner)
		n.closed = !p.AdditionalProperties.Allows && n.additional == nil
	}
	if p.Items != nil {
		var inner *schema.Structural
		if s != nil {
			inner = s.Items
		}
		n.items = c.node(p.Items.Schema, inner)
	}
}

func structuralProperty(s *schema.Structural, name string) *schema.Structural {
	if s == nil {
		return nil
	}
	if property, ok := s.Properties[name]; ok {
		return &property
	}
	return nil
}

func (c compiler) alternatives(list []apiextensions.JSONSchemaProps) []*node {
	var nodes []*node
	for i := range list {
		nodes = append(nodes, c.node(&list[i], nil))
	}
	return nodes
}

func newLengths(p *apiextensions.JSONSchemaProps) *lengths {
	l := lengths{
		minLength: p.MinLength, maxLength: p.MaxLength,
		minItems: p.MinItems, maxItems: p.MaxItems,
		minProperties: p.MinProperties, maxProperties: p.MaxProperties,
		unique: p.UniqueItems,
	}
	if l == (lengths{}) {
		return nil
	}
	return &l
}

// child is the schema of an object's key, and whether the key is kept at all.
func (n *node) child(key string) (*node, bool) {
	if n == nil {
		return nil, false
	}
	if c, ok := n.properties[key]; ok {
		return c, true
	}
	return n.additional, n.openKeys
}
