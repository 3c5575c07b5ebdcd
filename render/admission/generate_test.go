package admission_test

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// dice makes choices from bytes, so that a fuzzer steers them. When the bytes run out
// every choice is the first one.
type dice struct{ data []byte }

// pseudo is a long row of bytes that follows from a number.
func pseudo(seed int) *dice {
	var data []byte
	for block := range 40 {
		sum := sha256.Sum256([]byte(strconv.Itoa(seed) + "/" + strconv.Itoa(block)))
		data = append(data, sum[:]...)
	}
	return &dice{data}
}

func (d *dice) roll(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := int(d.data[0])
	d.data = d.data[1:]
	return b % n
}

func (d *dice) often() bool  { return d.roll(3) > 0 }
func (d *dice) seldom() bool { return d.roll(6) == 5 }

func pick[T any](d *dice, from ...T) T { return from[d.roll(len(from))] }

// maybe is a pointer to one of the values, or nil more often.
func maybe[T any](d *dice, from ...T) *T {
	if d.roll(3) > 0 {
		return nil
	}
	return new(pick(d, from...))
}

func rawJSON(x any) apiextensionsv1.JSON {
	raw, err := json.Marshal(x)
	if err != nil {
		return apiextensionsv1.JSON{Raw: []byte("null")}
	}
	return apiextensionsv1.JSON{Raw: raw}
}

// schema makes a schema of bounded depth that uses all features a CRD may use.
func (d *dice) schema(depth int) apiextensionsv1.JSONSchemaProps {
	kinds := []string{"string", "integer", "number", "boolean", "intOrString", "any"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "array", "map", "list")
	}
	s := apiextensionsv1.JSONSchemaProps{Nullable: d.seldom()}
	switch kind := pick(d, kinds...); kind {
	case "string":
		d.text(&s)
	case "integer", "number":
		d.number(&s, kind)
	case "boolean":
		s.Type = "boolean"
	case "intOrString":
		s.XIntOrString = true
		s.Maximum, s.MaxLength = maybe(d, 1.0, 1.5, 10), maybe(d, int64(2))
		if d.seldom() {
			s.Pattern = "^[0-9]+%?$"
		}
	case "any":
		s.XPreserveUnknownFields = new(true)
	case "object":
		d.object(&s, depth)
	case "array", "list":
		d.array(&s, depth)
	case "map":
		s.Type = "object"
		if d.often() {
			inner := d.schema(depth - 1)
			s.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Schema: &inner, Allows: true}
		} else {
			s.AdditionalProperties = &apiextensionsv1.JSONSchemaPropsOrBool{Allows: d.often()}
		}
		s.MinProperties, s.MaxProperties = maybe(d, int64(1)), maybe(d, int64(2))
	}
	if d.seldom() {
		s.Default = new(rawJSON(d.value(&s, depth)))
	}
	if d.seldom() {
		d.alternatives(&s)
	}
	return s
}

func (d *dice) text(s *apiextensionsv1.JSONSchemaProps) {
	s.Type = "string"
	s.MinLength, s.MaxLength = maybe(d, int64(1), 2), maybe(d, int64(1), 3)
	if d.seldom() {
		s.Pattern = pick(d, "^[a-z]+$", "[", "^a")
	}
	if d.seldom() {
		s.Format = pick(d, "date-time", "date", "ipv4", "uuid", "int32", "byte", "k8s-short-name", "k8s-long-name", "unheard-of", "duration")
	}
	if d.seldom() {
		s.Enum = []apiextensionsv1.JSON{rawJSON("a"), rawJSON("ab"), rawJSON("")}
	}
}

func (d *dice) number(s *apiextensionsv1.JSONSchemaProps, kind string) {
	s.Type = kind
	s.Format = pick(d, "", "", "", "int32", "int64", "float", "double")
	s.Minimum, s.Maximum = maybe(d, 0, 1.0, 1.5, -3), maybe(d, 1.0, 1.5, 10, 5e9)
	s.ExclusiveMinimum, s.ExclusiveMaximum = d.seldom(), d.seldom()
	if d.seldom() {
		s.MultipleOf = new(pick(d, 1.0, 2, 0.5, 0.1))
	}
	if d.seldom() {
		s.Enum = []apiextensionsv1.JSON{rawJSON(1), rawJSON(2.5), rawJSON(3)}
	}
}

func (d *dice) object(s *apiextensionsv1.JSONSchemaProps, depth int) {
	s.Type = "object"
	s.Properties = map[string]apiextensionsv1.JSONSchemaProps{}
	for range d.roll(5) {
		s.Properties[d.key()] = d.schema(depth - 1)
	}
	if d.seldom() {
		s.XPreserveUnknownFields = new(true)
	}
	if d.often() {
		s.Required = append(s.Required, d.key())
	}
	if d.seldom() && s.XPreserveUnknownFields != nil {
		s.XEmbeddedResource = true
		delete(s.Properties, "metadata") // which has a schema of its own there
	}
	s.MinProperties, s.MaxProperties = maybe(d, int64(1)), maybe(d, int64(3))
	if d.seldom() {
		s.XMapType = new("atomic")
	}
	if d.seldom() {
		s.XValidations = append(s.XValidations, apiextensionsv1.ValidationRule{
			Rule:    pick(d, "true", "size(self.a) > 1", "!has(self.a) || self.a == 'ab'", "has(oldSelf.a)", "self == oldSelf", "self.b"),
			Message: pick(d, "", "says no"),
		})
	}
}

