package generator

func customForms() []templateForm {
	return []templateForm{
		{
			feature: "world: custom kind", apiVersion: "example.org/v1", kind: "Widget", build: widget,
			observed: `{"status":{"phase":"Ready","free":{"deep":"text"},"when":"2024-01-01T00:00:00Z"}}`,
			status: []term{
				{text: "status.phase", is: typeString},
				{text: "status.free.deep", is: typeAny},
				{text: "status.?missing", is: typeString, optional: true},
				{text: "status.when.getFullYear()", is: typeInt},
			},
		},
		{feature: "world: custom kind", apiVersion: "example.org/v1", kind: "Fleet", cluster: true, build: func(b *builder) {
			b.g.crds["Fleet"] = fleetCRD
			spec := b.n.template.object("spec")
			b.value(spec, "anything", typeAny)
			b.value(spec.object("inner"), "more", typeStrings)
		}},
		{feature: "world: sibling RGD", apiVersion: "kro.run/v1alpha1", kind: "Part", build: func(b *builder) {
			b.g.siblings["Part"] = partRGD
			spec := b.n.template.object("spec")
			b.value(spec, "title", typeString)
			b.value(spec, "size", typeInt)
			b.value(spec, "labels", typeLabels)
			b.export("spec.size", typeInt)
			b.export("spec.title", typeString)
		}, observed: `{"status":{"made":"yes","state":"ACTIVE"}}`, status: []term{{text: "status.made", is: typeString}, {text: "status.state", is: typeString}}},
		{feature: "kind: CustomResourceDefinition", apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", cluster: true, plain: true, build: definition},
	}
}

func widget(b *builder) {
	b.g.crds["Widget"] = widgetCRD
	spec := b.n.template.object("spec")
	b.value(spec, "size", typeInt)
	b.value(spec, "ratio", typeDouble)
	b.value(spec, "tags", typeStrings)
	b.value(spec, "config", typeAny)
	free := spec.object("free")
	b.value(free, "text", typeAny)
	b.value(free.object("below"), "more", typeString)
	b.export("spec.size", typeInt)
	b.export("spec.ratio", typeDouble)
	b.export("spec.tags", typeStrings)
	if !b.n.collection {
		b.n.terms = append(b.n.terms, term{text: b.n.id + ".spec.free.below.more", is: typeAny, node: b.n.id})
	}
}

// definition is a CRD as a template: expressions are allowed below metadata alone.
func definition(b *builder) {
	spec := b.n.template.object("spec")
	spec.set("group", "made.example.org")
	spec.set("scope", "Namespaced")
	spec.set("names", fields("kind", "Made", "plural", "mades"))
	schema := fields("type", "object", "properties", fields("spec", fields("type", "object")))
	spec.set("versions", list(fields("name", "v1", "served", true, "storage", true, "schema", fields("openAPIV3Schema", schema))))
	b.export("spec.group", typeString)
}

const widgetCRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.org
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              ratio: {type: number}
              tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              rules:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, required: [name], properties: {name: {type: string}, value: {type: integer}}}
              config: {x-kubernetes-preserve-unknown-fields: true}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              intOrText: {x-kubernetes-int-or-string: true}
          status:
            type: object
            properties:
              phase: {type: string}
              missing: {type: string}
              when: {type: string, format: date-time}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

const fleetCRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: fleets.example.org
spec:
  group: example.org
  scope: Cluster
  names: {kind: Fleet, plural: fleets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        x-kubernetes-preserve-unknown-fields: true
`

const partRGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata:
  name: part
spec:
  schema:
    apiVersion: v1alpha1
    kind: Part
    spec:
      title: string | required=true
      size: integer | default=1
      labels: map[string]string
    status:
      made: ${inner.data.title}
  resources:
  - id: inner
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: ${schema.metadata.name}
      data:
        title: ${schema.spec.title}
`
