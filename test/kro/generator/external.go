package generator

func externalFeatures() []feature {
	return []feature{
		"external: by name", "external: name by expression", "external: missing", "external: cluster-scoped", "external: ready", "external: ready of a selection", "external: include",
		"external: by selector", "external: empty selector", "external: match expressions", "external: selector with expressions",
		"external: selector by one expression", "external: in one namespace", "external: in all namespaces", "external: nothing selected",
	}
}

// external makes a node that reads what exists already.
func (g *generation) external(id string) *node {
	n := &node{id: id, resource: fields("id", id), external: true}
	reference := fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields())
	n.resource.set("externalRef", reference)
	if g.dice.chance(45) {
		g.selected(n, reference)
	} else {
		g.named(n, reference)
	}
	if g.dice.chance(10) {
		g.features.use("external: include")
		n.resource.set("includeWhen", list("${schema.spec.count >= 0}"))
	}
	if n.collection && g.dice.chance(5) {
		// kro accepts it and then never finds the selection ready.
		g.features.use("external: ready of a selection")
		n.resource.set("readyWhen", list("${size("+id+") >= 0}"))
	}
	if !n.collection && g.dice.chance(20) {
		g.features.use("external: ready")
		n.resource.set("readyWhen", list("${"+g.expression(typeBool, n.self)+" || true}"))
	}
	return n
}

// named refers to one object by its name.
func (g *generation) named(n *node, reference *object) {
	g.features.use("external: by name")
	metadata := reference.object("metadata")
	name := "shared-" + g.word()
	metadata.set("name", name)
	if g.dice.chance(40) {
		g.features.use("external: name by expression")
		name = textOf(g.fieldNamed("name").value) + "-shared"
		metadata.set("name", pick(g.dice, "${schema.spec.name}-shared", `${schema.spec.name + "-shared"}`))
	}
	kind := pick(g.dice, "ConfigMap", "ConfigMap", "Secret", "Namespace")
	reference.set("kind", kind)
	existing := fields("apiVersion", "v1", "kind", kind, "metadata", fields("name", name, "labels", fields("app", "shared")))
	if kind != "Namespace" && (g.cluster || g.dice.chance(40)) {
		metadata.set("namespace", "shared")
		existing.object("metadata").set("namespace", "shared")
	}
	n.kind = kind
	switch kind {
	case "ConfigMap":
		existing.set("data", fields("first", g.word(), "second", "2"))
		n.terms = append(n.terms, term{text: n.id + ".data.first", is: typeString, node: n.id}, term{text: n.id + ".data.?missing", is: typeString, optional: true, node: n.id})
	case "Secret":
		existing.set("data", fields("token", "c2VjcmV0"))
		n.terms = append(n.terms, term{text: "string(" + n.id + ".data.token)", is: typeString, node: n.id})
	default:
		g.features.use("external: cluster-scoped")
		n.cluster = true
	}
	n.terms = append(n.terms, term{text: n.id + ".metadata.name", is: typeString, node: n.id}, term{text: n.id + ".metadata.labels", is: typeLabels, node: n.id})
	n.self = scope{{text: n.id + ".metadata.name", is: typeString}}
	if g.dice.chance(10) {
		g.features.use("external: missing")
		return
	}
	g.exists(existing)
}

// exists puts an object into the cluster, unless one of its name is there.
func (g *generation) exists(existing *object) {
	identity := func(o *object) string {
		metadata := o.object("metadata")
		return o.text("kind") + "/" + metadata.text("namespace") + "/" + metadata.text("name")
	}
	for _, other := range g.objects {
		if identity(other) == identity(existing) {
			return
		}
	}
	g.objects = append(g.objects, existing)
}

func textOf(value any) string {
	s, _ := value.(string)
	return s
}

// selected refers to all objects with certain labels.
func (g *generation) selected(n *node, reference *object) {
	g.features.use("external: by selector")
	d := g.dice
	n.collection, n.kind = true, "ConfigMap"
	metadata := reference.object("metadata")
	name := textOf(g.fieldNamed("name").value)
	switch d.upTo(5) {
	case 0:
		g.features.use("external: empty selector")
		metadata.set("selector", fields())
	case 1:
		g.features.use("external: match expressions")
		requirement := fields("key", "tier", "operator", pick(d, "In", "NotIn"), "values", list("front", "back"))
		metadata.object("selector").set("matchExpressions", list(requirement, fields("key", "app", "operator", "Exists")))
	case 2:
		g.features.use("external: selector with expressions")
		metadata.object("selector").set("matchLabels", fields("app", pick(d, "${schema.spec.name}", "${schema.spec.name + ''}")))
	case 3:
		g.features.use("external: selector by one expression")
		metadata.set("selector", pick(d, "${{'matchLabels': {'app': schema.spec.name}}}", `${{"matchLabels": {"app": "`+name+`"}}}`))
	default:
		metadata.object("selector").set("matchLabels", fields("app", name))
	}
	g.features.use("external: in all namespaces")
	if d.chance(40) {
		delete(g.features, "external: in all namespaces")
		g.features.use("external: in one namespace")
		metadata.set("namespace", pick(d, "shared", "${'sha' + 'red'}"))
	}
	count := d.upTo(4)
	if count == 0 {
		g.features.use("external: nothing selected")
	}
	for i := range count {
		existing := fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields(
			"name", pick(d, "z", "m", "a")+n.id+string(rune('0'+i)), "namespace", pick(d, "shared", "shared", "elsewhere"),
			"labels", fields("app", pick(d, name, name, "else"), "tier", pick(d, "front", "back", "none")),
		))
		existing.set("data", fields("first", g.word(), "n", "1"))
		existing.object("metadata").set("name", lower(textOf(existing.object("metadata").values["name"])))
		g.exists(existing)
	}
	n.terms = scope{
		{text: "size(" + n.id + ")", is: typeInt, node: n.id},
		{text: n.id + ".map(item, item.metadata.name).sort()", is: typeStrings, node: n.id},
		{text: n.id + ".map(item, item.data.first)", is: typeStrings, node: n.id},
		{text: n.id + ".sortBy(item, item.metadata.name).map(item, item.metadata.namespace).join('+')", is: typeString, node: n.id},
		{text: n.id + ".exists(item, item.data[?'n'].orValue('0') == '1')", is: typeBool, node: n.id},
	}
}

func lower(text string) string {
	out := []byte(text)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}
