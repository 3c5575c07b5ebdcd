package generator

import (
	"strings"

	"github.com/krowave/krowave/test/kro/trial"
)

func admissionMutations() []mutation {
	const stage = trial.StageAdmission
	schema := func(name, key string, value any) mutation {
		return mutation{name, stage, func(d *draft) { d.schema.set(key, value) }}
	}
	return []mutation{
		schema("kind in lower case", "kind", "webapp"),
		schema("kind with a dash", "kind", "Web-App"),
		schema("apiVersion with a group", "apiVersion", "kro.run/v1"),
		schema("apiVersion that is no version", "apiVersion", "1.0"),
		schema("unknown scope", "scope", "Global"),
		schema("short name in upper case", "shortNames", list("WA")),
		schema("short name twice", "shortNames", list("wa", "wa")),
		schema("category with a blank", "categories", list("a b")),
		schema("printer column without a path", "additionalPrinterColumns", list(fields("name", "N", "type", "string"))),
		schema("CRD label that is a number", "metadata", fields("labels", fields("a", 1))),
		schema("spec that is a list", "spec", list("a")),
		{"kind left out", stage, func(d *draft) { d.schema.remove("kind") }},
		{"schema left out", stage, func(d *draft) { d.rgd.object("spec").remove("schema") }},
		{"RGD name in upper case", stage, func(d *draft) { d.rgd.object("metadata").set("name", "Generated") }},
		{"template and externalRef", stage, func(d *draft) {
			d.one().set("externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("name", "x")))
		}},
		{"neither template nor externalRef", stage, func(d *draft) { d.one().remove("template") }},
		{"template that is text", stage, func(d *draft) { d.one().set("template", "kind: ConfigMap") }},
		{"forEach entry with two iterators", stage, func(d *draft) {
			d.one().set("forEach", list(fields("a", "${['x']}", "b", "${['y']}")))
		}},
		{"forEach entry without an iterator", stage, func(d *draft) { d.one().set("forEach", list(fields())) }},
		{"forEach that is no text", stage, func(d *draft) { d.one().set("forEach", list(fields("a", list("x")))) }},
		{"includeWhen that is text", stage, func(d *draft) { d.one().set("includeWhen", "${true}") }},
		{"externalRef without a kind", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "metadata", fields("name", "x"))))
		}},
		{"externalRef with an empty name", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("name", ""))))
		}},
	}
}

func namingMutations() []mutation {
	const stage = trial.StageBuild
	id := func(name, value string) mutation {
		return mutation{name, stage, func(d *draft) { d.configMap(value, "key", "value") }}
	}
	return []mutation{
		id("id in upper case", "Broken"),
		id("id with a dash", "bro-ken"),
		id("id with an underscore", "bro_ken"),
		id("reserved id", "schema"),
		id("reserved id of kro", "spec"),
		id("reserved id of CEL", "in"),
		id("empty id", ""),
		{"id twice", stage, func(d *draft) {
			d.configMap("twin", "key", "value")
			d.configMap("twin", "other", "value")
		}},
	}
}

// template adds a resource with this template.
func (d *draft) template(template *object) { d.add(fields("id", "broken", "template", template)) }