func (d *dice) array(s *apiextensionsv1.JSONSchemaProps, depth int) {
	s.Type = "array"
	inner := d.schema(depth - 1)
	s.MinItems, s.MaxItems = maybe(d, int64(1)), maybe(d, int64(2))
	switch d.roll(4) {
	case 1:
		s.XListType = new("set")
	case 2:
		s.XListType = new("map")
		s.XListMapKeys = pick(d, []string{"a"}, []string{"a", "b"})
		inner.Type, inner.XIntOrString = "object", false
	}
	s.Items = &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &inner}
	if d.seldom() {
		s.XValidations = append(s.XValidations, apiextensionsv1.ValidationRule{Rule: pick(d, "size(self) < 2", "self.all(x, x == self[0])")})
	}
}

func (d *dice) alternatives(s *apiextensionsv1.JSONSchemaProps) {
	var choices []apiextensionsv1.JSONSchemaProps
	for range 1 + d.roll(2) {
		choices = append(choices, pick(d,
			apiextensionsv1.JSONSchemaProps{Required: []string{d.key()}},
			apiextensionsv1.JSONSchemaProps{Minimum: new(1.0)},
			apiextensionsv1.JSONSchemaProps{MaxLength: new(int64(1))},
			apiextensionsv1.JSONSchemaProps{Enum: []apiextensionsv1.JSON{rawJSON("a"), rawJSON(1)}},
		))
	}
	switch d.roll(4) {
	case 0:
		s.AnyOf = choices
	case 1:
		s.OneOf = choices
	case 2:
		s.AllOf = choices
	case 3:
		s.Not = &choices[0]
	}
}

func (d *dice) key() string { return pick(d, "a", "b", "c", "d.e", "f", "metadata", "kind") }

// value makes a value that often, but not always, suits the schema.
func (d *dice) value(s *apiextensionsv1.JSONSchemaProps, depth int) any {
	if d.roll(12) == 11 || s == nil {
		return d.anything(depth)
	}
	switch {
	case s.XIntOrString, s.Type == "integer":
		return pick[any](d, int64(1), int64(0), int64(2), int64(5), int64(5e9), int64(-4), 1e17)
	case s.Type == "string":
		return pick[any](d, "a", "ab", "abc", "", "A", "2020-01-01T00:00:00Z", "2020-01-01", "1.2.3.4", "a-", "1h", int64(97))
	case s.Type == "number":
		return pick[any](d, 1.5, int64(1), 2.5, 0.25, -0.5, int64(7), 1e39, 1.0000000001)
	case s.Type == "boolean":
		return d.often()
	case s.Type == "object" && depth > 0:
		return d.fields(s, depth)
	case s.Type == "array" && depth > 0:
		items := []any{}
		for range d.roll(4) {
			items = append(items, d.value(s.Items.Schema, depth-1))
		}
		return items
	}
	return d.anything(depth)
}

func (d *dice) fields(s *apiextensionsv1.JSONSchemaProps, depth int) map[string]any {
	fields := map[string]any{}
	for _, key := range []string{"a", "b", "c", "d.e", "f", "metadata", "kind"} {
		if property, ok := s.Properties[key]; ok && d.often() {
			fields[key] = d.value(&property, depth-1)
		}
	}
	for range d.roll(3) {
		key := d.key()
		if _, ok := fields[key]; ok {
			continue
		}
		if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
			fields[key] = d.value(s.AdditionalProperties.Schema, depth-1)
		} else {
			fields[key] = d.anything(depth - 1)
		}
	}
	return fields
}

func (d *dice) anything(depth int) any {
	switch d.roll(9) {
	case 0:
		return nil
	case 1:
		return "a" + strconv.Itoa(d.roll(3))
	case 2:
		return int64(d.roll(4))
	case 3:
		return 0.5
	case 4:
		return true
	case 5, 6:
		if depth > 0 {
			return map[string]any{d.key(): d.anything(depth - 1), d.key(): d.anything(depth - 1)}
		}
	case 7:
		if depth > 0 {
			return []any{d.anything(depth - 1), d.anything(depth - 1)}
		}
	}
	return "ab"
}

// metadata makes metadata that is often right. It leaves out what belongs to the server, of
// which Admit knows better than to store it.
func (d *dice) metadata() any {
	if d.roll(20) == 19 {
		return pick[any](d, nil, "text", []any{})
	}
	text := func(good ...string) any {
		if d.roll(20) == 19 {
			return pick[any](d, nil, int64(1), true, []any{"a"})
		}
		return pick(d, good...)
	}
	meta := map[string]any{"name": text("one", "one", "one.two", "One", "", "-a", "a--b"), "namespace": text("default", "default", "a.b", "default")}
	long := "l" + strconv.Itoa(1<<40) + "ong-long-long-long-long-long-long-long-long-long-long-long-long-long"
	for _, field := range []string{"labels", "annotations"} {
		entries := map[string]any{}
		for range d.roll(3) {
			entries[pick(d, "a", "example.com/a", "Example.com/a", "a b", "", "a/b/c", long)] = text("v", "v.v", "", "no value", "-", long)
		}
		if d.often() {
			meta[field] = entries
		}
	}
	if d.seldom() {
		meta["finalizers"] = []any{text("example.com/f", "orphan", "a b"), text("foregroundDeletion", "x")}
	}
	if d.seldom() {
		owner := func() any {
			return map[string]any{
				"apiVersion": text("v1", "v1", "a/b/c", ""), "kind": text("Pod", "Event", ""), "name": text("p", ""), "uid": text("1", ""),
				"controller": pick[any](d, true, nil, "no"), "blockOwnerDeletion": false, pick(d, "uid", "extra"): text("2"),
			}
		}
		meta["ownerReferences"] = pick[any](d, []any{owner()}, []any{owner(), owner()}, []any{nil}, "none", []any{})
	}
	if d.seldom() {
		meta[pick(d, "label", "clusterName", "Name")] = text("x-")
	}
	return meta
}
