package generator

import (
	"strings"

	"github.com/krowave/krowave/test/kro/trial"
)

// conditions adds includeWhen and readyWhen.
func (b *builder) conditions() {
	d := b.g.dice
	if d.chance(20) {
		b.include()
	}
	switch {
	case d.chance(4):
		b.n.resource.set(pick(d, "includeWhen", "readyWhen"), []any{})
	case d.chance(25):
		b.ready()
	}
}

func (b *builder) include() {
	d := b.g.dice
	var all []any
	for range pick(d, 1, 1, 1, 2) {
		terms := b.outer.ofInstance()
		name := feature("node: include by schema")
		upstream := b.outer
		if len(upstream) > len(terms) && d.chance(40) {
			name, terms = "node: include by node", upstream
		}
		b.g.features.use(name)
		text := b.g.expression(typeBool, terms)
		if strings.HasSuffix(text, ".deep.on") {
			text += " == true" // a condition has to be a boolean for certain
		}
		if optional := terms.maybe(typeBool); len(optional) > 0 && d.chance(30) {
			b.g.features.use("node: include optional")
			text = pick(d, optional...).text
		} else if d.chance(60) {
			// Most conditions hold, or cases would be empty.
			text = "true || " + parenthesised(text)
		}
		all = append(all, "${"+text+"}")
	}
	if len(all) > 1 {
		b.g.features.use("node: several includes")
	}
	b.n.resource.set("includeWhen", all)
}

func parenthesised(text string) string {
	if hasOperator(text) {
		return "(" + text + ")"
	}
	return text
}

func (b *builder) ready() {
	d := b.g.dice
	self := b.n.id
	if b.n.collection {
		self = "each"
		b.g.features.use("node: ready by each")
	}
	var all []any
	for range pick(d, 1, 1, 1, 2) {
		text := self + ".metadata.name != ''"
		switch d.upTo(4) {
		case 0:
			b.g.features.use("node: ready by own field")
			text = b.g.expression(typeBool, b.n.self)
			if d.chance(80) {
				text = "true || " + parenthesised(text)
			}
		case 1:
			b.g.features.use("node: ready optional")
			text = "has(" + self + ".metadata.labels) || " + self + ".?metadata.?annotations[?'x'].orValue('y') == 'y'"
		case 2:
			if path := statusPaths()[b.n.kind]; path != "" {
				b.g.features.use("node: ready by status")
				text = pick(d, "has("+self+path+")", self+path+" != dyn('none')", self+strings.Replace(path, ".status.", ".?status.?", 1)+".hasValue()")
			}
		}
		all = append(all, "${"+text+"}")
	}
	if len(all) > 1 {
		b.g.features.use("node: several readies")
	}
	b.n.resource.set("readyWhen", all)
}

// statusPaths name one field of the status of the kinds that have a typical one.
func statusPaths() map[string]string {
	return map[string]string{
		"Deployment": ".status.availableReplicas", "StatefulSet": ".status.readyReplicas", "DaemonSet": ".status.numberReady",
		"Job": ".status.succeeded", "PersistentVolumeClaim": ".status.phase", "Namespace": ".status.phase", "Widget": ".status.phase",
		"HorizontalPodAutoscaler": ".status.currentReplicas",
	}
}

// observe says what the cluster knows about the node, and lets other nodes read it.
func (b *builder) observe(form templateForm) {
	d := b.g.dice
	terms := form.status
	if len(terms) == 0 || b.g.cannotExist() {
		return
	}
	switch {
	case d.chance(65):
		b.g.features.use("node: observed")
		for item := range 3 {
			if item > 0 && !b.n.collection {
				break
			}
			b.g.observed = append(b.g.observed, trial.Observation{Node: b.n.id, Index: item, Object: form.observed})
		}
	case d.chance(60):
		return
	default:
		// Whoever reads the status waits for ever.
		b.g.features.use("node: not observed")
	}
	for _, t := range terms {
		b.n.terms = append(b.n.terms, term{text: b.n.id + "." + t.text, is: t.is, optional: t.optional, node: b.n.id})
	}
}

// cannotExist tells whether nothing more is observed, in cases where only what is given exists.
func (g *generation) cannotExist() bool { return g.mode == trial.Given && g.dice.chance(50) }
