package rgd_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// FuzzRGD decodes documents of any content. It never panics, says the same twice, points into the text, and
// an RGD without errors has what the stages behind rely on.
func FuzzRGD(f *testing.F) {
	for _, seed := range []string{
		"",
		"apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: {name: a}\nspec:\n  schema: {apiVersion: v1, kind: A}\n",
		`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: full}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Full
    group: example.com
    scope: Cluster
    spec: {a: string}
    types: {T: string}
    status: {b: "${one.metadata.name}", conditions: []}
    shortNames: [f]
    categories: [all]
    metadata: {labels: {a: b}, annotations: {c: d}}
    additionalPrinterColumns: [{name: A, type: string, jsonPath: .spec.a}]
  resources:
    - id: one
      readyWhen: ["${one.metadata.name != ''}"]
      includeWhen: ["${schema.spec.a == 'x'}"]
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {kro.run/x: y}}}
    - id: two
      forEach: [{a: "${['x']}"}, {b: "${['y']}", c: d}, 3]
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${a}-${b}"}}
    - id: three
      externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {selector: {matchLabels: {a: b}}}}
    - id: four
      externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: y}}
`,
		"spec: {schema: [], resources: {}}",
		"spec: {resources: [null, 1, {}, {id: null}, {id: a, template: null}, {id: a, template: 1}, {id: a-b, template: {}}]}",
		"spec: {schema: {kind: 1, apiVersion: [], group: {}, scope: x, shortNames: [1], metadata: {labels: [a]}}}",
		"spec: {resources: [{id: a, externalRef: {metadata: {selector: 3}}}, {id: b, externalRef: {apiVersion: a/b/c, kind: ${x}}}]}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, _ := source.Parse(source.NewFile("rgd.yaml", []byte(text)), source.Limits{Bytes: 1 << 16, Documents: 4, Depth: 50, Nodes: 10_000})
		for _, d := range docs {
			g, diags := rgd.Decode(d.Root, 3)
			_, again := rgd.Decode(d.Root, 3)
			if diff := cmp.Diff(fmt.Sprint(diags.Sorted()), fmt.Sprint(again.Sorted())); diff != "" {
				t.Fatalf("Decode says something else the second time: -first +second\n%s", diff)
			}
			for _, problem := range diags {
				if start, end := problem.Span.Start(), problem.Span.End(); start.Line < 1 || end.Line < start.Line {
					t.Errorf("%s %q is at %v to %v", problem.Code, problem.Message, start, end)
				}
			}
			if !diags.HasErrors() {
				checkRGD(t, g)
			}
		}
	})
}

// checkRGD holds an RGD without errors against what is promised of one.
func checkRGD(t *testing.T, g *rgd.RGD) {
	t.Helper()
	if g.Name == "" || !g.Schema.Named() || g.Schema.Group == "" {
		t.Errorf("the RGD has no name, kind, version or group: %q %+v", g.Name, g.Schema.GVK())
	}
	ids := map[string]bool{}
	for _, res := range g.Resources {
		if ids[res.ID] || res.ID == "" || rgd.Reserved(res.ID) {
			t.Errorf("the id %q is empty, reserved or used twice", res.ID)
		}
		ids[res.ID] = true
		if (res.Template == nil) == (res.External == nil) {
			t.Errorf("resource %q has not exactly one of template and externalRef", res.ID)
		}
		if len(res.ForEach) > 3 || res.External != nil && len(res.ForEach) > 0 {
			t.Errorf("resource %q has %d iterators", res.ID, len(res.ForEach))
		}
	}
}
