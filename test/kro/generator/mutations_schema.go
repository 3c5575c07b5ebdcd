package generator

import "github.com/krowave/krowave/test/kro/trial"

// declared is a mutation that adds a field with a bad declaration.
func declared(name string, stage trial.Stage, declarations ...any) mutation {
	return mutation{name, stage, func(d *draft) { d.schema.object("spec").set("broken", pick(d.dice, declarations...)) }}
}

func markerMutations() []mutation {
	const stage = trial.StageBuild
	types := func(name string, values ...any) mutation {
		return mutation{name, stage, func(d *draft) {
			all := fields(values...)
			for _, key := range all.keys {
				d.schema.object("types").set(key, all.values[key])
			}
		}}
	}
	return []mutation{
		declared("unknown type", stage, "int", "any", "String", "[]bool", "map[string]Unheard", "foo bar"),
		declared("empty type", stage, "", " | required=true", "[]", "map[string]"),
		declared("map with a key that is no text", stage, "map[integer]string", "map[ string ]string"),
		declared("field that is a number", stage, 3),
		declared("field that is a boolean", stage, true),
		declared("field that is a list", stage, list("string")),
		declared("field that is null", stage, nil),
		declared("type nested too deep", stage, "[][][][][][][][][][][][][][][][][][]string"),
		declared("unknown marker", stage, "string | requierd=true", "string | format=date", "string | Required=true", "string | foo required=true"),
		declared("marker without a value", stage, "string | required", "string |", "string | default=a ", "string | "),
		declared("blank around a marker's sign", stage, "string | required= true", "string | default = a"),
		declared("second bar", stage, "string | default=x | required=true"),
		declared("single quotes", stage, "string | default='a b'"),
		declared("open quote", stage, `string | default="a`, `string | description="open`),
		declared("one quote as a default", trial.StagePanic, `string | default="`),
		declared("open bracket", stage, "[]string | default=[1", "object | default={"),
		declared("closing bracket too much", stage, "[]string | default=]"),
		declared("required that is no boolean", stage, "string | required=yes", "string | required=2"),
		declared("default that is no number", stage, "integer | default=a", "integer | default=1.5", "float | default=x"),
		declared("default that is no boolean", stage, "boolean | default=yes"),
		declared("minimum that is no number", stage, "integer | minimum=a"),
		declared("enum of booleans", stage, "boolean | enum=true,false", "[]string | enum=a,b", "float | enum=1,2"),
		declared("enum with an empty value", stage, "string | enum=a,,b", "string | enum=\"\""),
		declared("enum of numbers with text", stage, "integer | enum=1,a"),
		declared("pattern on a number", stage, "integer | pattern=\"a\""),
		declared("pattern that does not compile", stage, "string | pattern=\"[a\"", "string | pattern=\"\""),
		declared("minLength on a number", stage, "integer | minLength=1"),
		declared("minItems on text", stage, "string | minItems=1"),
		declared("uniqueItems on text", stage, "string | uniqueItems=true"),
		declared("unknown listType", stage, "[]string | listType=bag"),
		declared("listType against uniqueItems", stage, "[]string | uniqueItems=true listType=atomic"),
		declared("listMapKey without listType", stage, "[]object | listMapKey=name"),
		declared("listMapKey twice", stage, "[]object | listMapKey=name listType=map listMapKey=name"),
		declared("empty rule", stage, `string | validation=""`, `string | validation=" "`),
		types("type that refers to itself", "Loop", fields("next", "Loop")),
		types("types in a circle", "First", fields("a", "Second"), "Second", fields("b", "[]First")),
		types("type of an unknown type", "Holder", fields("a", "Unheard")),
		types("type that is a number", "Number", 3),
	}
}

