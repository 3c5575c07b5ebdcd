package generator

import (
	"slices"
	"strings"
)

func iterationFeatures() []feature {
	return []feature{
		"forEach: one dimension", "forEach: two dimensions", "forEach: three dimensions", "forEach: field", "forEach: literal", "forEach: range",
		"forEach: computed", "forEach: objects", "forEach: collection", "forEach: other node", "forEach: empty list",
	}
}

// dimension is a list to iterate over, with distinct elements.
type dimension struct {
	feature feature
	list    string
	// The iterator is put in place of %.
	identity string
	terms    []term
}

// iterate makes the node a collection.
func (b *builder) iterate() {
	d := b.g.dice
	b.n.collection = true
	count := pick(d, 1, 1, 1, 2, 2, 3)
	b.g.features.use([]feature{"forEach: one dimension", "forEach: two dimensions", "forEach: three dimensions"}[count-1])
	names := []string{"zone1", "part", "i", "entry1"}
	shuffle(d, names)
	var forEach []any
	for _, iterator := range names[:count] {
		chosen := pick(d, b.dimensions()...)
		b.g.features.use(chosen.feature)
		forEach = append(forEach, fields(iterator, "${"+chosen.list+"}"))
		b.iterators = append(b.iterators, replaced(chosen.identity, iterator))
	}
	// Iterators do not see each other, so their terms count only from here on.
	for i, entry := range forEach {
		one, _ := entry.(*object)
		b.terms = append(slices.Clip(b.terms), b.iteratorTerms(names[i], one.text(names[i]))...)
	}
	b.n.resource.set("forEach", forEach)
}

// iteratorTerms are what a template may say about an iterator over a list.
func (b *builder) iteratorTerms(iterator, expression string) scope {
	for _, candidate := range b.dimensions() {
		if "${"+candidate.list+"}" != expression {
			continue
		}
		var all scope
		for _, t := range candidate.terms {
			all = append(all, term{text: replaced(t.text, iterator), is: t.is, optional: t.optional})
		}
		return all
	}
	return nil
}

func replaced(pattern, iterator string) string { return strings.ReplaceAll(pattern, "%", iterator) }

// dimensions are the lists that can be iterated over here.
func (b *builder) dimensions() []dimension {
	word := []term{{text: "%", is: typeString}}
	number := []term{{text: "%", is: typeInt}, {text: "string(%)", is: typeString}}
	object := []term{{text: "%.name", is: typeString}, {text: "%.port", is: typeInt}, {text: "%.?labels", is: typeLabels, optional: true}}
	all := []dimension{
		{"forEach: literal", `["red", "blue"]`, "%", word},
		{"forEach: literal", `["one"]`, "%", word},
		{"forEach: range", "lists.range(3)", "string(%)", number},
		{"forEach: computed", "lists.range(schema.spec.count)", "string(%)", number},
		{"forEach: computed", "['a', 'b', 'c'].filter(w, w != 'b')", "%", word},
		{"forEach: computed", "lists.range(2).map(n, 'n' + string(n))", "%", word},
		{"forEach: empty list", "['x'].filter(w, w != 'x')", "%", word},
	}
	for _, t := range b.terms {
		switch {
		case t.optional || t.is == "":
		case t.is == typeStrings && t.node == "":
			all = append(all, dimension{"forEach: field", t.text, "%", word}, dimension{"forEach: computed", t.text + ".map(w, w + '-m').sort()", "%", word})
		case t.is == typeInts && t.node == "":
			all = append(all, dimension{"forEach: field", t.text, "string(%)", number})
		case t.is == typeItems:
			all = append(all, dimension{"forEach: objects", t.text, "%.name", object})
		case t.is == typeLabels && t.node == "":
			all = append(all, dimension{"forEach: computed", t.text + ".map(k, k.replace('/', '-')).sort()", "%", word})
		case t.is == typeStrings:
			all = append(all, dimension{"forEach: other node", t.text + ".distinct()", "%", word})
		}
	}
	for _, earlier := range b.g.nodes {
		if earlier.collection && !earlier.external && len(b.terms.from(earlier.id)) > 0 {
			chained := []term{{text: "%.metadata.name", is: typeString}, {text: "%.kind", is: typeString}}
			all = append(all, dimension{"forEach: collection", earlier.id, "%.metadata.name", chained})
		}
	}
	return all
}
