package generator

import (
	"fmt"
	"slices"

	"github.com/krowave/krowave/test/kro/trial"
)

// generation is a case in the making.
type generation struct {
	dice     *dice
	features recorder

	kind, group, version string
	cluster              bool // the instance is cluster-scoped
	careless             bool // optional values are taken for granted

	fields []field
	types  *object
	terms  scope // of the instance

	nodes    []*node // in an order in which every node refers only to earlier ones
	status   *object
	objects  []*object // that exist in the cluster
	crds     map[string]string
	siblings map[string]string
	observed []trial.Observation
	mode     trial.Mode
}

func worldFeatures() []feature {
	return []feature{
		"world: default group", "world: own group", "world: cluster scope", "world: printer columns", "world: short names", "world: categories",
		"world: CRD metadata", "world: no resources", "world: resources out of order", "world: only what is given exists", "world: custom kind", "world: sibling RGD", "world: careless author",
		"instance: own namespace", "instance: labels", "instance: unknown field", "instance: uid",
	}
}

// Generate is the case of a seed.
func Generate(seed uint64) trial.Case {
	g := &generation{
		dice: newDice(seed, content), features: recorder{}, types: fields(), status: fields(),
		crds: map[string]string{}, siblings: map[string]string{}, mode: trial.Echo,
	}
	g.world()
	g.schemaFields()
	g.resources()
	g.projections()
	d := g.draft()
	breaking := newDice(seed, breakage)
	mutations := mutationTable()
	c := trial.Case{
		Name:     fmt.Sprintf("seed-%d", seed),
		Origin:   trial.Origin{Seed: seed},
		Siblings: texts(g.siblings),
		CRDs:     texts(g.crds),
		Unknown:  trial.Refuse,
	}
	// Every fourth case is broken, each time in the next way.
	if seed%4 == 3 {
		m := mutations[seed/4%uint64(len(mutations))]
		d.dice = breaking
		m.apply(d)
		c.Origin.Mutation, c.Origin.Breaks = m.name, m.stage
	}
	style := newDice(seed, layout)
	c.RGD = write(style, d.rgd)
	c.Instance = write(style, d.instance)
	for _, object := range g.objects {
		c.Objects = append(c.Objects, write(style, object))
	}
	c.Observed, c.Mode = g.observed, g.mode
	c.Origin.Features = g.features.sorted()
	return c
}

