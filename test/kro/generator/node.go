package generator

import (
	"slices"
	"strings"
)

// node is one entry of spec.resources.
type node struct {
	id         string
	resource   *object
	template   *object
	apiVersion string
	kind       string
	cluster    bool // its kind is cluster-scoped
	collection bool
	external   bool
	slots      []slot // where values stand, for mutations
	terms      scope  // what other nodes may say about it
	self       scope  // what its own readyWhen may say, by its id or by `each`
}

// slot is a place in a template that takes a value of a type.
type slot struct {
	at  *object
	key string
	is  celType
}

func nodeFeatures() []feature {
	return []feature{
		"node: include by schema", "node: include by node", "node: include optional", "node: several includes",
		"node: ready by own field", "node: ready by status", "node: ready optional", "node: several readies", "node: ready by each",
		"node: name by standalone", "node: name by template", "node: name by literal", "node: name by upstream",
		"node: namespace left out", "node: namespace empty", "node: namespace literal", "node: namespace by expression", "node: namespace by node",
		"node: observed", "node: not observed",
	}
}

// ids are names of nodes: some are also CEL functions or namespaces of functions, which is legal.
func ids() []string {
	return []string{"web", "db", "cache", "config", "main", "extra", "front", "worker", "net", "policy1", "json", "hash", "size", "zeta", "aCamelId", "x"}
}

func (g *generation) resources() {
	if g.dice.chance(3) {
		g.features.use("world: no resources")
		return
	}
	names := ids()
	shuffle(g.dice, names)
	for _, id := range names[:g.dice.between(1, 7)] {
		switch {
		case g.dice.chance(14):
			g.nodes = append(g.nodes, g.external(id))
		default:
			g.nodes = append(g.nodes, g.templated(id))
		}
	}
}

// templated makes a node with a template, maybe a collection.
func (g *generation) templated(id string) *node {
	form := pick(g.dice, templateTable()...)
	if g.cluster && g.dice.chance(30) {
		form = namespaceForm()
	}
	g.features.use(form.feature)
	n := &node{
		id: id, resource: fields("id", id), template: fields("apiVersion", form.apiVersion, "kind", form.kind),
		apiVersion: form.apiVersion, kind: form.kind, cluster: form.cluster,
	}
	visible := g.visible(id)
	b := &builder{g: g, n: n, terms: visible, outer: visible}
	if !form.plain && g.dice.chance(22) {
		b.iterate()
	}
	b.metadata()
	form.build(b)
	n.resource.set("template", n.template)
	b.conditions()
	b.observe(form)
	b.exports()
	return n
}

// visible are the terms of the instance and of a few earlier nodes: referring to all of them
// would make every graph a line.
func (g *generation) visible(id string) scope {
	terms := g.terms
	for _, earlier := range g.nodes {
		if g.dice.chance(35) {
			terms = append(slices.Clip(terms), earlier.terms...)
		}
	}
	return terms.without(id)
}

// builder fills in one template.
type builder struct {
	g         *generation
	n         *node
	terms     scope
	outer     scope    // the terms without iterators
	iterators []string // CEL strings that tell the items of a collection apart
}

// metadata names the object, places it, and labels it.
func (b *builder) metadata() {
	metadata := b.n.template.object("metadata")
	b.name(metadata)
	b.namespace(metadata)
	if b.g.dice.chance(40) {
		b.labels(metadata, "labels")
	}
	if b.g.dice.chance(20) {
		annotations := metadata.object("annotations")
		b.value(annotations, pick(b.g.dice, "note", "example.com/owner"), typeString)
	}
	b.export("metadata.name", typeString)
}

