package generator

// templateForm is a kind of object that nodes make.
type templateForm struct {
	feature    feature
	apiVersion string
	kind       string
	cluster    bool
	plain      bool // never a collection
	build      func(b *builder)
	observed   string // what a cluster adds to the object
	status     []term // what can be read then, below the node's id
}

func templateTable() []templateForm {
	return append(append(coreForms(), workloadForms()...), append(policyForms(), customForms()...)...)
}

func coreForms() []templateForm {
	return []templateForm{
		{feature: "kind: ConfigMap", apiVersion: "v1", kind: "ConfigMap", build: configMap},
		{feature: "kind: ConfigMap", apiVersion: "v1", kind: "ConfigMap", build: configMap},
		{feature: "kind: Secret", apiVersion: "v1", kind: "Secret", build: secret},
		{feature: "kind: ServiceAccount", apiVersion: "v1", kind: "ServiceAccount", build: func(b *builder) {
			b.value(b.n.template, "automountServiceAccountToken", typeBool)
			b.export("automountServiceAccountToken", typeBool)
		}},
		{
			feature: "kind: Service", apiVersion: "v1", kind: "Service", build: service,
			observed: `{"spec":{"clusterIP":"10.0.0.7"},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}`,
			status: []term{
				{text: "spec.clusterIP", is: typeString},
				{text: "status.loadBalancer.ingress[0].ip", is: typeString},
				{text: "status.?loadBalancer.?ingress[?0].?hostname", is: typeString, optional: true},
			},
		},
		{
			feature: "kind: PersistentVolumeClaim", apiVersion: "v1", kind: "PersistentVolumeClaim", build: volumeClaim,
			observed: `{"status":{"phase":"Bound"}}`, status: []term{{text: "status.phase", is: typeString}},
		},
		{feature: "kind: ResourceQuota", apiVersion: "v1", kind: "ResourceQuota", build: func(b *builder) {
			hard := b.n.template.object("spec").object("hard")
			b.value(hard, "pods", typeLoose)
			hard.set("requests.cpu", pick[any](b.g.dice, "2", 4, "${string(schema.spec.count)}"))
		}},
		namespaceForm(),
	}
}

func namespaceForm() templateForm {
	return templateForm{
		feature: "kind: Namespace", apiVersion: "v1", kind: "Namespace", cluster: true,
		build:    func(b *builder) { b.labels(b.n.template.object("metadata"), "labels") },
		observed: `{"status":{"phase":"Active"}}`, status: []term{{text: "status.phase", is: typeString}},
	}
}

func policyForms() []templateForm {
	return []templateForm{
		{feature: "kind: Ingress", apiVersion: "networking.k8s.io/v1", kind: "Ingress", build: ingress},
		{feature: "kind: NetworkPolicy", apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", build: func(b *builder) {
			spec := b.n.template.object("spec")
			b.labels(spec.object("podSelector"), "matchLabels")
			spec.set("policyTypes", list("Ingress"))
			from := fields()
			b.labels(from.object("podSelector"), "matchLabels")
			port := fields("protocol", "TCP")
			b.value(port, "port", typeLoose)
			spec.set("ingress", list(fields("from", list(from), "ports", list(port))))
		}},
		{feature: "kind: Role", apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", build: role},
		{feature: "kind: ClusterRole", apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", cluster: true, build: role},
		{feature: "kind: RoleBinding", apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", build: roleBinding},
		{
			feature: "kind: ClusterRoleBinding", apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", cluster: true,
			build: roleBinding,
		},
		{feature: "kind: PodDisruptionBudget", apiVersion: "policy/v1", kind: "PodDisruptionBudget", build: func(b *builder) {
			spec := b.n.template.object("spec")
			b.value(spec, pick(b.g.dice, "minAvailable", "maxUnavailable"), typeLoose)
			b.labels(spec.object("selector"), "matchLabels")
		}},
		{feature: "kind: PriorityClass", apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", cluster: true, build: func(b *builder) {
			b.value(b.n.template, "value", typeInt)
			b.value(b.n.template, "description", typeString)
			b.export("value", typeInt)
			b.export("description", typeString)
		}},
	}
}

func configMap(b *builder) {
	data := b.n.template
	if b.g.dice.chance(20) {
		b.value(data, "data", typeLabels)
		b.n.self = append(b.n.self, term{text: "'text'", is: typeString})
		return
	}
	for _, key := range []string{"first", "second", "file.yaml", "third"}[:b.g.dice.between(1, 4)] {
		b.value(data.object("data"), key, typeString)
		if _, isText := data.object("data").values[key].(string); isText && key != "file.yaml" {
			b.export("data."+key, typeString)
		}
	}
	if b.g.dice.chance(10) {
		b.value(data, "immutable", typeBool)
	}
}

func secret(b *builder) {
	b.n.template.set("type", "Opaque")
	if b.g.dice.chance(50) {
		data := b.n.template.object("data")
		data.set("token", "${dyn(base64.encode(bytes("+b.g.expression(typeString, b.terms)+")))}")
		if !b.n.collection {
			// Others see the bytes; the node's own readyWhen sees base64, so it may not look.
			b.n.terms = append(b.n.terms, term{text: "string(" + b.n.id + ".data.token)", is: typeString, node: b.n.id})
		}
		return
	}
	b.value(b.n.template.object("stringData"), "password", typeString)
}

func service(b *builder) {
	spec := b.n.template.object("spec")
	spec.set("type", pick(b.g.dice, "ClusterIP", "LoadBalancer", "${schema.spec.name == 'alpha' ? 'NodePort' : 'ClusterIP'}"))
	b.labels(spec, "selector")
	port := fields("name", "http", "protocol", "TCP")
	b.value(port, "port", typeInt)
	b.value(port, "targetPort", typeLoose)
	spec.set("ports", list(port))
	if b.g.dice.chance(20) {
		spec.add("ports", fields("name", "extra", "port", 81))
	}
	b.export("spec.ports[0].port", typeInt)
	b.export("spec.type", typeString)
	b.export("spec.ports.map(p, p.name)", typeStrings)
}

func volumeClaim(b *builder) {
	spec := b.n.template.object("spec")
	spec.set("accessModes", list("ReadWriteOnce"))
	requests := spec.object("resources").object("requests")
	b.value(requests, "storage", typeLoose)
	b.value(spec, "storageClassName", typeString)
}

func ingress(b *builder) {
	backend := fields()
	port := backend.object("service").object("port")
	b.value(backend.object("service"), "name", typeString)
	b.value(port, "number", typeInt)
	route := fields("path", "/", "pathType", "Prefix", "backend", backend)
	rule := fields()
	b.value(rule, "host", typeString)
	rule.set("http", fields("paths", list(route)))
	b.n.template.object("spec").set("rules", list(rule))
	if text, ok := rule.values["host"].(string); ok && text != "" {
		b.export("spec.rules[0].host", typeString)
	}
}

func role(b *builder) {
	rule := fields("apiGroups", list("", "apps"))
	b.value(rule, "resources", typeStrings)
	b.value(rule, "verbs", typeStrings)
	b.n.template.set("rules", list(rule))
	b.export("rules[0].verbs", typeStrings)
	b.export("rules[0].resources", typeStrings)
}

func roleBinding(b *builder) {
	reference := fields("apiGroup", "rbac.authorization.k8s.io", "kind", "ClusterRole")
	b.value(reference, "name", typeString)
	b.n.template.set("roleRef", reference)
	subject := fields("kind", "ServiceAccount", "name", "runner")
	b.value(subject, "namespace", typeString)
	b.n.template.set("subjects", list(subject))
}
