package access_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/observe/access"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/input"
)

// TestRole: the kinds of nodes are read, the status of instances is written, and a kind that nobody knows has the usual name.
func TestRole(t *testing.T) {
	t.Parallel()
	set, diags := input.Load(fstest.MapFS{"rgd.yaml": {Data: []byte(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: store}
spec:
  schema: {apiVersion: v1alpha1, kind: Store, spec: {size: integer | default=1}}
  resources:
  - {id: policy, template: {apiVersion: acme.io/v1, kind: Policy, metadata: {name: p}}}
  - {id: maps, externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {selector: {matchLabels: {a: b}}}}}
`)}}, []string{"."}, input.Options{})
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	p, more := engine.Compile(render.Input{RGDs: input.Nodes(set.RGDs)}, render.Options{})
	if all := append(diags, more...); all.HasErrors() {
		t.Fatal(all)
	}
	rule := func(group, resource string, verbs ...any) any {
		return map[string]any{"apiGroups": []any{group}, "resources": []any{resource}, "verbs": verbs}
	}
	want := []any{
		rule("", "configmaps", "get", "list", "watch"), rule("acme.io", "policies", "get", "list", "watch"),
		rule("kro.run", "stores", "get", "list", "watch"), rule("kro.run", "stores/status", "get", "patch"),
	}
	if diff := cmp.Diff(want, access.Role(p, "r")["rules"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
