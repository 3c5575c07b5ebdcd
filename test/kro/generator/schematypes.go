package generator

// declareItem declares the named type that lists of objects are made of.
func (g *generation) declareItem() {
	g.types.set("Item", fields(
		"name", "string | required=true",
		"port", "integer | default=80 minimum=1 maximum=65535",
		"labels", "map[string]string",
		"weight", "float | default=1.5",
	))
}

func (g *generation) itemValue(name string) *object {
	value := fields("name", name)
	if g.dice.chance(50) {
		value.set("port", g.dice.between(80, 90))
	}
	if g.dice.chance(50) {
		value.set("labels", fields("app", g.word()))
	}
	return value
}

// itemFields are the fields of the named type, as far as they are always there.
func itemFields() []field {
	return []field{
		{name: "name", is: typeString, surely: true},
		{name: "port", is: typeInt, surely: true},
		{name: "labels", is: typeLabels},
		{name: "weight", is: typeDouble, surely: true},
	}
}

func itemField(g *generation, name string) field {
	f := field{name: name, is: typeItem, value: g.itemValue(g.word()), inner: itemFields(), given: true, surely: true}
	g.declareItem()
	f.declare = pick(g.dice, "Item", "Item | required=true", `Item | description="one item"`)
	return f
}

func itemsField(g *generation, name string) field {
	var items []any
	for _, word := range g.words(g.dice.upTo(4)) {
		text, _ := word.(string)
		items = append(items, g.itemValue(text))
	}
	var markers []string
	if g.dice.chance(25) {
		g.features.use("marker: listType")
		markers = append(markers, "listType=map", "listMapKey=name")
	}
	if items == nil {
		items = []any{}
	}
	g.declareItem()
	return g.finish(field{name: name, is: typeItems, value: items}, "[]Item", `[{"name":"first"}]`, markers...)
}

// aliasField refers to a named type that is only another name of a scalar, with markers.
func aliasField(g *generation, name string) field {
	value := pick(g.dice, "low", "high")
	f := field{name: name, is: typeString, value: value, surely: true, given: true}
	switch g.dice.upTo(4) {
	case 3:
		g.features.use("marker: required twice")
		g.types.set("Needed", "string | required=true minLength=1")
		f.declare = "Needed | required=true"
	case 0:
		g.types.set("Level", `string | enum="low,high" default="low"`)
		f.declare = "Level"
		f.given = g.dice.chance(50)
	case 1:
		g.types.set("Needed", "string | required=true minLength=1")
		f.declare = "Needed"
	default:
		g.types.set("Base", `string | description="base"`)
		g.types.set("Derived", "Base | pattern=\"^[a-z]+$\"")
		f.declare = `Derived | default="high"`
		f.given = g.dice.chance(50)
	}
	return f
}