func texts(byName map[string]string) []string {
	all := make([]string, 0, len(byName))
	for _, text := range byName {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// world decides what surrounds the nodes.
func (g *generation) world() {
	g.kind = pick(g.dice, "WebApp", "Policy", "Gateway", "Data", "Index", "Proxy", "Stack", "Ingress", "Person", "VPC", "S3Bucket", "App2", "Series", "Redis")
	g.version = pick(g.dice, "v1alpha1", "v1beta1", "v1", "v2alpha3")
	g.group = "kro.run"
	g.features.use("world: default group")
	if g.dice.chance(25) {
		delete(g.features, "world: default group")
		g.features.use("world: own group")
		g.group = pick(g.dice, "example.com", "platform.example.org")
	}
	if g.dice.chance(15) {
		g.features.use("world: cluster scope")
		g.cluster = true
	}
	if g.dice.chance(12) {
		g.features.use("world: only what is given exists")
		g.mode = trial.Given
	}
	if g.dice.chance(8) {
		g.features.use("world: careless author")
		g.careless = true
	}
	metadata := []field{{name: "name", is: typeString, surely: true}}
	if !g.cluster {
		metadata = append(metadata, field{name: "namespace", is: typeString, surely: true})
	}
	for _, f := range metadata {
		g.terms = append(g.terms, reach("schema.metadata", f)...)
	}
	g.terms = append(
		g.terms,
		term{text: "schema.metadata.?labels[?'team']", is: typeString, optional: true},
		term{text: "schema.kind", is: typeString}, term{text: "schema.apiVersion", is: typeString},
	)
}

// word is a short lower-case name.
func (g *generation) word() string {
	return pick(g.dice, "alpha", "beta", "gamma", "delta", "web", "api", "cache", "blue", "green", "edge", "core", "north", "a-b-c")
}

// words are distinct.
func (g *generation) words(n int) []any {
	all := list("alpha", "beta", "gamma", "delta", "web", "api", "cache")
	shuffle(g.dice, all)
	return all[:n]
}

// draft is the finished case as objects that can still be broken.
type draft struct {
	dice     *dice
	g        *generation
	rgd      *object
	schema   *object
	instance *object
}

func (g *generation) draft() *draft {
	schema := fields("apiVersion", g.version, "kind", g.kind)
	if g.group != "kro.run" || g.dice.chance(20) {
		schema.set("group", g.group)
	}
	if g.cluster {
		schema.set("scope", "Cluster")
	} else if g.dice.chance(10) {
		schema.set("scope", "Namespaced")
	}
	spec := fields()
	for _, f := range g.fields {
		spec.set(f.name, f.declare)
	}
	schema.set("spec", spec)
	if len(g.types.keys) > 0 {
		schema.set("types", g.types)
	}
	if len(g.status.keys) > 0 {
		schema.set("status", g.status)
	}
	g.crdExtras(schema)
	rgd := fields("apiVersion", "kro.run/v1alpha1", "kind", "ResourceGraphDefinition", "metadata", fields("name", "generated"))
	rgd.set("spec", fields("schema", schema))
	resources := make([]any, 0, len(g.nodes))
	for _, n := range g.nodes {
		resources = append(resources, n.resource)
	}
	if len(resources) > 1 && g.dice.chance(60) {
		g.features.use("world: resources out of order")
		shuffle(g.dice, resources)
	}
	if len(resources) > 0 || g.dice.chance(50) {
		rgd.object("spec").set("resources", resources)
	}
	return &draft{dice: g.dice, g: g, rgd: rgd, schema: schema, instance: g.instance()}
}

// crdExtras are what an RGD says about its CRD besides the fields.
func (g *generation) crdExtras(schema *object) {
	if g.dice.chance(12) {
		g.features.use("world: printer columns")
		schema.set("additionalPrinterColumns", list(fields("name", "Name", "type", "string", "jsonPath", ".spec.name"), fields("name", "Count", "type", "integer", "jsonPath", ".spec.count", "priority", 1)))
	}
	if g.dice.chance(8) {
		g.features.use("world: short names")
		schema.set("shortNames", list("gen", "gn2"))
	}
	if g.dice.chance(8) {
		g.features.use("world: categories")
		schema.set("categories", list("all-things", "kro"))
	}
	if g.dice.chance(8) {
		g.features.use("world: CRD metadata")
		schema.set("metadata", fields("labels", fields("team", "blue"), "annotations", fields("note", "any text")))
	}
}

func (g *generation) instance() *object {
	metadata := fields("name", pick(g.dice, "demo", "my-app", "app.one", "x"))
	if !g.cluster && g.dice.chance(50) {
		g.features.use("instance: own namespace")
		metadata.set("namespace", pick(g.dice, "team-a", "default"))
	}
	if g.dice.chance(30) {
		g.features.use("instance: labels")
		metadata.set("labels", fields("team", "red", "app.kubernetes.io/part-of", "demo"))
		metadata.set("annotations", fields("note", "literal ${schema.spec.name}"))
	}
	if g.dice.chance(20) {
		g.features.use("instance: uid")
		metadata.set("uid", "6f9619ff-8b86-4011-b42d-00c04fc964ff")
	}
	spec := fields()
	for _, f := range g.fields {
		if f.given {
			spec.set(f.name, f.value)
		}
	}
	if g.dice.chance(10) {
		g.features.use("instance: unknown field")
		spec.set("unheardOf", fields("any", []any{1, "two"}))
	}
	return fields("apiVersion", g.group+"/"+g.version, "kind", g.kind, "metadata", metadata, "spec", spec)
}
