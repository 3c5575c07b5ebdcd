package render_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/source"
)

const innerRGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: store}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Store
    spec:
      size: integer | default=3
      owner: string
    status:
      secret: ${account.metadata.name}
  resources:
    - id: account
      template:
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: "${schema.metadata.name}-account"}
    - id: data
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${account.metadata.name}", labels: {a: b}}
        data: {size: "${string(schema.spec.size)}", owner: "${schema.spec.owner}"}
`

const outerRGD = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: app}
spec:
  schema:
    apiVersion: v1alpha1
    kind: App
    spec:
      zones: "[]string | default=[\"a\"]"
      team: string
      extra: boolean | default=false
  resources:
    - id: parts
      forEach:
        - zone: ${schema.spec.zones}
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "part-${zone}"}
    - id: store
      template:
        apiVersion: kro.run/v1alpha1
        kind: Store
        metadata: {name: "${parts[0].metadata.name}"}
        spec: {owner: "${schema.spec.team}"}
    - id: optional
      includeWhen: ["${schema.spec.extra}"]
      template: {apiVersion: v1, kind: ConfigMap, metadata: {name: optional}}
    - id: last
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: last}
        data: {secret: "${store.status.secret}"}
    - id: waiting
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: waiting}
        data: {uid: "${last.metadata.uid}"}
`

const appInstance = `apiVersion: kro.run/v1alpha1
kind: App
metadata: {name: shop, namespace: prod}
spec: {team: red}
`

