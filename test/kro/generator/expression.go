package generator

import (
	"fmt"
	"strings"
)

// form is one way to build an expression of a type.
type form struct {
	feature feature
	make    func(x *expressions) string
}

// expressions builds CEL text from the terms of one place.
type expressions struct {
	g     *generation
	terms scope
	depth int
}

// expression is CEL of the given type that uses only the given terms and never fails on
// values that exist.
func (g *generation) expression(t celType, terms scope) string {
	x := &expressions{g: g, terms: terms, depth: g.dice.between(0, 3)}
	return x.of(t)
}

// of builds an expression of a type: a term or a literal at the bottom, a form above.
func (x *expressions) of(t celType) string {
	table := formTable()[t]
	if x.depth <= 0 || len(table) == 0 {
		return x.leaf(t)
	}
	if x.g.dice.chance(30) {
		return x.leaf(t)
	}
	chosen := pick(x.g.dice, table...)
	x.g.features.use(chosen.feature)
	x.depth--
	text := chosen.make(x)
	x.depth++
	return text
}

// leaf is a term of the type, most of the time, or a literal.
func (x *expressions) leaf(t celType) string {
	if terms := x.terms.sure(t); len(terms) > 0 && x.g.dice.chance(80) {
		return pick(x.g.dice, terms...).text
	}
	if terms := x.terms.maybe(t); len(terms) > 0 && x.g.dice.chance(30) {
		x.g.features.use("cel: orValue")
		return pick(x.g.dice, terms...).text + ".orValue(" + x.literal(t) + ")"
	}
	return x.literal(t)
}

func (x *expressions) literal(t celType) string {
	d := x.g.dice
	switch t {
	case typeInt:
		return fmt.Sprint(d.upTo(9))
	case typeBool:
		return pick(d, "true", "false")
	case typeDouble:
		return pick(d, "0.5", "2.0", "1e2")
	case typeStrings:
		return pick(d, `["a", "b"]`, `['x']`, `["one", "two", "three"]`)
	case typeInts:
		return pick(d, "[1, 2]", "[3]", "lists.range(3)")
	case typeLabels:
		return pick(d, `{"app": "web"}`, `{'team': 'blue', "example.com/x": "y"}`)
	case typeBytes:
		return pick(d, `b"abc"`, `bytes("abc")`)
	case typeLoose:
		return pick(d, `"50%"`, "8080", "dyn(2)")
	case typeAny:
		return pick(d, `dyn("any")`, "dyn(3)", `dyn({"a": 1})`)
	case typeString, typeItem, typeItems:
	}
	quote := pick(d, `"`, `"`, `'`)
	return quote + x.g.word() + quote
}

// join fills a pattern: each %s is an expression of the next type, in parentheses if it needs them.
func (x *expressions) join(pattern string, types ...celType) string {
	parts := make([]any, 0, len(types))
	for _, t := range types {
		part := x.of(t)
		if hasOperator(part) {
			part = "(" + part + ")"
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf(pattern, parts...)
}

// hasOperator tells whether an expression is more than a literal, a path or a call: whether
// an operator stands outside all brackets and strings.
func hasOperator(text string) bool {
	depth, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case depth == 0 && (c == ' ' || c == '-' || c == '!'):
			return true
		}
	}
	return false
}

// is makes a form of a pattern.
func is(f feature, pattern string, types ...celType) form {
	return form{feature: f, make: func(x *expressions) string { return x.join(pattern, types...) }}
}

// constant makes a form of finished text.
func constant(f feature, texts ...string) form {
	return form{feature: f, make: func(x *expressions) string { return pick(x.g.dice, texts...) }}
}

func formTable() map[celType][]form {
	return map[celType][]form{
		typeString:  append(stringForms(), stringLibraryForms()...),
		typeInt:     intForms(),
		typeBool:    append(boolForms(), boolLibraryForms()...),
		typeDouble:  doubleForms(),
		typeStrings: stringsForms(),
		typeInts:    intsForms(),
		typeLabels:  labelsForms(),
		typeBytes:   bytesForms(),
		typeAny:     anyForms(),
		typeLoose:   looseForms(),
		typeItem:    nil, // only terms
		typeItems:   nil,
	}
}

// optionalTerm is a term that may be absent, or a map entry that is.
func optionalTerm(x *expressions) string {
	if terms := x.terms.maybe(typeString); len(terms) > 0 {
		return pick(x.g.dice, terms...).text
	}
	return x.join(pick(x.g.dice, `%s[?"app"]`, "%s.?app"), typeLabels)
}

// presence tests a term that may be absent.
func presence(x *expressions) string {
	var paths []string
	for _, candidate := range x.terms {
		if candidate.optional && strings.Count(candidate.text, "?") == 1 {
			paths = append(paths, candidate.text)
		}
	}
	if len(paths) == 0 {
		return x.join("has({'a': %s}.a)", typeInt)
	}
	path := pick(x.g.dice, paths...)
	if x.g.dice.chance(30) {
		return path + ".hasValue()"
	}
	return "has(" + strings.ReplaceAll(path, ".?", ".") + ")"
}

// guarded selects an optional field behind a has().
func guarded(x *expressions) string {
	terms := x.terms.maybe(typeString)
	if len(terms) == 0 {
		return x.join("(has({'a': %s}.a) ? %s : %s)", typeInt, typeString, typeString)
	}
	path := pick(x.g.dice, terms...).text
	if strings.Count(path, "?") != 1 || strings.Contains(path, "[") {
		return path + ".orValue('none')"
	}
	path = strings.ReplaceAll(path, ".?", ".")
	return x.join("(has("+path+") ? "+path+" : %s)", typeString)
}
