package generator

import "github.com/krowave/krowave/test/kro/trial"

// failing is a mutation that adds a resource whose expression fails at run time.
func failing(name string, expressions ...string) mutation {
	return mutation{name, trial.StageRun, func(d *draft) { d.configMap("broken", "key", pick(d.dice, expressions...)) }}
}

func runMutations() []mutation {
	const stage = trial.StageRun
	zero := "(schema.spec.count - schema.spec.count)"
	return append([]mutation{
		failing("division by zero", "${string(1 / "+zero+")}", "${string(1 % "+zero+")}"),
		failing("text that is no number", "${string(int(schema.spec.name + 'x'))}", "${string(double(schema.spec.name + 'x'))}"),
		failing("text that is no time", "${string(timestamp(schema.spec.name))}", "${string(duration(schema.spec.name))}"),
		failing("bad pattern at run time", "${schema.spec.name.matches('[' + schema.spec.name) ? 'a' : 'b'}"),
		failing("bad JSON at run time", "${string(json.unmarshal(schema.spec.name + \"{\").a)}"),
		failing("JSON number plus int", "${string(json.unmarshal('[1]')[0] + 1)}"),
		failing("dyn that is no text in a template", "x-${dyn(schema.spec.count)}", "x-${dyn([1])}"),
		failing("null in a template", "x-${dyn(null)}"),
		failing("bytes at run time", "${dyn(bytes(schema.spec.name))}", "${dyn(hash.md5('a'))}"),
		failing("quantity at run time", "${dyn(quantity('1'))}", "${dyn(ip('1.2.3.4'))}", "${dyn(url('http://a/'))}", "${dyn(semver('1.2.3'))}"),
		failing("bad quantity at run time", "${string(quantity(schema.spec.name).asInteger())}"),
		failing("bad address at run time", "${string(ip(schema.spec.name))}", "${string(cidr(schema.spec.name).prefixLength())}"),
		failing("bad base64 at run time", "${string(base64.decode(schema.spec.name + '!'))}"),
		failing("substring out of range", "${schema.spec.name.substring(50)}", "${'ab'.substring(1, 5 + schema.spec.count)}"),
		failing("format with a missing argument", "${'%s %s'.format([schema.spec.name].filter(w, true))}"),
		failing("list index out of range in a function", "${lists.setAtIndex(['a'], 3 + schema.spec.count, 'b')[0]}"),
		failing("random text of no length", "${random.seededString("+zero+", 'a')}"),
		failing("random number without a range", "${string(random.seededInt(5, 5 - schema.spec.count + "+zero+", 'a'))}"),
		failing("integer overflow", "${string(9223372036854775807 + schema.spec.count + 1)}"),
		failing("value of an empty optional", "${optional.none().value()}", "${{'a': 'b'}[?'c'].value()}"),
		failing("key twice in a computed map", "${string(size(['a', 'a'].transformMapEntry(i, v, {v: i})))}"),
		failing("wrong type behind dyn", "${dyn(schema.spec.count).startsWith('a') ? 'a' : 'b'}"),
	}, collisionMutations(stage)...)
}

func collisionMutations(stage trial.Stage) []mutation {
	return []mutation{
		{"key that is no path", stage, func(d *draft) {
			d.configMap("broken", pick(d.dice, "a[b", "a[0]", "a[b]"), "${schema.spec.name}")
		}},
		{"map with number keys", stage, func(d *draft) { d.configMap("broken").object("template").set("data", "${dyn({1: 'a'})}") }},
		{"two items with one name", stage, func(d *draft) { d.collection("x-${z}", fields("z", "${['a', 'a']}")) }},
		{"two items with one name by two dimensions", stage, func(d *draft) {
			d.collection("x-${y}-${z}", fields("y", "${['a', 'a-b']}"), fields("z", "${['b-c', 'c']}"))
		}},
		{"collection too large", stage, func(d *draft) {
			d.collection("x-${string(z)}", fields("z", "${lists.range(1001 + schema.spec.count)}"))
		}},
		{"dimensions too large together", stage, func(d *draft) {
			d.collection("x-${string(y)}-${string(z)}", fields("y", "${lists.range(40)}"), fields("z", "${lists.range(26)}"))
		}},
		{"forEach that divides by zero", stage, func(d *draft) {
			d.collection("x-${string(z)}", fields("z", "${lists.range(3 / (schema.spec.count - schema.spec.count))}"))
		}},
		{"two resources for one object", stage, func(d *draft) {
			d.configMap("one", "key", "a").object("template").object("metadata").set("name", "same")
			d.configMap("two", "key", "b").object("template").object("metadata").set("name", "same")
		}},
		{"item and resource for one object", stage, func(d *draft) {
			d.collection("x-${z}", fields("z", "${['a', 'b']}"))
			d.configMap("two", "key", "b").object("template").object("metadata").set("name", "x-b")
		}},
		{"missing field in includeWhen", stage, func(d *draft) {
			d.schema.object("spec").set("absent", "string")
			d.configMap("broken", "key", "b").set("includeWhen", list("${schema.spec.absent == 'a'}"))
		}},
		{"includeWhen that divides by zero", stage, func(d *draft) {
			d.configMap("broken", "key", "b").set("includeWhen", list("${1 / (schema.spec.count - schema.spec.count) > 0}"))
		}},
		{"typed list plus a literal", stage, func(d *draft) {
			d.schema.object("types").set("Entry", fields("name", "string", "value", "string"))
			d.field("entries", "[]Entry", list(fields("name", "a", "value", "b")))
			d.configMap("broken", "key", "${json.marshal(schema.spec.entries + [dyn({'name': 'c', 'value': 'd'})])}")
		}},
		{"readyWhen that fails", stage, func(d *draft) {
			d.g.mode = trial.Echo
			d.configMap("broken", "key", "b").set("readyWhen", list("${int(broken.data.key) > 0}"))
		}},
		{"namespace that is empty in a cluster-scoped instance", stage, func(d *draft) {
			d.rgd.object("spec").remove("resources")
			d.schema.remove("status")
			d.schema.set("scope", "Cluster")
			d.configMap("broken", "key", "b").object("template").object("metadata").set("namespace", "${''}")
		}},
		{"bad operator of a selector at run time", stage, func(d *draft) {
			requirement := fields("key", "a", "operator", "${schema.spec.name}", "values", list("b"))
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("selector", fields("matchExpressions", list(requirement))))))
		}},
		{"bad selector at run time", stage, func(d *draft) {
			d.add(fields("id", "broken", "externalRef", fields("apiVersion", "v1", "kind", "ConfigMap", "metadata", fields("selector", "${{'labels': {'a': 'b'}}}"))))
		}},
	}
}
