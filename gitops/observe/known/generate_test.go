package known_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing/fstest"
)

// generator makes RGDs whose expressions read objects in every manner, and clusters in which much is missing.
type generator struct {
	*rand.Rand //nolint:forbidigo // with a seed, the same cases in each run
	// typed says that there is a schema, so that objects of different places are of different types.
	typed bool
}

func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }

// object is an expression for something with the fields s, n, o, l and m.
func (g generator) object(depth int) string {
	all := []string{
		"thing.status", "thing.spec", "things[0].status", "ext.status", "exts[0].status",
		`things.filter(t, t.metadata.name.endsWith("-1"))[0].status`, `exts.filter(e, has(e.status.s)).map(e, e.status)[0]`,
	}
	if !g.typed {
		all = append(all, `exts[?0].?status.orValue(thing.status)`, `[thing.status, ext.status][1]`)
	}
	if depth > 0 {
		all = append(all, g.object(depth-1)+".o", g.object(depth-1)+".?o.value()", "dyn("+g.object(depth-1)+")[\"o\"]")
	}
	if depth > 0 && !g.typed {
		all = append(all, fmt.Sprintf("(%s ? %s : %s)", g.truth(depth-1), g.object(depth-1), g.object(depth-1)))
	}
	return g.one(all...)
}

func (g generator) list(depth int) string {
	all := []string{g.object(depth) + ".l", g.object(depth) + ".?l.orValue([])", g.object(depth) + ".l.filter(x, x.n > 1)"}
	return g.one(all...)
}

func (g generator) text(depth int) string {
	o := g.object(depth)
	return g.one(o+".s", o+`.?s.orValue("none")`, o+`.?o.?s.orValue("none")`, o+".l[0].s", o+`.l[?1].?s.orValue("none")`,
		o+`.m["a.b/c"]`, o+`.m[?"k"].orValue("none")`, `cel.bind(b, `+o+`, has(b.s) ? b.s : "bound")`,
		g.list(depth)+`.map(x, x.s).join(",")`, o+`.?o.optMap(v, v.s).orValue("none")`, "thing.metadata.uid", "schema.metadata.uid",
		g.list(depth)+`.exists(x, x.s == "v") ? "yes" : "no"`, `string(`+g.number(depth)+`)`, "things.map(t, t.status.s).join(\"+\")",
		"nested.status.word")
}

func (g generator) number(depth int) string {
	o := g.object(depth)
	return g.one(o+".n", o+".?n.orValue(7)", "size("+g.list(depth)+")", o+".m.size()", "size(things)", "exts.size()",
		`things.filter(t, has(t.status.n)).size()`, `exts.map(e, e.status.?n.orValue(0)).sum()`)
}

func (g generator) truth(depth int) string {
	o := g.object(0)
	simple := g.one("has("+o+".s)", "has("+o+".o.s)", o+".?o.hasValue()", `"k" in `+o+".m", o+".n > 1", "things.all(t, has(t.status.s))",
		"exts.exists(e, e.status.n > 0)", "has(thing.status)", o+`.m.all(k, k != "z")`)
	if depth == 0 {
		return simple
	}
	return g.one(simple, "!("+simple+")", simple+" && "+g.truth(depth-1), simple+" || "+g.truth(depth-1), "dyn("+g.object(1)+") == dyn("+g.object(0)+")")
}

func (g generator) any() string {
	switch g.IntN(8) {
	case 0:
		return g.object(1)
	case 1:
		return g.list(1)
	case 2, 3:
		return g.number(1)
	case 4:
		return g.truth(1)
	}
	return g.text(1)
}

// files are an RGD with an instance, another one that it uses and, in half of the cases, the schema of what it reads.
func (g generator) files() fstest.MapFS {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(head, "READY", fmt.Sprintf("%q", "${"+g.truthOf("thing")+"}")))
	for i := range 5 {
		fmt.Fprintf(&b, "    - id: out%d\n", i)
		if g.IntN(3) == 0 {
			fmt.Fprintf(&b, "      includeWhen: [%q]\n", "${"+g.truth(1)+"}")
		}
		name := fmt.Sprintf("out%d", i)
		value := g.any()
		if g.IntN(3) == 0 {
			name += "-${string(i)}"
			list := g.one("exts", "things", "exts.filter(e, has(e.status.o))", "things.filter(t, t.status.n > 0)")
			if g.IntN(3) == 0 {
				list = g.object(0) + ".l.filter(x, x.n > 0)"
				name += "-${string(each1.n)}"
				value = g.one(value, "each1.s", "each1.?s.orValue(\"r\")")
			} else {
				name += "-${each1.metadata.name}"
				value = g.one(value, "each1.?status.?s.orValue(\"q\")", "each1.status.o", "has(each1.status.l)", "string(i)")
			}
			fmt.Fprintf(&b, "      forEach: [{each1: %q}, {i: \"${[1, 2]}\"}]\n", "${"+list+"}")
		}
		fmt.Fprintf(&b, "      template:\n        apiVersion: acme.io/v1\n        kind: Out\n        metadata: {name: %q, namespace: prod}\n        spec: {v: %q}\n", name, "${"+value+"}")
	}
	files := fstest.MapFS{
		"rgd.yaml":      {Data: []byte(strings.Replace(b.String(), "STATUS", fmt.Sprintf("{a: %q, b: %q}", "${"+g.text(1)+"}", "${"+g.any()+"}"), 1))},
		"nested.yaml":   {Data: []byte(nested)},
		"instance.yaml": {Data: []byte(instance)},
	}
	if g.typed {
		files["crds.yaml"] = &fstest.MapFile{Data: []byte(crd("Thing") + crd("Ext"))}
	}
	return files
}

