package generator

import (
	"fmt"
	"strings"
)

// field is a field of the instance's spec: its declaration, a value that fits, and how an
// expression reaches it.
type field struct {
	name    string
	declare any // SimpleSchema: a string or an object
	is      celType
	value   any
	given   bool // the instance has the value
	surely  bool // the field exists after defaulting
	inner   []field
}

// fieldForm is a way to declare a field.
type fieldForm struct {
	feature feature
	make    func(g *generation, name string) field
}

func fieldTable() []fieldForm {
	return []fieldForm{
		{"field: string", stringField},
		{"field: integer", integerField},
		{"field: boolean", booleanField},
		{"field: float", floatField},
		{"field: []string", stringsField},
		{"field: []integer", integersField},
		{"field: map[string]string", labelsField},
		{"field: object", objectField},
		{"field: nested object", nestedField},
		{"field: named type", itemField},
		{"field: list of named type", itemsField},
		{"field: alias", aliasField},
		{"field: nested list", matrixField},
	}
}

func markerFeatures() []feature {
	return []feature{
		"marker: required", "marker: default", "marker: description", "marker: enum", "marker: pattern", "marker: minLength",
		"marker: minimum", "marker: maximum", "marker: minItems", "marker: maxItems", "marker: uniqueItems", "marker: listType",
		"marker: validation", "marker: immutable", "marker: required twice",
		"field: escaped name", "instance: default left out", "instance: optional left out", "instance: null for a default",
	}
}

// schemaFields declares the instance's spec. The first two fields are always there, so that
// every case has a name and a number to work with.
func (g *generation) schemaFields() {
	g.features.use("field: string")
	g.fields = append(g.fields,
		field{name: "name", declare: "string | required=true", is: typeString, value: g.word(), given: true, surely: true},
		field{name: "count", declare: "integer | default=2 minimum=0", is: typeInt, value: g.dice.upTo(4), given: true, surely: true},
	)
	names := []string{
		"image", "tier", "zone", "replicaCount", "enabled", "debug", "ratio", "hosts", "tags", "ports", "labels", "settings",
		"storage", "owner", "items", "primary", "levels", "extra", "team", "mode",
	}
	shuffle(g.dice, names)
	for _, name := range names[:g.dice.between(3, 9)] {
		if g.dice.chance(6) {
			g.features.use("field: escaped name")
			name = pick(g.dice, name+"-x", name+"__x", "namespace", "class-"+name)
		}
		if g.fieldNamed(name) != nil {
			continue
		}
		form := pick(g.dice, fieldTable()...)
		g.features.use(form.feature)
		g.fields = append(g.fields, form.make(g, name))
	}
	for _, f := range g.fields {
		g.terms = append(g.terms, reach("schema.spec", f)...)
	}
}

func (g *generation) fieldNamed(name string) *field {
	for i := range g.fields {
		if g.fields[i].name == name {
			return &g.fields[i]
		}
	}
	return nil
}

// reach lists the terms of a field and of the fields inside it. Inside a field that may be
// absent nothing is listed.
func reach(parent string, f field) []term {
	path := parent + "." + escaped(f.name)
	if !f.surely {
		return []term{{text: parent + ".?" + escaped(f.name), is: f.is, optional: true}}
	}
	all := []term{{text: path, is: f.is}}
	for _, inner := range f.inner {
		all = append(all, reach(path, inner)...)
	}
	return all
}

// escaped is the name of a field in CEL.
func escaped(name string) string {
	return strings.NewReplacer("__", "__underscores__", "-", "__dash__", ".", "__dot__", "/", "__slash__").Replace(name)
}

// finish adds markers that fit any scalar, decides whether the instance has the value, and
// joins the declaration. The default is how a marker writes the value.
func (g *generation) finish(f field, base, inMarker string, markers ...string) field {
	if g.dice.chance(15) {
		g.features.use("marker: description")
		markers = append(markers, pick(g.dice, `description="what it is for"`, "description=short", `description="a \"quoted\" word | and a bar"`))
	}
	f.given, f.surely = true, true
	switch {
	case g.dice.chance(35):
		g.features.use("marker: required")
		markers = append(markers, pick(g.dice, "required=true", "required=true", "required=t", "required =1"))
	case inMarker != "" && g.dice.chance(70):
		g.features.use("marker: default")
		markers = append(markers, "default="+inMarker)
		if g.dice.chance(40) {
			g.features.use("instance: default left out")
			f.given = false
		} else if g.dice.chance(5) {
			g.features.use("instance: null for a default")
			f.value = nil
		}
	case g.dice.chance(50):
		f.surely = false
		if g.dice.chance(60) {
			g.features.use("instance: optional left out")
			f.given = false
		}
	}
	shuffle(g.dice, markers)
	f.declare = base
	if len(markers) > 0 {
		f.declare = base + pick(g.dice, " | ", "|", "  |  ") + strings.Join(markers, " ")
	}
	return f
}

