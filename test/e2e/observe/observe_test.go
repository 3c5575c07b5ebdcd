package observe_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/observer"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// crd is a custom kind with a status subresource whose fields are free.
const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[2]s.%[3]s}
spec:
  group: %[3]s
  names: {kind: %[1]s, plural: %[2]s}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

// TestObserve starts one API server and one observer for all cases, each in a namespace of its own.
func TestObserve(t *testing.T) {
	t.Parallel()
	c := cluster.Start(t, cluster.Options{Servers: process.Servers(t, os.Getenv)})
	definitions, err := os.ReadFile("../../../deploy/crds/krowave.dev_observations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(t, cluster.Parse(t, string(definitions)+"\n---\n"+fmt.Sprintf(crd, "Bucket", "buckets", "s3.example.com")+"\n---\n"+fmt.Sprintf(crd, "App", "apps", "kro.run"))...)
	for _, name := range []string{"observations.krowave.dev", "buckets.s3.example.com", "apps.kro.run"} {
		c.Established(t, name)
	}
	calls := observe(t, c)
	cases := map[string]func(t *testing.T, w world){
		"Values": values, "Recreated": recreated, "Silent": silent, "Forbidden": forbidden, "KindUnknown": kindUnknown,
		"Secret": secret, "Selector": selector, "Terminating": terminating, "Author": author, "Quiet": quiet(calls),
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			if name != "Quiet" {
				t.Parallel()
			}
			w := world{c: c, namespace: strings.ToLower(name)}
			c.Namespace(t, w.namespace)
			run(t, w)
		})
	}
}

// observe runs an observer until the test ends, and counts its calls of the API.
func observe(t *testing.T, c *cluster.Cluster) *atomic.Int64 {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	calls := &atomic.Int64{}
	counted := rest.CopyConfig(c.Config)
	counted.Wrap(counting(calls))
	mgr, err := ctrl.NewManager(counted, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"}, Cache: cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := (&observer.Reconciler{}).SetupWithManager(t.Context(), mgr, observer.Options{}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- mgr.Start(t.Context()) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Errorf("the observer: %v", err)
		}
	})
	return calls
}

// world is one case.
type world struct {
	c         *cluster.Cluster
	namespace string
}

func (w world) apply(t *testing.T, text string) {
	t.Helper()
	for _, u := range cluster.Parse(t, text) {
		if u.GetNamespace() == "" {
			u.SetNamespace(w.namespace)
		}
		w.c.Apply(t, u)
	}
}

func (w world) ref(kind string) cluster.Ref {
	versions := map[string]string{"Bucket": "s3.example.com/v1", "App": "kro.run/v1", "Observation": "krowave.dev/v1alpha1", "ConfigMap": "v1", "Secret": "v1"}
	return cluster.Named(versions[kind], kind, w.namespace, "x")
}

// status is that of the Observation.
func (w world) status(t *testing.T) v1alpha1.ObservationStatus {
	t.Helper()
	var o v1alpha1.Observation
	if u := w.c.Get(t, w.ref("Observation")); u != nil {
		convert(t, u, &o)
	}
	return o.Status
}

func convert(t *testing.T, u *unstructured.Unstructured, to any) {
	t.Helper()
	data, err := json.Marshal(u.Object)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// until waits for a status of the Observation.
func (w world) until(t *testing.T, what string, is func(v1alpha1.ObservationStatus) bool) v1alpha1.ObservationStatus {
	t.Helper()
	var s v1alpha1.ObservationStatus
	await.True(t, what, await.Short, func() (bool, string) {
		s = w.status(t)
		data, err := json.Marshal(s)
		return is(s), fmt.Sprintf("%s %v", data, err)
	})
	return s
}

// state is what a case looks at in a node.
type state struct {
	Exists, Ready bool
	Reason        string
	Fields        map[string]string
}

func stateOf(s v1alpha1.ObservationStatus, id string) state {
	i := slices.IndexFunc(s.Nodes, func(n v1alpha1.NodeObservation) bool { return n.ID == id })
	if i < 0 {
		return state{}
	}
	n := s.Nodes[i]
	out := state{Exists: n.Exists, Ready: n.Ready, Reason: n.Reason, Fields: map[string]string{}}
	for _, o := range n.Objects {
		for _, f := range o.Fields {
			if f.Value != nil {
				out.Fields[strings.Repeat(o.Name+".", min(len(n.Objects)-1, 1))+f.Path] = string(f.Value.Raw)
			}
		}
	}
	return out
}

func (w world) node(t *testing.T, reason, id string, want state) v1alpha1.ObservationStatus {
	t.Helper()
	if want.Fields == nil {
		want.Fields = map[string]string{}
	}
	var s v1alpha1.ObservationStatus
	diff := ""
	await.True(t, reason, await.Short, func() (bool, string) {
		s = w.status(t)
		diff = cmp.Diff(want, stateOf(s, id))
		return diff == "", "(-want +got)\n" + diff
	})
	return s
}

func condition(s v1alpha1.ObservationStatus, kind string) (status, reason, message string) {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return string(c.Status), c.Reason, c.Message
		}
	}
	return "", "", ""
}

