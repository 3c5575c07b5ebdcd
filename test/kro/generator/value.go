package generator

import "strings"

func valueFeatures() []feature {
	return []feature{
		"value: literal", "value: standalone", "value: string template", "value: several expressions", "value: multi-line template",
		"value: unterminated expression", "value: escaped expression", "value: two dollars", "value: null", "value: spaces inside braces", "value: optional taken for granted",
	}
}

// value sets a key to a literal or to expressions of a type.
func (b *builder) value(at *object, key string, t celType) {
	b.n.slots = append(b.n.slots, slot{at, key, t})
	d := b.g.dice
	if missing := b.terms.maybe(t); len(missing) > 0 && b.g.careless && d.chance(12) {
		b.g.features.use("value: optional taken for granted")
		at.set(key, "${"+strings.ReplaceAll(pick(d, missing...).text, "?", "")+"}")
		return
	}
	switch {
	case d.chance(30):
		b.g.features.use("value: literal")
		at.set(key, b.literal(t))
	case t == typeString && d.chance(45):
		at.set(key, b.template())
	default:
		b.g.features.use("value: standalone")
		at.set(key, b.standalone(t))
	}
}

func (b *builder) standalone(t celType) string {
	text := b.g.expression(t, b.terms)
	if b.g.dice.chance(10) {
		b.g.features.use("value: spaces inside braces")
		return "${ " + text + "  }"
	}
	return "${" + text + "}"
}

// template is text with expressions of type string inside.
func (b *builder) template() string {
	d := b.g.dice
	piece := func() string { return "${" + b.g.expression(typeString, b.terms) + "}" }
	switch d.upTo(8) {
	case 0:
		b.g.features.use("value: several expressions")
		return piece() + pick(d, "-", "/", " and ", ": ", `"`, "é ") + piece()
	case 1:
		b.g.features.use("value: several expressions")
		return piece() + piece()
	case 2:
		b.g.features.use("value: multi-line template")
		return "first: " + piece() + "\n  second: [" + piece() + "]\n" + pick(d, "", "last\n", "\\n no newline\t")
	case 3:
		b.g.features.use("value: escaped expression")
		return `keep ${"${LITERAL}"} and ` + piece()
	case 4:
		b.g.features.use("value: two dollars")
		return "cost $$" + piece()
	case 5:
		if d.chance(40) {
			b.g.features.use("value: unterminated expression")
			return piece() + " open ${schema.spec.name"
		}
	}
	b.g.features.use("value: string template")
	return pick(d, "pre-", "", "a b ") + piece() + pick(d, "-post", "", "%", ".svc")
}

func (b *builder) literal(t celType) any {
	d := b.g.dice
	switch t {
	case typeInt:
		return d.upTo(9)
	case typeBool:
		return d.chance(50)
	case typeDouble:
		return pick[any](d, 1, 0.25)
	case typeStrings:
		return b.g.words(d.upTo(3))
	case typeInts:
		return list(1, 2)
	case typeLabels:
		return fields("app", b.g.word())
	case typeLoose:
		return pick[any](d, "50%", 8080, "1Gi", "${string(schema.spec.count)}0m")
	case typeAny:
		if d.chance(30) {
			b.g.features.use("value: null")
			return nil
		}
		return pick[any](d, "text", 3, true, fields("k", "v"), []any{1, "a"}, fields(), []any{})
	case typeString, typeBytes, typeItem, typeItems:
	}
	if d.chance(4) {
		b.g.features.use("value: null")
		return nil
	}
	return pick(d, b.g.word(), "two words", "", "$5", "{}", strings.Repeat("x", 20), "yes", "1.0", "# no comment", "a: b")
}
