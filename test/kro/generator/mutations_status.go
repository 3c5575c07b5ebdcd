package generator

import "github.com/krowave/krowave/test/kro/trial"

func statusMutations() []mutation {
	const stage = trial.StageBuild
	status := func(name string, values ...any) mutation {
		return mutation{name, stage, func(d *draft) { d.schema.object("status").set("broken", pick(d.dice, values...)) }}
	}
	return []mutation{
		status("status that is a literal", "text", 3, true, nil, fields("deep", "text"), list("a")),
		status("status about nobody", "${nobody.metadata.name}", "x ${nobody.a}"),
		status("status without a reference", "${1 + 1}", "${'text'}"),
		status("status with an unknown field", "${schema.spec.unheard}"),
		status("status about the status", "${schema.status.state}"),
		status("status with a number in a template", "n: ${schema.spec.count}"),
		status("status with each", "${each.metadata.name}"),
		status("status with a syntax error", "${schema.spec.}"),
		status("status with omit", "${schema.spec.count > 1 ? dyn(1) : omit()}"),
		status("status with runtime", "${runtime.condition(schema, 'Ready').status}"),
		{"status that is text", trial.StageAdmission, func(d *draft) { d.schema.set("status", "${schema.spec.name}") }},
	}
}

func conditionMutations() []mutation {
	conditions := func(name string, value any) mutation {
		return mutation{name, trial.StageBuild, func(d *draft) { d.schema.object("status").set("conditions", value) }}
	}
	one := func(name, text string) mutation { return conditions(name, list(text)) }
	return []mutation{
		conditions("conditions that are a map", fields("type", "Ready")),
		conditions("conditions that are objects", list(fields("type", "Ready"))),
		one("condition without braces", "runtime.newCondition({type: 'A', status: 'True'})"),
		one("condition that is text", "${'Ready'}"),
		one("condition without a status", "${runtime.newCondition({type: 'A'})}"),
		one("condition with an unknown key", "${runtime.newCondition({type: 'A', status: 'True', why: 'x'})}"),
		one("condition with a quoted key", "${runtime.newCondition({'type': 'A', 'status': 'True'})}"),
		one("condition with an unknown status", "${runtime.newCondition({type: 'A', status: 'Yes'})}"),
		one("condition with an empty type", "${runtime.newCondition({type: '', status: 'True'})}"),
		one("condition that reads itself", "${runtime.newCondition({type: 'A', status: runtime.condition(schema, 'A').status})}"),
		one("condition that reads an unknown built-in", "${runtime.newCondition({type: 'A', status: runtime.condition(schema, 'Nope').status})}"),
		conditions("condition type twice", list("${runtime.newCondition({type: 'A', status: 'True'})}", "${runtime.newCondition({type: 'A', status: 'False'})}")),
	}
}
