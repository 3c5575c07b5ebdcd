package generator

import (
	"slices"
	"strings"
)

func statusFeatures() []feature {
	return []feature{
		"status: none", "status: scalar", "status: list", "status: map", "status: dyn", "status: template", "status: nested", "status: inside a list", "status: mixed list",
		"status: of a node", "status: of the instance", "status: optional", "status: whole struct", "status: empty map", "status: own state", "status: fails",
		"condition: constant", "condition: by ternary", "condition: list", "condition: reads a built-in", "condition: reads a node",
	}
}

// projections declares the status of the instance.
func (g *generation) projections() {
	d := g.dice
	if d.chance(25) {
		g.features.use("status: none")
		return
	}
	terms := g.terms
	for _, n := range g.nodes {
		if d.chance(50) {
			terms = append(slices.Clip(terms), n.terms...)
		}
	}
	names := []string{"url", "ready", "total", "names", "info", "nested", "phase", "all", "extra"}
	shuffle(d, names)
	for _, name := range names[:d.between(1, 6)] {
		g.status.set(name, g.projection(terms))
	}
	if d.chance(5) {
		g.features.use("status: empty map")
		g.status.set("nothing", fields())
	}
	if d.chance(2) {
		g.features.use("status: fails")
		g.status.set("failing", "${1 / (schema.spec.count - schema.spec.count)}")
	}
	if d.chance(4) {
		g.features.use("status: own state")
		g.status.set("state", "${schema.spec.name}")
	}
	if d.chance(25) {
		g.ownConditions(terms)
	}
}

// projection is one field of the status.
func (g *generation) projection(terms scope) any {
	d := g.dice
	switch d.upTo(9) {
	case 0:
		g.features.use("status: nested")
		inner := fields()
		for _, name := range []string{"first", "second"}[:d.between(1, 2)] {
			inner.set(name, g.projected(typeString, terms))
		}
		return inner
	case 1:
		if d.chance(10) {
			// kro's schema describes one element, which one is random.
			g.features.use("status: mixed list")
			return list("${schema.spec.count}", "${dyn(schema.spec.count)}", "${schema.spec.name}")
		}
		g.features.use("status: inside a list")
		return list(g.projectedInt(terms), g.projectedInt(terms))
	case 2:
		g.features.use("status: template")
		return pick(d, "name: ", "") + g.projected(typeString, terms) + pick(d, "!", " and ") + "${schema.metadata.name}"
	case 3:
		if optional := terms.maybe(typeString); len(optional) > 0 {
			g.features.use("status: optional")
			return "${" + pick(d, optional...).text + "}"
		}
	case 4:
		if text := g.wholeStruct(); text != "" {
			g.features.use("status: whole struct")
			return "${" + text + "}"
		}
	}
	t := pick(d, typeString, typeString, typeInt, typeBool, typeDouble, typeStrings, typeInts, typeLabels, typeAny)
	g.features.use(shape(t))
	return g.projected(t, terms)
}

// shape is the feature of a projection of a type.
func shape(t celType) feature {
	switch t {
	case typeStrings, typeInts, typeItems:
		return "status: list"
	case typeLabels, typeItem:
		return "status: map"
	case typeAny, typeLoose, typeBytes:
		return "status: dyn"
	case typeString, typeInt, typeBool, typeDouble:
	}
	return "status: scalar"
}

// projected is an expression that refers to something, as a projection must.
func (g *generation) projected(t celType, terms scope) string {
	text := g.expression(t, terms)
	if refersToNode(text, terms) {
		g.features.use("status: of a node")
		return "${" + text + "}"
	}
	g.features.use("status: of the instance")
	if strings.Contains(text, "schema.") {
		return "${" + text + "}"
	}
	return "${schema.spec.count >= 0 ? (" + text + ") : (" + text + ")}"
}

// projectedInt is a whole number for certain, not a dyn that happens to be one.
func (g *generation) projectedInt(terms scope) string {
	text := strings.TrimSuffix(strings.TrimPrefix(g.projected(typeInt, terms), "${"), "}")
	return "${int(" + text + ")}"
}

// refersToNode tells whether an expression contains the text of a term of a node. A literal
// never does, since terms hold a dot or a call.
func refersToNode(text string, terms scope) bool {
	for _, t := range terms {
		if t.node != "" && strings.Contains(text, t.text) {
			return true
		}
	}
	return false
}

// wholeStruct is an object with all its fields.
func (g *generation) wholeStruct() string {
	var all []string
	for _, n := range g.nodes {
		switch {
		case n.collection:
		case n.kind == "Service" && !n.external:
			all = append(all, n.id+".spec.ports", n.id+".spec")
		case n.kind == "Deployment":
			all = append(all, n.id+".spec.selector")
		case n.external || n.kind == "ConfigMap":
			all = append(all, n.id+".metadata")
		}
	}
	for _, f := range g.fields {
		if f.surely && (f.is == typeItem || f.is == typeItems) {
			all = append(all, "schema.spec."+escaped(f.name))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return pick(g.dice, all...)
}

// ownConditions declares conditions of the author's.
func (g *generation) ownConditions(terms scope) {
	d := g.dice
	entries := []any{}
	add := func(f feature, text string) {
		g.features.use(f)
		entries = append(entries, "${"+text+"}")
	}
	if d.chance(60) {
		add("condition: constant", `runtime.newCondition({type: 'Built', status: 'True', reason: 'Done', message: `+g.expression(typeString, terms)+`})`)
	}
	if d.chance(50) {
		add("condition: by ternary", g.expression(typeBool, g.terms)+` ? runtime.newCondition({type: 'Switched', status: 'True'}) : runtime.newCondition({type: 'Switched', status: 'False', reason: 'Off'})`)
	}
	if d.chance(40) {
		add("condition: list", `['a', 'b'].map(c, runtime.newCondition({type: 'Part' + c, status: 'Unknown'}))`)
	}
	if d.chance(50) {
		add("condition: reads a built-in", `runtime.newCondition({type: 'Ready', status: runtime.condition(schema, 'GraphResolved').status})`)
	}
	for _, n := range g.nodes {
		if n.kind == "Deployment" && !n.collection {
			add("condition: reads a node", `runtime.newCondition({type: 'Rolled', status: runtime.condition(`+n.id+`, 'Available').status == 'True' ? 'True' : 'False'})`)
			break
		}
	}
	if len(entries) > 0 {
		g.status.set("conditions", entries)
	}
}
