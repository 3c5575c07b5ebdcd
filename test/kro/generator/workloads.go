package generator

func workloadForms() []templateForm {
	return []templateForm{
		{
			feature: "kind: Deployment", apiVersion: "apps/v1", kind: "Deployment", build: workload,
			observed: `{"status":{"availableReplicas":1,"readyReplicas":1,"conditions":[{"type":"Available","status":"True","lastTransitionTime":"2024-01-01T00:00:00Z"}]}}`,
			status: []term{
				{text: "status.availableReplicas", is: typeInt},
				{text: "status.conditions.exists(c, c.type == 'Available' && c.status == 'True')", is: typeBool},
				{text: "status.?readyReplicas", is: typeInt, optional: true},
			},
		},
		{
			feature: "kind: StatefulSet", apiVersion: "apps/v1", kind: "StatefulSet", build: func(b *builder) {
				workload(b)
				b.value(b.n.template.object("spec"), "serviceName", typeString)
			},
			observed: `{"status":{"replicas":2,"readyReplicas":2}}`, status: []term{{text: "status.readyReplicas", is: typeInt}},
		},
		{
			feature: "kind: DaemonSet", apiVersion: "apps/v1", kind: "DaemonSet", build: func(b *builder) {
				spec := b.n.template.object("spec")
				b.labels(spec.object("selector"), "matchLabels")
				spec.set("template", b.podTemplate())
			},
			observed: `{"status":{"numberReady":3,"currentNumberScheduled":3,"desiredNumberScheduled":3,"numberMisscheduled":0}}`,
			status:   []term{{text: "status.numberReady", is: typeInt}},
		},
		{
			feature: "kind: Job", apiVersion: "batch/v1", kind: "Job", build: func(b *builder) {
				spec := b.n.template.object("spec")
				b.value(spec, "backoffLimit", typeInt)
				pod := b.podTemplate()
				pod.object("spec").set("restartPolicy", "Never")
				spec.set("template", pod)
			},
			observed: `{"status":{"succeeded":1}}`, status: []term{{text: "status.succeeded", is: typeInt}},
		},
		{feature: "kind: CronJob", apiVersion: "batch/v1", kind: "CronJob", build: func(b *builder) {
			spec := b.n.template.object("spec")
			b.value(spec, "schedule", typeString)
			b.value(spec, "suspend", typeBool)
			spec.object("jobTemplate").object("spec").set("template", b.podTemplate())
			b.export("spec.suspend", typeBool)
		}},
		{
			feature: "kind: HorizontalPodAutoscaler", apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", build: func(b *builder) {
				spec := b.n.template.object("spec")
				target := spec.object("scaleTargetRef")
				target.set("apiVersion", "apps/v1")
				target.set("kind", "Deployment")
				b.value(target, "name", typeString)
				b.value(spec, "minReplicas", typeInt)
				b.value(spec, "maxReplicas", typeInt)
				b.export("spec.minReplicas", typeInt)
			},
			observed: `{"status":{"currentReplicas":2,"desiredReplicas":2}}`, status: []term{{text: "status.currentReplicas", is: typeInt}},
		},
	}
}

func workload(b *builder) {
	spec := b.n.template.object("spec")
	b.value(spec, "replicas", typeInt)
	b.labels(spec.object("selector"), "matchLabels")
	spec.set("template", b.podTemplate())
	b.export("spec.replicas", typeInt)
	b.export("spec.template.spec.containers[0].name", typeString)
	b.export("spec.template.spec.containers.map(c, c.name)", typeStrings)
}

func (b *builder) podTemplate() *object {
	pod := fields()
	b.labels(pod.object("metadata"), "labels")
	container := fields("name", pick(b.g.dice, "main", "${schema.metadata.name}", "${schema.spec.name + '-c'}"))
	b.value(container, "image", typeString)
	if b.g.dice.chance(40) {
		b.value(container, pick(b.g.dice, "args", "command"), typeStrings)
	}
	if b.g.dice.chance(40) {
		variable := fields("name", "SETTING")
		b.value(variable, "value", typeString)
		container.set("env", list(variable))
	}
	if b.g.dice.chance(30) {
		port := fields("name", "http")
		b.value(port, "containerPort", typeInt)
		container.set("ports", list(port))
	}
	if b.g.dice.chance(30) {
		b.value(container.object("resources").object("limits"), pick(b.g.dice, "cpu", "memory"), typeLoose)
	}
	if b.g.dice.chance(15) {
		probe := container.object("livenessProbe").object("httpGet")
		probe.set("path", "/")
		b.value(probe, "port", typeLoose)
	}
	spec := pod.object("spec")
	spec.set("containers", list(container))
	if b.g.dice.chance(20) {
		b.value(spec, "terminationGracePeriodSeconds", typeInt)
	}
	if b.g.dice.chance(15) {
		b.value(spec, "nodeSelector", typeLabels)
	}
	return pod
}