func structureMutations() []mutation {
	const stage = trial.StageBuild
	made := func(name string, template func(d *draft) *object) mutation {
		return mutation{name, stage, func(d *draft) { d.template(template(d)) }}
	}
	in := func(name, key, prefixed string) mutation {
		return mutation{name, stage, func(d *draft) {
			d.one().object("template").object("metadata").set(key, fields(prefixed, "value"))
		}}
	}
	return []mutation{
		{"apiVersion of a template left out", stage, func(d *draft) { d.one().object("template").remove("apiVersion") }},
		{"kind of a template left out", stage, func(d *draft) { d.one().object("template").remove("kind") }},
		{"metadata of a template left out", stage, func(d *draft) { d.one().object("template").remove("metadata") }},
		{"kind of a template by expression", stage, func(d *draft) { d.one().object("template").set("kind", "${schema.spec.name}") }},
		{"apiVersion of a template by expression", stage, func(d *draft) {
			d.one().object("template").set("apiVersion", "${schema.spec.name}")
		}},
		{"apiVersion of a template with two slashes", stage, func(d *draft) { d.one().object("template").set("apiVersion", "a/b/c") }},
		{"kind of a template that is no word", stage, func(d *draft) { d.one().object("template").set("kind", "Config Map") }},
		{"metadata that is text", stage, func(d *draft) { d.one().object("template").set("metadata", "name") }},
		made("empty template", func(*draft) *object { return fields() }),
		made("unknown kind", func(d *draft) *object {
			return fields("apiVersion", "v1", "kind", "ConfigMapp", "metadata", d.placed("x"))
		}),
		made("unknown version", func(d *draft) *object {
			return fields("apiVersion", "apps/v9", "kind", "Deployment", "metadata", d.placed("x"))
		}),
		made("unknown group", func(d *draft) *object {
			return fields("apiVersion", "nobody.example.com/v1", "kind", "Thing", "metadata", d.placed("x"))
		}),
		made("cluster-scoped kind with a namespace", func(*draft) *object {
			return fields("apiVersion", "v1", "kind", "Namespace", "metadata", fields("name", "x", "namespace", "y"))
		}),
		made("cluster-scoped kind with an empty namespace", func(*draft) *object {
			return fields("apiVersion", "v1", "kind", "Namespace", "metadata", fields("name", "x", "namespace", ""))
		}),
		{"cluster-scoped instance and no namespace", stage, func(d *draft) {
			d.schema.set("scope", "Cluster")
			d.template(fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("name", "x")))
		}},
		{"cluster-scoped instance and a blank namespace", stage, func(d *draft) {
			d.schema.set("scope", "Cluster")
			d.template(fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("name", "x", "namespace", " ")))
		}},
		in("label of kro", "labels", "kro.run/owned"),
		in("internal label of kro", "labels", "internal.kro.run/x"),
		in("annotation of kro", "annotations", "kro.run/note"),
		made("expression in a CRD below spec", func(*draft) *object {
			return fields("apiVersion", "apiextensions.k8s.io/v1", "kind", "CustomResourceDefinition", "metadata", fields("name", "x.y.z"), "spec", fields("group", "${schema.spec.name}"))
		}),
		{"unknown field of a template", stage, func(d *draft) {
			d.configMap("broken", "key", "value").object("template").set(pick(d.dice, "dota", "spec", "Data"), fields("a", "b"))
		}},
		{"text for a number", stage, func(d *draft) { d.spoil(typeInt, "three") }},
		{"number for text", stage, func(d *draft) { d.spoil(typeString, 3) }},
		{"boolean for text", stage, func(d *draft) { d.spoil(typeString, true) }},
		{"fraction for a whole number", stage, func(d *draft) { d.spoil(typeInt, 1.5) }},
		{"text for a boolean", stage, func(d *draft) { d.spoil(typeBool, "yes please") }},
		{"text for a list", stage, func(d *draft) { d.spoil(typeStrings, "get") }},
		{"map for a list", stage, func(d *draft) { d.spoil(typeStrings, fields("a", "b")) }},
		{"list for a map", stage, func(d *draft) { d.spoil(typeLabels, list("a")) }},
		{"template text for a number", stage, func(d *draft) { d.spoil(typeInt, "${string(schema.spec.count)}0") }},
	}
}

// collection adds a resource that iterates over the given dimensions.
func (d *draft) collection(name string, dimensions ...any) *object {
	resource := d.configMap("broken", "key", "value")
	resource.object("template").object("metadata").set("name", name)
	resource.set("forEach", dimensions)
	return resource
}

func iterationMutations() []mutation {
	const stage = trial.StageBuild
	each := func(name, iterator, expression, object string) mutation {
		return mutation{name, stage, func(d *draft) { d.collection(object, fields(iterator, expression)) }}
	}
	return []mutation{
		each("iterator in upper case", "Zone", "${['a']}", "x-${Zone}"),
		each("reserved iterator", "item", "${['a']}", "x-${item}"),
		each("iterator named like a resource", "broken", "${['a']}", "x-${broken}"),
		each("iterator not in the name", "z", "${['a']}", "x"),
		each("forEach over text", "z", "${schema.spec.name}", "x-${z}"),
		each("forEach over a map", "z", "${{'a': 'b'}}", "x-${z}"),
		each("forEach over dyn", "z", "${dyn(['a'])}", "x-${z}"),
		each("forEach that is a template", "z", "${['a']}${['b']}", "x-${z}"),
		each("forEach that is plain text", "z", "a,b", "x-${z}"),
		each("forEach with an unknown name", "z", "${nowhere.list}", "x-${z}"),
		each("forEach over itself", "z", "${broken.map(b, b.metadata.name)}", "x-${z}"),
		{"iterator twice", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}"), fields("z", "${['b']}"))
		}},
		{"second iterator not in the name", stage, func(d *draft) {
			d.collection("x-${y}", fields("y", "${['a']}"), fields("z", "${['b']}"))
		}},
		{"iterator that uses another", stage, func(d *draft) {
			d.collection("x-${y}-${z}", fields("y", "${['a']}"), fields("z", "${[y]}"))
		}},
		{"eleven dimensions", stage, func(d *draft) {
			var all []any
			var names []string
			for i := range 11 {
				names = append(names, "z"+string(rune('a'+i)))
				all = append(all, fields(names[i], "${['a']}"))
			}
			d.collection("x-${"+strings.Join(names, "}-${")+"}", all...)
		}},
		{"iterator in includeWhen", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}")).set("includeWhen", list("${z == 'a'}"))
		}},
		{"iterator in readyWhen", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}")).set("readyWhen", list("${z == 'a'}"))
		}},
		{"readyWhen of a collection by its id", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}")).set("readyWhen", list("${size(broken) > 0}"))
		}},
		{"each outside readyWhen", stage, func(d *draft) { d.spoil(typeString, "${each.metadata.name}") }},
		{"iterator of another resource", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}"))
			d.configMap("other", "key", "${z}")
		}},
		{"externalRef with forEach", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("name", "x")), "forEach", list(fields("z", "${['a']}"))))
		}},
		{"collection used as one object", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a']}"))
			d.configMap("other", "key", "${broken.metadata.name}")
		}},
	}
}
