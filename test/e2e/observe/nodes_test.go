package observe_test

import (
	"strings"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
)

// selector follows a set of objects.
func selector(t *testing.T, w world) {
	t.Helper()
	w.apply(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {in: 'yes'}}\ndata: {k: '1'}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {k: '2'}\n")
	w.observation(t, `
apiVersion: krowave.dev/v1alpha1
kind: Observation
metadata: {name: x}
spec:
  instance: {apiVersion: kro.run/v1, kind: App, namespace: %[1]s, name: x}
  rgd: {name: app, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
  status: {count: "${size(maps)}", names: "${maps.map(m, m.metadata.name)}"}
  nodes:
  - {id: maps, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, selector: {matchLabels: {in: 'yes'}}, delivery: External, readiness: Exists, fields: [data.k]}
`)
	w.node(t, "one matches", "maps", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"data.k": `"1"`}})
	w.c.Merge(t, cluster.Named("v1", "ConfigMap", w.namespace, "b"), map[string]any{"metadata": map[string]any{"labels": map[string]any{"in": "yes"}}})
	s := w.node(t, "both match", "maps", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"a.data.k": `"1"`, "b.data.k": `"2"`}})
	if want := `{"count":2,"names":["a","b"]}`; s.Projection == nil || string(s.Projection.Raw) != want {
		t.Errorf("the projection is %v, want %s", s.Projection, want)
	}
	w.c.Merge(t, cluster.Named("v1", "ConfigMap", w.namespace, "a"), map[string]any{"metadata": map[string]any{"labels": map[string]any{"in": "no"}}})
	w.node(t, "the other one matches", "maps", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"data.k": `"2"`}})
	w.c.Delete(t, cluster.Named("v1", "ConfigMap", w.namespace, "b"))
	w.node(t, "none matches, and that is known", "maps", state{Ready: true, Reason: "Ready"})
}

// terminating holds a deletion up.
func terminating(t *testing.T, w world) {
	t.Helper()
	w.apply(t, strings.Replace(bucket, "{name: x}", "{name: x, finalizers: [example.com/hold]}", 1))
	w.bucketStatus(t, map[string]any{"arn": "arn:1"})
	w.observation(t, observation)
	value := map[string]string{"status.arn": `"arn:1"`}
	w.node(t, "the bucket", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: value})
	w.c.Delete(t, w.ref("Bucket"))
	w.node(t, "what is being deleted is not ready", "bucket", state{Exists: true, Reason: "Terminating", Fields: value})
	w.c.Merge(t, w.ref("Bucket"), map[string]any{"metadata": map[string]any{"finalizers": nil}})
	w.node(t, "it is gone", "bucket", state{Reason: "NotFound", Fields: value})
}

// author has conditions of its own, one of which waits and keeps what it said.
func author(t *testing.T, w world) {
	t.Helper()
	w.apply(t, bucket+"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\napiVersion: kro.run/v1\nkind: App\nmetadata: {name: x}\nspec: {name: shop}\n")
	w.bucketStatus(t, map[string]any{"arn": "arn:1"})
	w.observation(t, observation+`  conditions:
  - "runtime.newCondition({type: 'Up', status: runtime.condition(schema, 'Ready').status, reason: 'R'})"
  - "runtime.newCondition({type: 'Named', status: bucket.status.arn == 'arn:1' ? 'True' : 'False'})"
`)
	w.instance(t, "the author's conditions alone", map[string]any{"state": "ACTIVE", "arn": "arn:1", "name": "shop", "Up": "True R", "Named": "True <nil>"})
	w.bucketStatus(t, map[string]any{"arn": nil, "other": "x"})
	w.instance(t, "one that waits keeps its value", map[string]any{"state": "IN_PROGRESS", "name": "shop", "Up": "False R", "Named": "True <nil>"})
}