// rule adds a CEL rule, or immutability, to a field of the root.
func (g *generation) rule(rule string) []string {
	switch {
	case g.dice.chance(8):
		g.features.use("marker: validation")
		return []string{`validation="` + rule + `"`}
	case g.dice.chance(5):
		g.features.use("marker: immutable")
		return []string{"immutable=true"}
	}
	return nil
}

func stringField(g *generation, name string) field {
	value := g.word()
	markers := g.rule("size(self) >= 0")
	switch g.dice.upTo(6) {
	case 0:
		g.features.use("marker: enum")
		markers = append(markers, pick(g.dice, fmt.Sprintf(`enum="%s,other"`, value), fmt.Sprintf("enum=other,%s,more", value)))
	case 1:
		g.features.use("marker: pattern")
		markers = append(markers, `pattern="^[a-z][a-z0-9-]*$"`)
	case 2:
		g.features.use("marker: minLength")
		markers = append(markers, "minLength=1", "maxLength=40")
	}
	return g.finish(field{name: name, is: typeString, value: value}, "string", pick(g.dice, value, `"`+value+`"`), markers...)
}

func integerField(g *generation, name string) field {
	value := g.dice.between(1, 9)
	markers := g.rule("self >= 0")
	switch g.dice.upTo(5) {
	case 0:
		g.features.use("marker: minimum")
		markers = append(markers, "minimum=0")
	case 1:
		g.features.use("marker: maximum")
		markers = append(markers, "maximum=65535")
	case 2:
		g.features.use("marker: enum")
		markers = append(markers, fmt.Sprintf("enum=%d,11,12", value))
	}
	return g.finish(field{name: name, is: typeInt, value: value}, "integer", fmt.Sprint(value), markers...)
}

func booleanField(g *generation, name string) field {
	value := g.dice.chance(60)
	return g.finish(field{name: name, is: typeBool, value: value}, "boolean", fmt.Sprint(value), g.rule("self || !self")...)
}

func floatField(g *generation, name string) field {
	value := pick[any](g.dice, 0.5, 2.25, 3)
	return g.finish(field{name: name, is: typeDouble, value: value}, "float", fmt.Sprint(value))
}

func stringsField(g *generation, name string) field {
	var markers []string
	switch g.dice.upTo(5) {
	case 0:
		g.features.use("marker: minItems")
		markers = append(markers, "minItems=1")
	case 1:
		g.features.use("marker: maxItems")
		markers = append(markers, "maxItems=20")
	case 2:
		g.features.use("marker: uniqueItems")
		markers = append(markers, "uniqueItems=true")
	case 3:
		g.features.use("marker: listType")
		markers = append(markers, pick(g.dice, "listType=atomic", "listType=set"))
	}
	words := g.words(g.dice.between(1, 3))
	return g.finish(field{name: name, is: typeStrings, value: words}, pick(g.dice, "[]string", "[] string"), quoted(words), markers...)
}

func integersField(g *generation, name string) field {
	numbers := list(8080, 9090, 7070)[:g.dice.between(1, 3)]
	return g.finish(field{name: name, is: typeInts, value: numbers}, "[]integer", quoted(numbers))
}

func labelsField(g *generation, name string) field {
	value := fields("app", g.word())
	if g.dice.chance(50) {
		value.set(pick(g.dice, "tier", "example.com/part", "env"), g.word())
	}
	return g.finish(field{name: name, is: typeLabels, value: value}, "map[string]string", `{"app":"web"}`)
}

func objectField(g *generation, name string) field {
	value := fields("key", g.word(), "size", g.dice.upTo(9), "deep", fields("on", g.dice.chance(50), "list", list("a", "b")))
	inner := []field{{name: "key", is: typeString, surely: true}, {name: "size", is: typeInt, surely: true}, {name: "deep", surely: true, inner: []field{
		{name: "on", is: typeBool, surely: true}, {name: "list", is: typeAny, surely: true},
	}}}
	f := field{name: name, is: typeAny, value: value, inner: inner}
	return g.finish(f, "object", `{"key":"value","size":1,"deep":{"on":true,"list":[]}}`)
}

func matrixField(g *generation, name string) field {
	return g.finish(field{name: name, is: "list(list(string))", value: []any{g.words(2), g.words(1)}}, "[][]string", `[["a"],["b"]]`)
}

func nestedField(g *generation, name string) field {
	f := field{name: name, is: "struct", given: true, surely: true}
	declare, value := fields(), fields()
	defaulted, required := false, false
	for _, inner := range []string{"enabled", "size", "kind"}[:g.dice.between(1, 3)] {
		form := pick(g.dice, stringField, integerField, booleanField)
		made := form(g, inner)
		declare.set(inner, made.declare)
		text, _ := made.declare.(string)
		defaulted = defaulted || strings.Contains(text, "default=")
		required = required || strings.Contains(text, "required")
		if made.given {
			value.set(inner, made.value)
		}
		f.inner = append(f.inner, made)
	}
	f.declare, f.value = declare, value
	// Without required fields one default below is enough: the object defaults itself.
	if len(value.keys) == 0 && defaulted && !required {
		f.given = false
	}
	return f
}