// observation is of an App with one Bucket and a ConfigMap that needs its ARN.
const observation = `
apiVersion: krowave.dev/v1alpha1
kind: Observation
metadata: {name: x}
spec:
  instance: {apiVersion: kro.run/v1, kind: App, namespace: %[1]s, name: x}
  rgd: {name: app, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
  instanceFields: [spec.name]
  status: {arn: "${bucket.status.arn}", name: "${schema.spec.name}", zones: "${bucket.status.zones.map(z, z + '!')}"}
  nodes:
  - {id: bucket, apiVersion: s3.example.com/v1, kind: Bucket, namespace: %[1]s, name: x, delivery: Delivered, readiness: Status, fields: [status.arn, status.zones], readyWhen: ["has(bucket.status.arn)"]}
  - {id: config, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, name: x, delivery: Delivered, readiness: Exists}
`

const bucket = "apiVersion: s3.example.com/v1\nkind: Bucket\nmetadata: {name: x}\nspec: {}\n"

func (w world) observation(t *testing.T, text string) {
	t.Helper()
	w.apply(t, fmt.Sprintf(text, w.namespace))
}

func (w world) bucketStatus(t *testing.T, status any) {
	t.Helper()
	w.c.Merge(t, w.ref("Bucket"), map[string]any{"status": status}, "status")
}

// values follows one value from the cluster to the Observation and to the instance.
func values(t *testing.T, w world) {
	t.Helper()
	w.observation(t, observation)
	w.node(t, "nothing is there", "bucket", state{Reason: "NotFound"})
	w.apply(t, bucket+"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\napiVersion: kro.run/v1\nkind: App\nmetadata: {name: x}\nspec: {name: shop}\n")
	w.node(t, "the bucket exists and is not ready", "bucket", state{Exists: true, Reason: "NotReady"})
	w.node(t, "a ConfigMap is ready when it is there", "config", state{Exists: true, Ready: true, Reason: "Ready"})
	w.instance(t, "the instance waits as in kro", map[string]any{
		"state": "IN_PROGRESS", "name": "shop", "InstanceManaged": "True Managed", "GraphResolved": "True Resolved",
		"ResourcesReady": "False NotReady", "Ready": "False NotReady",
	})
	w.bucketStatus(t, map[string]any{"arn": "arn:x", "zones": []any{"a", "b"}})
	s := w.node(t, "the value is there", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"status.arn": `"arn:x"`, "status.zones": `["a","b"]`}})
	if status, _, message := condition(s, "Ready"); status != "True" {
		t.Errorf("Ready is %s: %s", status, message)
	}
	w.instance(t, "the instance is active as in kro", map[string]any{
		"state": "ACTIVE", "name": "shop", "arn": "arn:x", "zones": []any{"a!", "b!"}, "InstanceManaged": "True Managed", "GraphResolved": "True Resolved",
		"ResourcesReady": "True AllResourcesReady", "Ready": "True Ready",
	})
	if s.State != "ACTIVE" || s.Projection == nil {
		t.Errorf("the Observation has the state %q and the projection %v", s.State, s.Projection)
	}
}

// instance waits for .status of the instance, with its conditions as Type: "Status Reason".
func (w world) instance(t *testing.T, reason string, want map[string]any) {
	t.Helper()
	await.True(t, reason, await.Short, func() (bool, string) {
		u := w.c.Get(t, w.ref("App"))
		got := map[string]any{}
		if status, ok := u.Object["status"].(map[string]any); ok {
			maps.Copy(got, status)
		}
		list, _ := got["conditions"].([]any)
		delete(got, "conditions")
		for _, e := range list {
			c, _ := e.(map[string]any)
			if c["lastTransitionTime"] == nil || c["observedGeneration"] != u.GetGeneration() {
				return false, fmt.Sprintf("a condition without time or of another generation: %v", c)
			}
			got[fmt.Sprint(c["type"])] = fmt.Sprintf("%v %v", c["status"], c["reason"])
		}
		diff := cmp.Diff(want, got)
		return diff == "", "(-want +got)\n" + diff
	})
}

