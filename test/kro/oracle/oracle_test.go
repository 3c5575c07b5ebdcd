package oracle_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/trial"
)

const plain = `
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: x}
spec:
  schema:
    apiVersion: v1
    kind: App
    spec: {size: integer | default=2, name: string}
  resources:
  - id: b
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "b-${a.metadata.name}"}, data: {at: "${schema.metadata.namespace}"}}
  - id: a
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {size: "${string(schema.spec.size)}"}}
`

// TestRun: what the API server adds to a case, and what a reconcile makes of it.
func TestRun(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	instance := "{apiVersion: kro.run/v1, kind: App, metadata: {name: app, uid: u}, spec: {unknown: 1}, status: {a: b}}"
	r := o.Run(trial.Case{RGD: plain, Instance: instance, Mode: trial.Echo})
	if !r.Verdict.Accepted() {
		t.Fatalf("refused at %s: %s", r.Verdict.Stage, r.Verdict.Error)
	}
	want := map[string]any{
		"apiVersion": "kro.run/v1", "kind": "App", "metadata": map[string]any{"name": "app", "namespace": "default", "uid": "u"},
		"spec": map[string]any{"size": int64(2)},
	}
	if diff := cmp.Diff(want, r.Instance); diff != "" {
		t.Errorf("the instance is defaulted and pruned (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, r.Order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	b := []map[string]any{{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "b-a", "namespace": "default"}, "data": map[string]any{"at": "default"},
	}}
	if diff := cmp.Diff(b, r.Nodes["b"].Objects); diff != "" {
		t.Errorf("objects of b (-want +got):\n%s", diff)
	}
	if got := o.Run(trial.Case{RGD: plain, Instance: instance, Mode: trial.Given}).Nodes["b"].State; got != trial.Pending {
		t.Errorf("b is %q while a does not exist, want pending", got)
	}
}

// TestStages: each stage refuses what is its business.
func TestStages(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	instance := "{apiVersion: kro.run/v1, kind: App, metadata: {name: app}, spec: {name: here}}"
	for name, tc := range map[string]struct {
		reason   string
		old, new string
		instance string
		unknown  trial.UnknownKinds
		want     trial.Stage
	}{
		"as it is":        {reason: "nothing is wrong", old: "x", new: "x"},
		"group":           {reason: "the group defaults to kro.run", old: "kind: App\n", new: "kind: App\n    group: kro.run\n"},
		"admission":       {reason: "the RGD's CRD has a pattern", old: "kind: App", new: "kind: app", want: trial.StageAdmission},
		"build":           {reason: "kro checks expressions", old: "schema.spec.size", new: "schema.spec.sighs", want: trial.StageBuild},
		"crd":             {reason: "the API server checks defaults", old: "integer | default=2", new: "integer | default=2 minimum=3", want: trial.StageCRD},
		"instance":        {reason: "the API server checks instances", old: "x", new: "x", instance: strings.Replace(instance, "name: here", "name: 1", 1), want: trial.StageInstance},
		"run":             {reason: "two resources are one object", old: `"b-${a.metadata.name}"`, new: "a", want: trial.StageRun},
		"panic":           {reason: "a lone quote crashes kro", old: "name: string", new: `name: 'string | default="'`, want: trial.StagePanic},
		"unknown kind":    {reason: "kro needs a schema", old: "kind: ConfigMap", new: "kind: Unheard", want: trial.StageBuild},
		"permissive kind": {reason: "unless the case says that anything goes", old: "v1, kind: ConfigMap", new: "example.com/v1, kind: Unheard", unknown: trial.Permissive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := trial.Case{RGD: strings.ReplaceAll(plain, tc.old, tc.new), Instance: instance, Mode: trial.Echo, Unknown: tc.unknown}
			if tc.instance != "" {
				c.Instance = tc.instance
			}
			if got := o.Run(c).Verdict; got.Stage != tc.want {
				t.Errorf("%s: refused at %q, want %q: %s", tc.reason, got.Stage, tc.want, got.Error)
			}
		})
	}
}

// TestSiblings: the kinds of other RGDs are known by their generated CRDs, in a chain too, and
// a circle of RGDs is never accepted.
func TestSiblings(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	rgd := func(kind, uses string) string {
		return strings.NewReplacer("KIND", kind, "USES", uses).Replace(`
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: x}
spec:
  schema: {apiVersion: v1, kind: KIND, spec: {name: string}}
  resources:
  - id: a
    template: {apiVersion: kro.run/v1, kind: USES, metadata: {name: a}, spec: {name: "${schema.spec.name}"}}
`)
	}
	leaf := strings.Replace(rgd("Leaf", "ConfigMap"), "apiVersion: kro.run/v1, kind: ConfigMap, metadata: {name: a}, spec", "apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data", 1)
	for name, tc := range map[string]struct {
		reason   string
		siblings []string
		want     trial.Stage
	}{
		"chain":   {reason: "Top uses Middle uses Leaf", siblings: []string{leaf, rgd("Middle", "Leaf")}},
		"missing": {reason: "Middle needs Leaf", siblings: []string{rgd("Middle", "Leaf")}, want: trial.StageBuild},
		"circle":  {reason: "Middle needs Top", siblings: []string{rgd("Middle", "Top"), rgd("Top", "Middle")}, want: trial.StageBuild},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := o.Run(trial.Case{RGD: rgd("Top", "Middle"), Siblings: tc.siblings}).Verdict
			if got.Stage != tc.want {
				t.Errorf("%s: refused at %q, want %q: %s", tc.reason, got.Stage, tc.want, got.Error)
			}
		})
	}
}
