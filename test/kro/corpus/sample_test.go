package corpus_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/corpus"
	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// TestObserve: every path below a status that an expression reads gets a value.
func TestObserve(t *testing.T) {
	t.Parallel()
	got := corpus.Observe(`
a: ${vpc.status.vpcID}-${vpc.status.?state.orValue("x")}
b: ${svc.status.loadBalancer.ingress[1].ip}
c: ${web.status.conditions.exists(c, c.type == "Ready")}
d: ${web.status.readyReplicas} ${schema.status.no}
`)
	want := []trial.Observation{
		{Node: "svc", Object: `{"status":{"loadBalancer":{"ingress":[{"ip":"observed-ip"},{"ip":"observed-ip"}]}}}`},
		{Node: "vpc", Object: `{"status":{"state":[{"name":"observed","status":"True","type":"Ready"}],"vpcID":"observed-vpcid"}}`},
		{Node: "web", Object: `{"status":{"conditions":[{"name":"observed","status":"True","type":"Ready"}],"readyReplicas":1}}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Observe (-want +got):\n%s", diff)
	}
}

// TestSample: what has a default is left to it, everything else has a value of its type.
func TestSample(t *testing.T) {
	t.Parallel()
	crd, err := manifest.Decode(`
spec:
  group: kro.run
  names: {kind: App}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            type: object
            properties:
              name: {type: string}
              size: {type: integer, minimum: 3}
              mode: {type: string, enum: [b, a]}
              on: {type: boolean, default: false}
              tags: {type: array, items: {type: string}}
              labels: {type: object, additionalProperties: {type: string}}
`)
	if err != nil {
		t.Fatal(err)
	}
	text, err := corpus.Sample(crd)
	if err != nil {
		t.Fatal(err)
	}
	got, err := manifest.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"apiVersion": "kro.run/v1", "kind": "App", "metadata": map[string]any{"name": "sample", "uid": "0b0e8a2c-0000-4000-8000-000000000001"},
		"spec": map[string]any{
			"name": "sample-name", "size": int64(3), "mode": "b", "tags": []any{"sample-tags"}, "labels": map[string]any{"key": "sample-value"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Sample (-want +got):\n%s", diff)
	}
}
