package graph_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

const references = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: web}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Web
    spec: {zones: "[]string", on: boolean}
  resources:
    - id: a
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
    - id: b
      forEach:
        - zone: ${schema.spec.zones + [a.metadata.name]}
      includeWhen: ["${a.metadata.name != ''}"]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${zone}"}
        data:
          both: ${a.metadata.name + a.metadata.namespace}-${a.metadata.name}
    - id: c
      template:
        apiVersion: v1
        kind: Pod
        metadata: {name: c}
        spec: {containers: [{name: x, image: "${b.map(o, o.metadata.name)[0]}"}]}
`

func compile(t *testing.T, text string) *graph.Graph {
	t.Helper()
	docs, problems := source.Parse(source.NewFile("rgd.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r, diags := rgd.Decode(docs[0].Root, 0)
	kinds, err := catalog.Builtin("")
	if err != nil {
		t.Fatal(err)
	}
	language, err := expr.NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	g, more := graph.Compile(r, graph.Options{Catalog: kinds, Language: language})
	if diags = slices.Concat(diags, more); diags.HasErrors() {
		t.Fatal(diags)
	}
	return g
}

// TestReferences: every dependency has a reference that makes it, and every reference a dependency.
func TestReferences(t *testing.T) {
	t.Parallel()
	g := compile(t, references)
	type reference struct {
		To, Field, Expression string
		Line                  int
	}
	got := map[string][]reference{}
	for i, n := range g.Nodes {
		var to []int
		for _, r := range g.References(i) {
			got[n.Base().ID] = append(got[n.Base().ID], reference{g.Nodes[r.To].Base().ID, r.Field, r.Expression.Text(), r.Span.Start().Line})
			if r.Span.Text() != g.Nodes[r.To].Base().ID {
				t.Errorf("%s: the span of a reference is %q", n.Base().ID, r.Span.Text())
			}
			to = append(to, r.To)
		}
		slices.Sort(to)
		if diff := cmp.Diff(n.Base().Dependencies, slices.Compact(to)); diff != "" {
			t.Errorf("%s: -dependencies +references\n%s", n.Base().ID, diff)
		}
	}
	want := map[string][]reference{
		"b": {
			{"a", "data.both", "a.metadata.name + a.metadata.namespace", 21},
			{"a", "data.both", "a.metadata.name", 21},
			{"a", "forEach[0]", "schema.spec.zones + [a.metadata.name]", 14},
			{"a", "includeWhen[0]", "a.metadata.name != ''", 15},
		},
		"c": {{"b", "spec.containers[0].image", "b.map(o, o.metadata.name)[0]", 27}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