// crd defines a kind whose objects have fields of known types.
func crd(kind string) string {
	value := func(o string) string {
		return `{type: object, properties: {s: {type: string}, "n": {type: integer}, m: {type: object, additionalProperties: {type: string}}, ` +
			`l: {type: array, items: {type: object, properties: {s: {type: string}, "n": {type: integer}}}}` + o + `}}`
	}
	deep := value(", o: " + value(", o: "+value("")))
	plural := strings.ToLower(kind) + "s"
	return fmt.Sprintf(`---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %s.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {kind: %s, plural: %s, singular: %s, listKind: %sList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: %s, status: %s}}}}]
`, plural, kind, plural, strings.ToLower(kind), kind, deep, deep)
}

// truthOf is a readyWhen.
func (g generator) truthOf(node string) string {
	return g.one("has("+node+".status.s)", node+".status.n > 0", "!has("+node+".status.o)", node+`.status.?m[?"k"].orValue("v") == "v"`, node+".status.l.all(x, x.n > 0)")
}

// cluster are objects of which fields are missing at random.
func (g generator) cluster() cluster {
	var all cluster
	add := func(kind, name string, labels map[string]any) {
		if g.IntN(6) == 0 {
			return
		}
		o := map[string]any{"apiVersion": "acme.io/v1", "kind": kind, "metadata": map[string]any{
			"name": name, "namespace": "prod", "uid": fmt.Sprint("u-", g.IntN(9)), "labels": labels,
		}}
		if g.IntN(5) > 0 {
			o["status"] = g.value(2)
		}
		if g.IntN(2) > 0 {
			o["spec"] = g.value(1)
		}
		all = append(all, o)
	}
	add("Thing", "thing", map[string]any{})
	add("Thing", "things-1", map[string]any{})
	add("Thing", "things-2", map[string]any{})
	add("Thing", "inner", map[string]any{})
	add("Ext", "ext", map[string]any{})
	for i := range 3 {
		add("Ext", fmt.Sprint("e", i), map[string]any{"sel": g.one("yes", "yes", "no")})
	}
	if g.IntN(2) > 0 {
		all = append(all, map[string]any{"apiVersion": "kro.run/v1alpha1", "kind": "App", "metadata": map[string]any{"name": "app", "namespace": "prod", "uid": "u-app"}})
	}
	return all
}

func (g generator) value(depth int) map[string]any {
	v := map[string]any{}
	if g.IntN(3) > 0 {
		v["s"] = g.one("v", "w", "")
	}
	if g.IntN(3) > 0 {
		v["n"] = int64(g.IntN(4))
	}
	if g.IntN(3) > 0 {
		m := map[string]any{}
		for _, k := range []string{"k", "a.b/c", "z"} {
			if g.IntN(2) > 0 {
				m[k] = g.one("v", "x")
			}
		}
		v["m"] = m
	}
	if g.IntN(3) > 0 {
		l := []any{}
		for range g.IntN(4) {
			item := map[string]any{"s": g.one("v", "w"), "n": int64(g.IntN(3))}
			if g.IntN(4) == 0 {
				delete(item, "s")
			}
			l = append(l, item)
		}
		v["l"] = l
	}
	if depth > 0 && g.IntN(3) > 0 {
		v["o"] = g.value(depth - 1)
	}
	return v
}

const (
	head = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema:
    apiVersion: v1alpha1
    kind: App
    spec: {size: integer | default=1}
    status: STATUS
  resources:
    - id: thing
      readyWhen: [READY]
      template:
        apiVersion: acme.io/v1
        kind: Thing
        metadata: {name: thing, namespace: prod}
        spec: {s: written, m: {k: written}, l: [{s: one, "n": 1}]}
    - id: things
      forEach: [{i: "${[1, 2]}"}]
      template:
        apiVersion: acme.io/v1
        kind: Thing
        metadata: {name: "things-${string(i)}", namespace: prod}
    - id: nested
      template:
        apiVersion: kro.run/v1alpha1
        kind: Inner
        metadata: {name: inner, namespace: prod}
        spec: {}
    - id: ext
      externalRef:
        apiVersion: acme.io/v1
        kind: Ext
        metadata: {name: ext, namespace: prod}
    - id: exts
      externalRef:
        apiVersion: acme.io/v1
        kind: Ext
        metadata: {namespace: prod, selector: {matchLabels: {sel: "yes"}}}
`
	nested = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: inner}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Inner
    spec: {size: integer | default=1}
    status: {word: "${string(thing.status.s)}"}
  resources:
    - id: thing
      template:
        apiVersion: acme.io/v1
        kind: Thing
        metadata: {name: inner, namespace: prod}
`
	instance = `apiVersion: kro.run/v1alpha1
kind: App
metadata: {name: app, namespace: prod}
`
)