// recreated deletes a bucket and makes another one: what was known of the first stays until the second reports.
func recreated(t *testing.T, w world) {
	t.Helper()
	w.apply(t, bucket)
	w.bucketStatus(t, map[string]any{"arn": "arn:1"})
	w.observation(t, strings.ReplaceAll(observation, `readyWhen: ["has(bucket.status.arn)"]`, `readyWhen: ["bucket.status.arn != ''"]`))
	old := map[string]string{"status.arn": `"arn:1"`}
	first := w.node(t, "the first bucket", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: old})
	w.c.Delete(t, w.ref("Bucket"))
	w.node(t, "it is gone and its values stay", "bucket", state{Reason: "NotFound", Fields: old})
	w.apply(t, bucket)
	second := w.node(t, "another one that has reported nothing", "bucket", state{Exists: true, Reason: "NotReady", Fields: old})
	if a, b := first.Nodes[0].Objects[0].UID, second.Nodes[0].Objects[0].UID; a != b {
		t.Errorf("the values are of %s and said to be of %s", a, b)
	}
	w.bucketStatus(t, map[string]any{"arn": "arn:2"})
	third := w.node(t, "the new value", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"status.arn": `"arn:2"`}})
	if a, b := first.Nodes[0].Objects[0].UID, third.Nodes[0].Objects[0].UID; a == b {
		t.Errorf("the new value is said to be of the old object")
	}
}

// silent takes the whole status away, and then one field of it.
func silent(t *testing.T, w world) {
	t.Helper()
	w.apply(t, bucket)
	w.bucketStatus(t, map[string]any{"arn": "arn:1", "zones": []any{}})
	w.observation(t, observation)
	w.node(t, "the value", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"status.arn": `"arn:1"`, "status.zones": "[]"}})
	w.c.Merge(t, w.ref("Bucket"), map[string]any{"status": nil}, "status")
	w.node(t, "an object without any status reports nothing", "bucket", state{Exists: true, Reason: "NotReady", Fields: map[string]string{"status.arn": `"arn:1"`, "status.zones": "[]"}})
	w.bucketStatus(t, map[string]any{"zones": []any{"a"}})
	w.node(t, "a field that is not in a status is absent", "bucket", state{Exists: true, Reason: "NotReady", Fields: map[string]string{"status.zones": `["a"]`}})
}

// forbidden reads as a service account without rights, and then with them.
func forbidden(t *testing.T, w world) {
	t.Helper()
	w.apply(t, bucket+"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
	w.bucketStatus(t, map[string]any{"arn": "arn:1"})
	w.observation(t, strings.Replace(observation, "  instanceFields", "  serviceAccountName: tenant\n  instanceFields", 1))
	s := w.node(t, "the tenant may not", "bucket", state{Reason: "Forbidden"})
	status, reason, message := condition(s, "Ready")
	for _, part := range []string{"list", "watch", "buckets.s3.example.com", "namespace forbidden", "service account forbidden/tenant"} {
		if status != "False" || reason != "Forbidden" || !strings.Contains(message, part) {
			t.Errorf("Ready is %s %s %q, and does not say %q", status, reason, message, part)
		}
	}
	w.apply(t, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: read}
rules: [{apiGroups: ["", s3.example.com, kro.run], resources: [buckets, configmaps, apps], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: read}
subjects: [{kind: ServiceAccount, name: tenant, namespace: forbidden}]
`)
	w.node(t, "the tenant may, and nobody had to ask again", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: map[string]string{"status.arn": `"arn:1"`}})
}

// kindUnknown asks for a kind that comes later, goes, and comes back.
func kindUnknown(t *testing.T, w world) {
	t.Helper()
	text := strings.ReplaceAll(strings.ReplaceAll(observation, "s3.example.com/v1", "late.example.com/v1"), "kind: Bucket", "kind: Thing")
	w.observation(t, text)
	w.node(t, "there is no such kind", "bucket", state{Reason: "KindUnknown"})
	definition := fmt.Sprintf(crd, "Thing", "things", "late.example.com")
	w.c.Apply(t, cluster.Parse(t, definition)...)
	w.node(t, "the kind has come", "bucket", state{Reason: "NotFound"})
	w.c.Established(t, "things.late.example.com")
	thing := cluster.Named("late.example.com/v1", "Thing", w.namespace, "x")
	w.apply(t, "apiVersion: late.example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {}\n")
	w.c.Merge(t, thing, map[string]any{"status": map[string]any{"arn": "arn:1"}}, "status")
	value := map[string]string{"status.arn": `"arn:1"`}
	w.node(t, "and so has its object", "bucket", state{Exists: true, Ready: true, Reason: "Ready", Fields: value})
	w.c.Delete(t, cluster.Named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "things.late.example.com"))
	w.until(t, "the kind has gone, and its value has not", func(s v1alpha1.ObservationStatus) bool {
		got := stateOf(s, "bucket")
		return !got.Exists && (got.Reason == "KindUnknown" || got.Reason == "NotFound") && cmp.Equal(got.Fields, value)
	})
}