// name is unique in the case: it ends in the node's id and holds every iterator.
func (b *builder) name(metadata *object) {
	d := b.g.dice
	suffix := "-" + strings.ToLower(b.n.id)
	if len(b.iterators) > 0 {
		name := pick(d, "${schema.metadata.name}", "${schema.spec.name}", "item") + suffix
		metadata.set("name", name+"-${"+strings.Join(b.iterators, "}-${")+"}")
		return
	}
	b.n.slots = append(b.n.slots, slot{metadata, "name", typeString})
	switch d.upTo(5) {
	case 0:
		b.g.features.use("node: name by literal")
		metadata.set("name", "fixed"+suffix)
	case 1:
		b.g.features.use("node: name by standalone")
		metadata.set("name", `${schema.spec.name + "`+suffix+`"}`)
	case 2:
		names := b.upstreamNames()
		if len(names) == 0 {
			metadata.set("name", "${schema.metadata.name}"+suffix)
			return
		}
		b.g.features.use("node: name by upstream")
		metadata.set("name", "${"+pick(d, names...).text+"}"+suffix)
	default:
		b.g.features.use("node: name by template")
		metadata.set("name", pick(d, "${schema.metadata.name}", "${schema.spec.name}", "pre-${schema.spec.name}")+suffix)
	}
}

// upstreamNames are the names of single nodes that are visible.
func (b *builder) upstreamNames() []term {
	var all []term
	for _, candidate := range b.terms {
		if candidate.node != "" && strings.HasSuffix(candidate.text, ".metadata.name") && !strings.Contains(candidate.text, "(") {
			all = append(all, candidate)
		}
	}
	return all
}

func (b *builder) namespace(metadata *object) {
	if b.n.cluster {
		return
	}
	d := b.g.dice
	var namespaces []term
	for _, earlier := range b.g.nodes {
		if earlier.kind == "Namespace" && !earlier.collection && !earlier.external {
			namespaces = append(namespaces, term{text: earlier.id + ".metadata.name", node: earlier.id})
		}
	}
	switch {
	case len(namespaces) > 0 && d.chance(60):
		b.g.features.use("node: namespace by node")
		metadata.set("namespace", "${"+pick(d, namespaces...).text+"}")
	case d.chance(15):
		b.g.features.use("node: namespace literal")
		metadata.set("namespace", "other")
	case b.g.cluster || d.chance(15):
		b.g.features.use("node: namespace by expression")
		metadata.set("namespace", pick(d, "${schema.spec.name}", "ns-${schema.spec.name}", "${schema.metadata.name + '-ns'}"))
	case d.chance(5):
		b.g.features.use("node: namespace empty")
		metadata.set("namespace", pick[any](d, "", nil))
	default:
		b.g.features.use("node: namespace left out")
	}
}

// labels sets a map of strings: key by key, or whole by one expression.
func (b *builder) labels(at *object, key string) {
	if b.g.dice.chance(30) {
		b.value(at, key, typeLabels)
		return
	}
	labels := at.object(key)
	for _, name := range []string{"app", "app.kubernetes.io/part-of", "tier"}[:b.g.dice.between(1, 3)] {
		b.value(labels, name, typeString)
	}
}

// export lets other nodes say this about the node, below its id, and the node's own readyWhen.
func (b *builder) export(path string, t celType) {
	b.n.terms = append(b.n.terms, term{text: b.n.id + "." + path, is: t, node: b.n.id})
	self := b.n.id
	if b.n.collection {
		self = "each"
	}
	b.n.self = append(b.n.self, term{text: self + "." + path, is: t})
}

// exports turns what is said about one item into what can be said about the collection.
func (b *builder) exports() {
	if !b.n.collection {
		return
	}
	id := b.n.id
	b.n.terms = scope{
		{text: "size(" + id + ")", is: typeInt, node: id},
		{text: id + ".map(item, item.metadata.name)", is: typeStrings, node: id},
		{text: id + ".map(item, item.metadata.name).join(',')", is: typeString, node: id},
		{text: id + ".all(item, size(item.metadata.name) > 3)", is: typeBool, node: id},
		{text: id + ".filter(item, item.metadata.name.contains('a')).size()", is: typeInt, node: id},
	}
}