// rendering is a program with its result.
func rendering(t *testing.T) (*render.Program, *render.Result) {
	t.Helper()
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	var in render.Input
	for _, f := range [][2]string{{"outer.yaml", outerRGD}, {"inner.yaml", innerRGD}} {
		in.RGDs = append(in.RGDs, document(t, f[0], f[1]))
	}
	in.Objects = []*source.Node{document(t, "app.yaml", appInstance)}
	p, diags := engine.Compile(in, render.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r, diags := p.Render()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p, r
}

func document(t *testing.T, name, text string) *source.Node {
	t.Helper()
	docs, problems := source.Parse(source.NewFile(name, []byte(text)), source.Limits{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return docs[0].Root
}

// TestExplain: levels of nested RGDs stretch their parent's, chains cross from one into the other.
func TestExplain(t *testing.T) {
	t.Parallel()
	p, r := rendering(t)
	var got []string
	for _, n := range p.Explain(r, 0) {
		line := fmt.Sprintf("%s %s %d-%d objects %d:", n.ID, n.Outcome, n.Start, n.Level, len(n.Objects))
		for _, need := range n.Chain {
			line += fmt.Sprintf(" %s needs %s by %s in %s,", need.From, need.To, need.Expression.Text(), need.Field)
		}
		got = append(got, line)
	}
	want := []string{
		"parts rendered 0-0 objects 1:",
		"store/account rendered 1-1 objects 1: store needs parts by parts[0].metadata.name in metadata.name,",
		"store/data rendered 2-2 objects 1: store/data needs store/account by account.metadata.name in metadata.name, store needs parts by parts[0].metadata.name in metadata.name,",
		"store rendered 1-3 objects 1: store needs parts by parts[0].metadata.name in metadata.name,",
		"optional absent 0-0 objects 0:",
		"last rendered 4-4 objects 1: last needs store by store.status.secret in data.secret, store needs parts by parts[0].metadata.name in metadata.name,",
		"waiting held 5-5 objects 0: waiting needs last by last.metadata.uid in data.uid, last needs store by store.status.secret in data.secret, store needs parts by parts[0].metadata.name in metadata.name,",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	levels := map[string]int{}
	for _, o := range r.Objects {
		levels[o.Node] = o.Level
	}
	for _, n := range p.Explain(r, 0) {
		if len(n.Objects) > 0 && levels[n.ID] != n.Level {
			t.Errorf("%s is explained on level %d and rendered on level %d", n.ID, n.Level, levels[n.ID])
		}
	}
}

// TestOrigins: every field of every object has a cause, and the text behind it.
func TestOrigins(t *testing.T) {
	t.Parallel()
	p, r := rendering(t)
	got := map[string][]string{}
	for i, o := range r.Objects {
		for _, origin := range p.Origins(r, i) {
			line := fmt.Sprintf("%s=%v %s %s:%d:%d", origin.Path, origin.Value, origin.Cause, origin.Span.Path(), origin.Span.Start().Line, origin.Span.Start().Column)
			for _, e := range origin.Expressions {
				for _, reading := range p.Readings(r, i, e) {
					line += fmt.Sprintf("; %s=%v %t %s %s:%d:%d", reading.Path, reading.Value, reading.Known, reading.Cause, reading.Span.Path(), reading.Span.Start().Line, reading.Span.Start().Column)
				}
			}
			if path := origin.Path.String(); path != "apiVersion" && path != "kind" {
				got[o.Node] = append(got[o.Node], line)
			}
		}
	}
	want := map[string][]string{
		"parts": {
			"metadata.name=part-a expression outer.yaml:19:26; zone=<nil> false iterator outer.yaml:15:17",
			"metadata.namespace=prod namespace :0:0",
		},
		"store/account": {
			"metadata.name=part-a-account expression inner.yaml:18:26; schema.metadata.name=part-a true expression outer.yaml:24:26",
			"metadata.namespace=prod namespace :0:0",
		},
		"store/data": {
			"data.owner=red expression inner.yaml:24:60; schema.spec.owner=red true expression outer.yaml:25:23",
			"data.size=3 expression inner.yaml:24:22; schema.spec.size=3 true default inner.yaml:9:31",
			"metadata.labels.a=b literal inner.yaml:23:66",
			"metadata.name=part-a-account expression inner.yaml:23:26; account.metadata.name=part-a-account true expression inner.yaml:18:26",
			"metadata.namespace=prod namespace :0:0",
		},
		"store": {
			"metadata.name=part-a expression outer.yaml:24:26; parts[0].metadata.name=part-a true expression outer.yaml:19:26",
			"metadata.namespace=prod namespace :0:0",
			"spec.owner=red expression outer.yaml:25:23; schema.spec.team=red true literal app.yaml:4:14",
			"spec.size=3 default inner.yaml:9:31",
		},
		"last": {
			"data.secret=part-a-account expression outer.yaml:34:24; store.status.secret=<nil> false status inner.yaml:12:15",
			"metadata.name=last literal outer.yaml:33:26",
			"metadata.namespace=prod namespace :0:0",
		},
		"": {
			"metadata.name=shop literal app.yaml:3:18",
			"metadata.namespace=prod literal app.yaml:3:35",
			"spec.extra=false default outer.yaml:11:32",
			"spec.team=red literal app.yaml:4:14",
			"spec.zones=[a] default outer.yaml:9:34",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestAnnotated: annotations are added to copies, beside those that the object has.
func TestAnnotated(t *testing.T) {
	t.Parallel()
	_, r := rendering(t)
	var got []string
	for _, o := range r.Annotated() {
		metadata, _ := o["metadata"].(map[string]any)
		annotations, _ := metadata["annotations"].(map[string]any)
		got = append(got, fmt.Sprintf("%v %v", metadata["name"], annotations))
	}
	want := []string{
		"apps.kro.run map[krowave.dev/wave:0]",
		"stores.kro.run map[krowave.dev/wave:0]",
		"part-a map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/node:parts krowave.dev/wave:0]",
		"part-a-account map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/node:store/account krowave.dev/wave:1]",
		"part-a-account map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/node:store/data krowave.dev/wave:2]",
		"part-a map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/node:store krowave.dev/wave:3]",
		"last map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/node:last krowave.dev/wave:4]",
		"shop map[krowave.dev/instance:App.kro.run/prod/shop krowave.dev/wave:6]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, o := range r.Objects {
		if metadata, _ := o.Value["metadata"].(map[string]any); metadata["annotations"] != nil {
			t.Errorf("%s: the object of the result was changed", o.Node)
		}
	}
}
