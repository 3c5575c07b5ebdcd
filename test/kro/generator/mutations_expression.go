package generator

import "github.com/krowave/krowave/test/kro/trial"

// spoiled is a mutation that writes an expression where a type is expected.
func spoiled(name string, t celType, expressions ...string) mutation {
	return mutation{name, trial.StageBuild, func(d *draft) { d.spoil(t, pick(d.dice, expressions...)) }}
}

func expressionMutations() []mutation {
	return []mutation{
		spoiled("unknown name", typeString, "${nobody.metadata.name}", "pre-${scheam.spec.name}", "${schema.spec.name + suffix}"),
		spoiled("unknown field of the instance", typeString, "${schema.spec.unheard}", "x ${schema.spec.name.first}"),
		spoiled("unknown field of its metadata", typeString, "${schema.metadata.title}"),
		spoiled("status of the instance", typeString, "${schema.status.state}"),
		spoiled("unknown function", typeString, "${shout(schema.spec.name)}", "${schema.spec.name.shout()}"),
		spoiled("function of a missing library", typeInt, "${math.greatest(1, 2)}", "${sets.contains([1], [1]) ? 1 : 2}"),
		spoiled("syntax error", typeString, "${schema.spec.}", "${schema.spec.name +}", "${(schema.spec.name}", "${'open}", "a ${1 1} b"),
		spoiled("empty expression", typeString, "${}", "a-${}", "${  }"),
		spoiled("expression inside an expression", typeString, "${schema.spec.name + ${schema.spec.name}}", "${a ${b}}"),
		spoiled("type name as a value", typeBool, "${type(schema.spec.name) == string}"),
		spoiled("omit without its gate", typeString, "${omit()}", "${schema.spec.count > 1 ? dyn('a') : omit()}"),
		spoiled("runtime outside conditions", typeString, "${runtime.condition(schema, 'Ready').status}"),
		spoiled("null compared with text", typeBool, "${schema.spec.name == null}"),
		spoiled("index into a struct", typeString, "${schema.spec['name']}"),
		spoiled("size of a struct", typeInt, "${size(schema.spec)}"),
		spoiled("in on a struct", typeBool, "${'name' in schema.spec}"),
		spoiled("map over a struct", typeStrings, "${schema.spec.map(k, k)}"),
		spoiled("has on a variable", typeBool, "${has(schema)}"),
		spoiled("double and int compared", typeBool, "${1.0 == schema.spec.count}", "${1.5 < schema.spec.count}"),
		spoiled("text plus number", typeString, "${schema.spec.name + 1}", "${'a' + schema.spec.count}"),
		spoiled("branches of two types", typeString, "${schema.spec.count > 1 ? schema.spec.name : 1}"),
		spoiled("wrong argument", typeString, "${schema.spec.name.replace(1, 2)}", "${random.seededString('a', 'b')}"),
		spoiled("too few arguments", typeString, "${schema.spec.name.replace('a')}", "${random.seededString(3)}"),
		spoiled("format with a missing argument in the text", typeString, "${'%s %s'.format([schema.spec.name])}"),
		spoiled("quantity as text", typeString, "${string(quantity('1'))}"),
	}
}

func typeMutations() []mutation {
	return []mutation{
		spoiled("number in a text field", typeString, "${schema.spec.count}", "${1 + 1}", "${size(schema.spec.name)}"),
		spoiled("boolean in a text field", typeString, "${true}", "${schema.spec.count > 1}"),
		spoiled("list in a text field", typeString, "${['a']}", "${schema.spec.name.split('-')}"),
		spoiled("text in a number field", typeInt, "${schema.spec.name}", "${string(1)}"),
		spoiled("double in a number field", typeInt, "${1.0}", "${double(schema.spec.count)}"),
		spoiled("text in a boolean field", typeBool, "${schema.spec.name}", "${'true'}"),
		spoiled("number in a template", typeString, "n-${schema.spec.count}", "${schema.spec.name}-${1}"),
		spoiled("boolean in a template", typeString, "b-${true}"),
		spoiled("optional in a template", typeString, "o-${optional.of(schema.spec.name)}", "o-${{'a': 'b'}[?'c']}"),
		spoiled("list of numbers for a list of text", typeStrings, "${[1, 2]}", "${lists.range(3)}"),
		spoiled("text for a list by expression", typeStrings, "${schema.spec.name}"),
		spoiled("map of numbers for labels", typeLabels, "${{'a': 1}}"),
		spoiled("list for labels", typeLabels, "${['a']}"),
		spoiled("bytes in a text field", typeString, "${b'abc'}", "${hash.sha256('a')}"),
		{"containers by a literal of text alone", trial.StageBuild, func(d *draft) {
			template := fields("metadata", fields("labels", fields("a", "b")), "spec", fields("containers", "${[{'name': 'a', 'image': 'b'}]}"))
			spec := fields("selector", fields("matchLabels", fields("a", "b")), "template", template)
			d.template(fields("apiVersion", "apps/v1", "kind", "Deployment", "metadata", d.placed("x"), "spec", spec))
		}},
		{"secret data by text", trial.StageBuild, func(d *draft) {
			d.template(fields("apiVersion", "v1", "kind", "Secret", "metadata", d.placed("x"), "data", fields("a", pick(d.dice, "${schema.spec.name}", "${base64.encode(b'a')}"))))
		}},
		{"literal block with a trailing newline", trial.StageBuild, func(d *draft) { d.spoil(typeInt, "${schema.spec.count}\n") }},
	}
}

