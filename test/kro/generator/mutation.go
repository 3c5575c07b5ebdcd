package generator

import (
	"slices"

	"github.com/krowave/krowave/test/kro/trial"
)

// mutation breaks a valid case in one way, which is refused at a known stage.
type mutation struct {
	name  string
	stage trial.Stage
	apply func(d *draft)
}

// Mutations are the names of all ways to break a case.
func Mutations() []string {
	var all []string
	for _, m := range mutationTable() {
		all = append(all, m.name)
	}
	return all
}

func mutationTable() []mutation {
	return slices.Concat(
		admissionMutations(), namingMutations(), structureMutations(), iterationMutations(), expressionMutations(), typeMutations(),
		referenceMutations(), externalMutations(), statusMutations(), conditionMutations(), markerMutations(), crdMutations(),
		instanceMutations(), runMutations(),
	)
}

// resources are the entries of spec.resources.
func (d *draft) resources() []*object {
	var all []*object
	for _, entry := range d.rgd.object("spec").list("resources") {
		if resource, ok := entry.(*object); ok {
			all = append(all, resource)
		}
	}
	return all
}

// add puts a resource at a random place.
func (d *draft) add(resource *object) *object {
	all := d.rgd.object("spec").list("resources")
	all = slices.Insert(slices.Clone(all), d.dice.upTo(len(all)+1), any(resource))
	d.rgd.object("spec").set("resources", all)
	return resource
}

// placed is the metadata of a new namespaced object.
func (d *draft) placed(name string) *object {
	metadata := fields("name", name)
	if d.g.cluster {
		metadata.set("namespace", "broken")
	}
	return metadata
}

// configMap adds a plain resource that refers to nothing, so that nothing hides what is
// wrong with it, and answers the resource.
func (d *draft) configMap(id string, data ...any) *object {
	template := fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", d.placed("broken-"+lower(id)), "data", fields(data...))
	return d.add(fields("id", id, "template", template))
}

// field adds a field to the spec, and to the instance when it has a value.
func (d *draft) field(name string, declare, value any) {
	d.schema.object("spec").set(name, declare)
	if value != nil {
		d.instance.object("spec").set(name, value)
	}
}

// one is a resource with a template, made if there is none.
func (d *draft) one() *object {
	var all []*object
	for _, resource := range d.resources() {
		if resource.has("template") {
			all = append(all, resource)
		}
	}
	if len(all) == 0 {
		return d.configMap("lonely", "key", "value")
	}
	return pick(d.dice, all...)
}

// spoil writes a value where one of the given type belongs: in a template of the case, or in
// a new one.
func (d *draft) spoil(t celType, value any) {
	var all []slot
	for _, n := range d.g.nodes {
		for _, s := range n.slots {
			if s.is == t && !throughOpen(s) {
				all = append(all, s)
			}
		}
	}
	if len(all) > 0 && d.dice.chance(75) {
		chosen := pick(d.dice, all...)
		chosen.at.set(chosen.key, value)
		return
	}
	switch t {
	case typeInt:
		metadata := d.placed("broken-quota")
		spec := fields("minReplicas", value, "maxReplicas", 3, "scaleTargetRef", fields("kind", "Deployment", "name", "x"))
		d.add(fields("id", "brokenScaler", "template", fields("apiVersion", "autoscaling/v2", "kind", "HorizontalPodAutoscaler", "metadata", metadata, "spec", spec)))
	case typeStrings:
		rule := fields("apiGroups", list(""), "resources", list("pods"), "verbs", value)
		d.add(fields("id", "brokenRole", "template", fields("apiVersion", "rbac.authorization.k8s.io/v1", "kind", "Role", "metadata", d.placed("broken-role"), "rules", list(rule))))
	case typeBool:
		d.configMap("broken", "key", "value").object("template").set("immutable", value)
	case typeLabels:
		d.configMap("broken").object("template").set("data", value)
	case typeString, typeDouble, typeInts, typeItem, typeItems, typeAny, typeBytes, typeLoose:
		d.configMap("broken", "key", value)
	}
}

// throughOpen tells whether a slot lies where the kind takes anything, so that a wrong value
// would be right.
func throughOpen(s slot) bool { return s.key == "more" }
