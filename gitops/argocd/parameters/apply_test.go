package parameters

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

const rgdText = `
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema:
    apiVersion: v1alpha1
    kind: App
    types:
      Port: {number: integer | required=true, name: string}
    spec:
      count: integer | default=1
      ratio: float
      active: boolean
      text: string | default="a"
      level: integer | enum="1,2"
      required: string | required=true description="What it is for."
      list: "[]string"
      numbers: "[]integer"
      ports: "[]Port"
      map: map[string]integer
      maps: map[string]Port
      any: object
      nested: {inner: {deep: string | default="d"}}
`

const instanceText = `
apiVersion: kro.run/v1alpha1
kind: App
metadata: {name: a, namespace: ns}
spec: {required: r, list: [x, z], map: {one: 1}, ports: [{number: 80}], nested: {}}
`

// compiled is the RGD of these tests, and an instance.
var compiled = sync.OnceValues(func() (*graph.Graph, *source.Node) {
	engine, err := render.NewEngine()
	if err != nil {
		return nil, nil
	}
	rgd, _ := source.Parse(source.NewFile("rgd.yaml", []byte(rgdText)), source.Limits{})
	instance, _ := source.Parse(source.NewFile("app.yaml", []byte(instanceText)), source.Limits{})
	program, _ := engine.Compile(render.Input{RGDs: []*source.Node{rgd[0].Root}}, render.Options{})
	return program.Graphs()[0], instance[0].Root
})

// applied is the spec of the instance with one parameter, or its problems.
func applied(t *testing.T, name string, v entry) (any, []string) {
	t.Helper()
	g, instance := compiled()
	v.Name = &name
	text, err := json.Marshal([]entry{v})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	objects := []*source.Node{instance}
	before := instance.JSON()
	changed, diags := Apply(objects, Targets(objects, []*graph.Graph{g}), p.Overrides)
	if diff := cmp.Diff(before, instance.JSON()); diff != "" {
		t.Errorf("the instance itself was changed: %s", diff)
	}
	var problems []string
	for _, d := range diags {
		problems = append(problems, string(d.Code)+" "+d.Message)
	}
	return changed[0].Get("spec").JSON(), problems
}