func crdMutations() []mutation {
	const stage = trial.StageCRD
	return []mutation{
		declared("default outside its enum", stage, "string | enum=a,b default=c"),
		declared("default against its pattern", stage, `string | pattern="^a$" default=b`),
		declared("default below its minimum", stage, "integer | minimum=3 default=1"),
		declared("default that is no JSON", stage, `string | default="a\"b"`, "integer | default=007", "integer | default=+5", "object | default={a}", "boolean | default=T"),
		declared("default of another type", stage, `object | default="text"`, "[]string | default={}", `[]string | default=[1]`),
		declared("rule that does not compile", stage, `string | validation="self >"`, `string | validation="self > 1"`, `string | validation="other == 1"`),
		declared("rule that is no boolean", stage, `string | validation="size(self)"`),
		declared("set of objects", stage, "[]object | uniqueItems=true"),
		declared("key of a list map that may be missing", stage, "[]object | listType=map listMapKey=name"),
		declared("list map of text", stage, "[]string | listType=map listMapKey=name"),
		{"kind with a broken plural", stage, func(d *draft) {
			d.schema.set("kind", "DNS")
			d.instance.set("kind", "DNS")
		}},
		{"printer column of an unknown type", stage, func(d *draft) {
			d.schema.set("additionalPrinterColumns", list(fields("name", "N", "type", "text", "jsonPath", ".spec.name")))
		}},
		{"printer column with a broken path", stage, func(d *draft) {
			d.schema.set("additionalPrinterColumns", list(fields("name", "N", "type", "string", "jsonPath", "spec[")))
		}},
		{"group that is no domain", stage, func(d *draft) {
			d.schema.set("group", "Example")
			d.instance.set("apiVersion", "Example/"+d.g.version)
		}},
		{"CRD label that is no label", stage, func(d *draft) {
			d.schema.set("metadata", fields("labels", fields("a", "not a label!")))
		}},
	}
}

func instanceMutations() []mutation {
	const stage = trial.StageInstance
	field := func(name, declare string, value any) mutation {
		return mutation{name, stage, func(d *draft) { d.field("broken", declare, value) }}
	}
	metadata := func(name, key string, value any) mutation {
		return mutation{name, stage, func(d *draft) { d.instance.object("metadata").set(key, value) }}
	}
	return []mutation{
		{"required field left out", stage, func(d *draft) { d.schema.object("spec").set("broken", "string | required=true") }},
		{"required field of a type left out", stage, func(d *draft) {
			d.schema.object("types").set("Whole", fields("must", "string | required=true", "may", "integer"))
			d.field("broken", "[]Whole", list(fields("may", 1)))
		}},
		{"required field that is null", stage, func(d *draft) {
			d.schema.object("spec").set("broken", "string | required=true")
			d.instance.object("spec").set("broken", nil)
		}},
		field("number for text in the instance", "string", 3),
		field("text for a number in the instance", "integer", "3"),
		field("fraction for a number in the instance", "integer", 1.5),
		field("text for a boolean in the instance", "boolean", "true"),
		field("text for a list in the instance", "[]string", "a"),
		field("number in a map of text", "map[string]string", fields("a", 1)),
		field("value outside its enum", "string | enum=a,b", "c"),
		field("number outside its enum", "integer | enum=1,2", 3),
		field("value against its pattern", `string | pattern="^a+$"`, "b"),
		field("value too short", "string | minLength=3", "a"),
		field("value too long", "string | maxLength=3", "abcd"),
		field("value below its minimum", "integer | minimum=3", 2),
		field("value above its maximum", "float | maximum=1.5", 1.75),
		field("too few items", "[]string | minItems=2", list("a")),
		field("too many items", "[]string | maxItems=1", list("a", "b")),
		field("item twice in a set", "[]string | uniqueItems=true", list("a", "a")),
		field("value against its rule", `integer | validation="self > 10"`, 1),
		{"key twice in a list map", stage, func(d *draft) {
			d.schema.object("types").set("Keyed", fields("name", "string | required=true"))
			d.field("broken", "[]Keyed | listType=map listMapKey=name", list(fields("name", "a"), fields("name", "a")))
		}},
		{"spec that is text", stage, func(d *draft) { d.instance.set("spec", "text") }},
		{"instance of another kind", stage, func(d *draft) { d.instance.set("kind", "Somebody") }},
		{"instance of another version", stage, func(d *draft) { d.instance.set("apiVersion", d.g.group+"/v9") }},
		{"instance without a name", stage, func(d *draft) { d.instance.object("metadata").remove("name") }},
		metadata("instance name in upper case", "name", "Demo"),
		metadata("instance label that is a number", "labels", fields("a", 1)),
		metadata("instance label that is no label", "labels", fields("a", "not a label!")),
	}
}