func referenceMutations() []mutation {
	const stage = trial.StageBuild
	condition := func(name, key, text string) mutation {
		return mutation{name, stage, func(d *draft) { d.configMap("broken", "key", "value").set(key, list(text)) }}
	}
	return []mutation{
		condition("includeWhen without braces", "includeWhen", "schema.spec.count > 1"),
		condition("includeWhen that is a template", "includeWhen", "${true}${true}"),
		condition("includeWhen with a blank", "includeWhen", " ${true}"),
		condition("includeWhen that is text", "includeWhen", "${schema.spec.name}"),
		condition("includeWhen that is dyn", "includeWhen", "${dyn(true)}"),
		condition("includeWhen about itself", "includeWhen", "${broken.metadata.name != ''}"),
		condition("includeWhen about nobody", "includeWhen", "${nobody.ready}"),
		condition("includeWhen with an unknown field", "includeWhen", "${schema.spec.unheard}"),
		condition("readyWhen without braces", "readyWhen", "broken.metadata.name != ''"),
		condition("readyWhen that is a number", "readyWhen", "${size(broken.metadata.name)}"),
		condition("readyWhen about the instance", "readyWhen", "${schema.spec.count > 0}"),
		condition("readyWhen with each on one object", "readyWhen", "${each.metadata.name != ''}"),
		condition("readyWhen with an unknown field", "readyWhen", "${broken.status.phase == 'x'}"),
		condition("omit in includeWhen", "includeWhen", "${omit()}"),
		{"readyWhen about another resource", stage, func(d *draft) {
			d.configMap("other", "key", "value")
			d.configMap("broken", "key", "value").set("readyWhen", list("${other.metadata.name != ''}"))
		}},
		{"reference to itself", stage, func(d *draft) { d.configMap("broken", "key", "${broken.metadata.name}") }},
		{"cycle of two", stage, func(d *draft) {
			d.configMap("one", "key", "${two.metadata.name}")
			d.configMap("two", "key", "${one.metadata.name}")
		}},
		{"cycle of three", stage, func(d *draft) {
			d.configMap("one", "key", "${two.metadata.name}")
			d.configMap("two", "key", "value").set("includeWhen", list("${three.metadata.name != ''}"))
			d.configMap("three", "key", "x-${one.data.key}")
		}},
		{"cycle through forEach", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${[one.metadata.name]}"))
			d.configMap("one", "key", "${string(size(broken))}")
		}},
		{"unknown field of a resource", stage, func(d *draft) {
			d.configMap("one", "key", "value")
			d.configMap("two", "key", "${one.spec.replicas}")
		}},
		{"quantity of a resource", stage, func(d *draft) {
			metadata := d.placed("claim")
			spec := fields("minReplicas", 1, "maxReplicas", 2, "scaleTargetRef", fields("kind", "Deployment", "name", "x"))
			d.add(fields("id", "one", "template", fields("apiVersion", "autoscaling/v2", "kind", "HorizontalPodAutoscaler", "metadata", metadata, "spec", spec)))
			d.configMap("two", "key", "${one.spec.metrics[0].resource.target.averageValue}")
		}},
	}
}

func externalMutations() []mutation {
	const stage = trial.StageBuild
	external := func(name string, metadata ...any) mutation {
		return mutation{name, stage, func(d *draft) {
			m := fields(metadata...)
			if d.g.cluster && !m.has("selector") {
				m.set("namespace", "shared")
			}
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", m)))
		}}
	}
	return []mutation{
		external("external name and selector", "name", "a", "selector", fields("matchLabels", fields("a", "b"))),
		external("external without name and selector"),
		external("external with a blank name", "name", "  "),
		external("unknown key of a selector", "selector", fields("matchLabel", fields("a", "b"))),
		external("bad operator of a selector", "selector", fields("matchExpressions", list(fields("key", "a", "operator", "Like", "values", list("b"))))),
		external("bad label of a selector", "selector", fields("matchLabels", fields("a", "not a label!"))),
		external("number in a selector", "selector", fields("matchLabels", fields("a", 1))),
		external("selector that is text", "selector", "app=web"),
		external("selector that is a list", "selector", list("a")),
		external("selector by text", "selector", "${schema.spec.name}"),
		external("label of a selector by a number", "selector", fields("matchLabels", fields("a", "${schema.spec.count}"))),
		external("external name by a number", "name", "${schema.spec.count}"),
		external("external name by nobody", "name", "${nobody.metadata.name}"),
		{"external of a cluster-scoped kind with a namespace", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "Namespace", "metadata", fields("name", "a", "namespace", "b"))))
		}},
		{"external of an unknown kind", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "Thing", "metadata", fields("name", "a"))))
		}},
	}
}