func TestApply(t *testing.T) {
	t.Parallel()
	text := func(s string) entry { return entry{String: &s} }
	list := func(s ...string) entry { s = append([]string{}, s...); return entry{Array: &s} }
	table := func(m map[string]string) entry { return entry{Map: &m} }
	base := map[string]any{"required": "r", "list": []any{"x", "z"}, "map": map[string]any{"one": int64(1)}, "ports": []any{map[string]any{"number": int64(80)}}, "nested": map[string]any{}}
	with := func(key string, v any) map[string]any {
		m := maps.Clone(base)
		m[key] = v
		return m
	}
	port := map[string]any{"number": int64(1)}
	cases := map[string]struct {
		reason string
		name   string
		value  entry
		want   any
	}{
		"integer":             {"a text becomes what the schema says", "spec.count", text("7"), with("count", int64(7))},
		"negative":            {"with a sign", "spec.count", text("-7"), with("count", int64(-7))},
		"plus":                {"a sign that YAML would take for a text", "spec.count", text("+7"), with("count", int64(7))},
		"leading zero":        {"digits that YAML would take for an octal number", "spec.count", text("010"), with("count", int64(10))},
		"number":              {"a fraction", "spec.ratio", text("0.5"), with("ratio", 0.5)},
		"boolean":             {"a truth value", "spec.active", text("true"), with("active", true)},
		"string":              {"a text stays one", "spec.text", text("1"), with("text", "1")},
		"yaml string":         {"also when YAML would take it for something else", "spec.text", text("yes: [no"), with("text", "yes: [no")},
		"lines":               {"and with line breaks, quotes and marks", "spec.text", text("a\n\"<b>\" \u2028${x}"), with("text", "a\n\"<b>\" \u2028${x}")},
		"empty":               {"the empty text", "spec.text", text(""), with("text", "")},
		"list":                {"a list replaces the list", "spec.list", list("1", "b"), with("list", []any{"1", "b"})},
		"empty list":          {"also by nothing", "spec.list", list(), with("list", []any{})},
		"numbers":             {"items have the type of the schema", "spec.numbers", list("1", "2"), with("numbers", []any{int64(1), int64(2)})},
		"list of objects":     {"items may be objects in YAML", "spec.ports", list("{number: 1}"), with("ports", []any{port})},
		"list as text":        {"a list as one text", "spec.ports", text("- number: 1\n"), with("ports", []any{port})},
		"map":                 {"a map replaces the map", "spec.map", table(map[string]string{"two": "2"}), with("map", map[string]any{"two": int64(2)})},
		"entry":               {"one entry of a map", "spec.map.two", text("2"), with("map", map[string]any{"one": int64(1), "two": int64(2)})},
		"changed entry":       {"an entry that is there", "spec.map.one", text("2"), with("map", map[string]any{"one": int64(2)})},
		"entry of objects":    {"an entry that is an object", "spec.maps.a", text(`{"number": 1}`), with("maps", map[string]any{"a": port})},
		"field of an entry":   {"a field of an entry that is not there", "spec.maps.a.number", text("1"), with("maps", map[string]any{"a": port})},
		"object as map":       {"an object from a map", "spec.maps.a", table(map[string]string{"number": "1"}), with("maps", map[string]any{"a": port})},
		"deep":                {"what is missing on the way is made", "spec.nested.inner.deep", text("x"), with("nested", map[string]any{"inner": map[string]any{"deep": "x"}})},
		"free text":           {"where anything may stand a text is a text", "spec.any.x", text("5"), with("any", map[string]any{"x": "5"})},
		"free object":         {"and an object in JSON is one", "spec.any.x", text(`{"a": [1]}`), with("any", map[string]any{"x": map[string]any{"a": []any{int64(1)}}})},
		"free list":           {"a list of texts", "spec.any.x", list("1"), with("any", map[string]any{"x": []any{"1"}})},
		"named":               {"the only instance by its name", "App/a:spec.text", text("b"), with("text", "b")},
		"named in namespace":  {"and its namespace", "App/ns/a:spec.text", text("b"), with("text", "b")},
		"not the first value": {"what the schema forbids is the business of admission", "spec.level", text("3"), with("level", int64(3))},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := applied(t, tc.name, tc.value)
			if len(problems) > 0 {
				t.Fatalf("%s: %q", tc.reason, problems)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestApplyParts: of two parameters where one sets a part of what the other sets, the part counts, in whatever order.
func TestApplyParts(t *testing.T) {
	t.Parallel()
	g, instance := compiled()
	objects := []*source.Node{instance}
	for _, text := range []string{
		`[{"name":"spec.map","map":{"a":"1","b":"1"}},{"name":"App/a:spec.map.a","string":"2"}]`,
		`[{"name":"App/a:spec.map","map":{"a":"1","b":"1"}},{"name":"spec.map.a","string":"2"}]`,
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		changed, diags := Apply(objects, Targets(objects, []*graph.Graph{g}), p.Overrides)
		want := any(map[string]any{"a": int64(2), "b": int64(1)})
		if diff := cmp.Diff(want, changed[0].Lookup("spec", "map").JSON()); diff != "" || len(diags) > 0 {
			t.Errorf("%s: %v, -want +got\n%s", text, diags, diff)
		}
	}
}

// TestAnnouncements: every field of the schema is announced with its type, its value and what it is for, and what is
// announced can be given back: it changes nothing.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	g, instance := compiled()
	all := Announcements(Targets([]*source.Node{instance}, []*graph.Graph{g}))
	fields := map[string]*plugin.ParameterAnnouncement{}
	for _, a := range all[len((&Parameters{}).fixed()):] {
		fields[a.GetName()] = a
	}
	type row struct {
		Item, Collection, Text string
		Array                  []string
		Map                    map[string]string
		Required               bool
		Tooltip                string
	}
	got := map[string]row{}
	for name, a := range fields {
		got[name] = row{a.GetItemType(), a.GetCollectionType(), a.GetString_(), a.GetArray(), a.GetMap(), a.GetRequired(), a.GetTooltip()}
	}
	const yaml = "Written as YAML or JSON."
	want := map[string]row{
		"spec.count":             {Item: itemNumber, Collection: collectionString, Text: "1", Tooltip: "An integer."},
		"spec.ratio":             {Item: itemNumber, Collection: collectionString, Tooltip: "A number."},
		"spec.active":            {Item: itemBoolean, Collection: collectionString},
		"spec.text":              {Item: itemString, Collection: collectionString, Text: "a"},
		"spec.level":             {Item: itemNumber, Collection: collectionString, Tooltip: "One of 1 or 2."},
		"spec.required":          {Item: itemString, Collection: collectionString, Text: "r", Tooltip: "What it is for."},
		"spec.list":              {Item: itemString, Collection: collectionArray, Array: []string{"x", "z"}},
		"spec.numbers":           {Item: itemNumber, Collection: collectionArray},
		"spec.ports":             {Item: itemString, Collection: collectionString, Text: `[{"number":80}]`, Tooltip: yaml},
		"spec.map":               {Item: itemNumber, Collection: collectionMap, Map: map[string]string{"one": "1"}},
		"spec.maps":              {Item: itemString, Collection: collectionString, Tooltip: yaml},
		"spec.any":               {Item: itemString, Collection: collectionString, Tooltip: yaml},
		"spec.nested.inner.deep": {Item: itemString, Collection: collectionString, Text: "d"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	before := effective(Targets([]*source.Node{instance}, []*graph.Graph{g})[0])
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		a, v := fields[name], entry{}
		switch text, list, table := a.GetString_(), a.GetArray(), a.GetMap(); {
		case a.GetCollectionType() == collectionArray && list != nil:
			v.Array = &list
		case a.GetCollectionType() == collectionMap && table != nil:
			v.Map = &table
		case text != "":
			v.String = &text
		default:
			continue // nothing stands there
		}
		_, problems := applied(t, name, v)
		if len(problems) > 0 {
			t.Errorf("%s: what was announced is refused: %q", name, problems)
		}
	}
	if before == nil {
		t.Error("the instance has no spec")
	}
}

// FuzzApply: whatever a parameter says, the instance has a value of the schema's type there, or there is a problem.
func FuzzApply(f *testing.F) {
	f.Add("count", "1")
	f.Add("text", "a\nb")
	f.Add("map.x", "1")
	f.Add(`any["a b"].c`, `{"x":[1]}`)
	f.Add("ports", "- {number: 1}")
	f.Add("nested.inner.deep", "\x00\xff")
	f.Add("maps.a", "&a [*a]")
	f.Fuzz(func(t *testing.T, field, text string) {
		if !utf8.ValidString(field) {
			t.Skip("JSON carries other text than this")
		}
		g, instance := compiled()
		name := "spec." + field
		data, err := json.Marshal([]entry{{Name: &name, String: &text}})
		if err != nil {
			t.Skip("it has no JSON form")
		}
		p, err := Parse(string(data))
		if err != nil {
			return
		}
		objects := []*source.Node{instance}
		changed, diags := Apply(objects, Targets(objects, []*graph.Graph{g}), p.Overrides)
		if diags.HasErrors() {
			return
		}
		n := changed[0]
		for _, e := range p.Overrides[0].Path.Elements() {
			key, _ := e.Key()
			if n.Get(key) == nil {
				t.Fatalf("%s is not there", name)
			}
			n = n.Get(key)
		}
		if n.Span().Path() != "parameter "+printable(name) {
			t.Errorf("the value stands in %q", n.Span().Path())
		}
		if _, err := json.Marshal(changed[0].JSON()); err != nil {
			t.Error(err)
		}
	})
}

// TestAnnouncementsBounded: a schema of thousands of fields does not fill the user interface.
func TestAnnouncementsBounded(t *testing.T) {
	t.Parallel()
	g, instance := compiled()
	var objects []*source.Node
	for range 200 {
		objects = append(objects, instance)
	}
	if got := len(Announcements(Targets(objects, []*graph.Graph{g}))); got != maxAnnouncements {
		t.Errorf("%d announcements, want %d", got, maxAnnouncements)
	}
}
