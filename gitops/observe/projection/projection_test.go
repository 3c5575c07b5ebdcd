package projection_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/projection"
	"github.com/krowave/krowave/render/expr"
)

// The times of a case: when the instance was made, when it was last written, and the moment of the evaluation.
var (
	created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now     = time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)
)

const before = "2026-01-02T00:00:00Z"

func evaluator(t *testing.T) *projection.Evaluator {
	t.Helper()
	language, err := expr.NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	return projection.New(language, 0)
}

func raw(text string) *apiextensionsv1.JSON { return &apiextensionsv1.JSON{Raw: []byte(text)} }

// bucket is a node with an ARN that is read.
func bucket(change func(*v1alpha1.ObservedNode)) v1alpha1.ObservedNode {
	n := v1alpha1.ObservedNode{
		ID: "bucket", APIVersion: "s3.example.com/v1", Kind: "Bucket", Namespace: "ns", Name: "b", Delivery: v1alpha1.Delivered,
		Fields: []string{"status.arn"}, Readiness: v1alpha1.Status,
	}
	if change != nil {
		change(&n)
	}
	return n
}

// seen is what is known of it; without an ARN the object has no status.
func seen(arn string, change func(*v1alpha1.NodeObservation)) v1alpha1.NodeObservation {
	f := v1alpha1.ObservedField{Path: "status.arn", Missing: "status"}
	if arn != "" {
		f = v1alpha1.ObservedField{Path: "status.arn", Value: raw(`"` + arn + `"`)}
	}
	n := v1alpha1.NodeObservation{
		ID: "bucket", Exists: true, Ready: true, Reason: "Ready", Objects: []v1alpha1.ObservedObject{{Namespace: "ns", Name: "b", Fields: []v1alpha1.ObservedField{f}}},
	}
	if change != nil {
		change(&n)
	}
	return n
}

func condition(kind, status, reason, message, when string) map[string]any {
	return map[string]any{
		"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": when, "observedGeneration": int64(3),
	}
}

const (
	managed  = "instance is properly managed with finalizers and labels"
	resolved = "runtime graph created and all resources resolved"
	waiting  = `resource reconciliation failed: apply results contain errors: waiting for node "bucket": readyWhen condition evaluated to false: "x" (waiting for readiness)`
)

// active and inactive are kro's conditions with the given times of ResourcesReady and Ready.
func active(when string) []any {
	return []any{
		condition("InstanceManaged", "True", "Managed", managed, "2026-01-01T00:00:00Z"),
		condition("GraphResolved", "True", "Resolved", resolved, "2026-01-01T00:00:00Z"),
		condition("ResourcesReady", "True", "AllResourcesReady", "all resources are created and ready", when),
		condition("Ready", "True", "Ready", "", when),
	}
}

func inactive(reason, message, when string) []any {
	list := active(when)
	for i, kind := range map[int]string{2: "ResourcesReady", 3: "Ready"} {
		list[i] = condition(kind, "False", reason, message, when)
	}
	return list
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	const arn = `{"arn":"${bucket.status.arn}"}`
	ready := []string{"x"}
	cases := map[string]struct {
		reason   string
		spec     v1alpha1.ObservationSpec
		known    v1alpha1.ObservationStatus
		previous map[string]any
		want     map[string]any
	}{
		"active": {
			reason: "everything is there: the first conditions have the age of the instance",
			spec:   v1alpha1.ObservationSpec{Status: raw(arn), Nodes: []v1alpha1.ObservedNode{bucket(nil)}},
			known:  v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", nil)}},
			want:   map[string]any{"state": "ACTIVE", "arn": "arn:x", "conditions": active("2026-01-01T00:00:00Z")},
		},
		"not ready by its status": {
			reason: "for kro an object without readyWhen is ready when it exists",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("", func(n *v1alpha1.NodeObservation) {
				n.Ready, n.Reason = false, "NotReady"
			})}},
			want: map[string]any{"state": "ACTIVE", "conditions": active("2026-01-01T00:00:00Z")},
		},
		"waits": {
			reason: "a readyWhen that is false; the field that is not known is left out, and its previous value with it",
			spec:   v1alpha1.ObservationSpec{Status: raw(arn), Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.ReadyWhen = ready })}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("", func(n *v1alpha1.NodeObservation) {
				n.Ready, n.Reason, n.Message = false, "NotReady", `readyWhen condition evaluated to false: "x"`
			})}},
			previous: map[string]any{"state": "ACTIVE", "arn": "arn:x", "conditions": active(before)},
			want:     map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady", waiting, "2026-01-03T00:00:00Z")},
		},
		"still waits": {
			reason: "the time of a condition is that of its last change of status",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.ReadyWhen = ready })}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("", func(n *v1alpha1.NodeObservation) {
				n.Ready, n.Reason, n.Message = false, "NotReady", `readyWhen condition evaluated to false: "x"`
			})}},
			previous: map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady", "another message", before)},
			want:     map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady", waiting, before)},
		},
		"held": {
			reason: "a node that was never there is not resolved",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.Delivery = v1alpha1.Held })}},
			known:  v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{{ID: "bucket", Reason: "NotFound"}}},
			want: map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady",
				`resource reconciliation failed: waiting for unresolved resource: node "bucket"`, "2026-01-01T00:00:00Z")},
		},
		"unresolved": {
			reason: "so is one of which not even the name is known",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}, Unresolved: []string{"policy"}},
			known:  v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", nil)}},
			want: map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady",
				`resource reconciliation failed: waiting for unresolved resource: node "policy"`, "2026-01-01T00:00:00Z")},
		},
		"empty": {
			reason: "a collection without an item is a list",
			spec:   v1alpha1.ObservationSpec{Status: raw(`{"count":"${size(parts)}"}`), Empty: []string{"parts"}},
			want:   map[string]any{"state": "ACTIVE", "count": int64(0), "conditions": active("2026-01-01T00:00:00Z")},
		},
		"deleting": {
			reason: "an object that is being deleted has a reason of its own",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", func(n *v1alpha1.NodeObservation) {
				n.Ready, n.Reason = false, "Terminating"
			})}},
			want: map[string]any{"state": "IN_PROGRESS", "conditions": inactive("ResourceDeleting",
				`resource "ns/b" for node "bucket" is currently being deleted; waiting for deletion to complete before continuing reconciliation`, "2026-01-01T00:00:00Z")},
		},
		"failed": {
			reason: "an expression that cannot work is an error",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.ReadyWhen = ready })}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", func(n *v1alpha1.NodeObservation) {
				n.Ready, n.Reason, n.Message = false, "ExpressionFailed", "no"
			})}},
			want: map[string]any{"state": "ERROR", "conditions": inactive("NotReady", "resource error: no", "2026-01-01T00:00:00Z")},
		},
		"external": {
			reason: "what somebody else owns is waited for",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.Delivery = v1alpha1.External })}},
			known:  v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{{ID: "bucket", Reason: "NotFound"}}},
			want: map[string]any{"state": "IN_PROGRESS", "conditions": inactive("NotReady",
				`resource reconciliation failed: apply results contain errors: waiting for external reference "bucket": not found`, "2026-01-01T00:00:00Z")},
		},
		"withdrawn": {
			reason: "an object on its way out does not count",
			spec:   v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(func(n *v1alpha1.ObservedNode) { n.Delivery = v1alpha1.Withdrawn })}},
			known:  v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{{ID: "bucket", Reason: "NotFound"}}},
			want:   map[string]any{"state": "ACTIVE", "conditions": active("2026-01-01T00:00:00Z")},
		},
		"author": {
			reason: "the author's conditions alone; one that waits keeps its value, and kro's own can be read",
			spec: v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}, Conditions: []string{
				`runtime.newCondition({type: 'Ready', status: runtime.condition(schema, 'ResourcesReady').status, reason: 'Mine'})`,
				`runtime.newCondition({type: 'Arn', status: bucket.status.arn == '' ? 'False' : 'True'})`,
			}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("", nil)}},
			previous: map[string]any{"conditions": []any{
				map[string]any{"type": "Arn", "status": "True", "lastTransitionTime": before, "observedGeneration": int64(2)},
			}},
			want: map[string]any{"state": "ACTIVE", "conditions": []any{
				map[string]any{"type": "Ready", "status": "True", "reason": "Mine", "lastTransitionTime": "2026-01-03T00:00:00Z", "observedGeneration": int64(3)},
				map[string]any{"type": "Arn", "status": "True", "lastTransitionTime": before, "observedGeneration": int64(2)},
			}},
		},
		"author all known": {
			reason: "a condition that is no longer declared goes when nothing waits",
			spec: v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}, Conditions: []string{
				`runtime.newCondition({type: 'Arn', status: bucket.status.arn == '' ? 'False' : 'True'})`,
			}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", nil)}},
			previous: map[string]any{"conditions": []any{
				map[string]any{"type": "Old", "status": "True", "lastTransitionTime": before},
				map[string]any{"type": "Arn", "status": "True", "lastTransitionTime": before},
			}},
			want: map[string]any{"state": "ACTIVE", "conditions": []any{
				map[string]any{"type": "Arn", "status": "True", "lastTransitionTime": before, "observedGeneration": int64(3)},
			}},
		},
		"degraded": {
			reason: "a condition that fails makes the state an error, the others are written",
			spec: v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{bucket(nil)}, Conditions: []string{
				`runtime.newCondition({type: 'Bad', status: 1 / (size(bucket.status.arn) - 1) > 0 ? 'True' : 'False'})`,
				`runtime.newCondition({type: 'Good', status: 'True'})`,
			}},
			known: v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("x", nil)}},
			want: map[string]any{"state": "ERROR", "conditions": []any{
				map[string]any{"type": "Good", "status": "True", "lastTransitionTime": "2026-01-03T00:00:00Z", "observedGeneration": int64(3)},
			}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.spec.Instance = v1alpha1.InstanceReference{APIVersion: "kro.run/v1", Kind: "App", Namespace: "ns", Name: "app"}
			out := e.Evaluate(projection.Input{
				Spec: &c.spec, Known: &c.known, Now: now, Instance: &projection.Instance{Generation: 3, Created: created, Status: c.previous},
			})
			if diff := cmp.Diff(c.want, out.Status); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
			if !projection.Same(c.want, out.Status) {
				t.Errorf("the same status is said to differ")
			}
		})
	}
}

func TestEvaluateWithoutInstance(t *testing.T) {
	t.Parallel()
	spec := v1alpha1.ObservationSpec{
		Instance:       v1alpha1.InstanceReference{APIVersion: "kro.run/v1", Kind: "App", Namespace: "ns", Name: "app"},
		InstanceFields: []string{"spec.name"}, Nodes: []v1alpha1.ObservedNode{bucket(nil)},
		Status: raw(`{"arn":"${bucket.status.arn}","name":"${schema.spec.name}","id":"${schema.metadata.name}"}`),
	}
	known := v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("arn:x", nil)}}
	out := evaluator(t).Evaluate(projection.Input{Spec: &spec, Known: &known, Now: now})
	if diff := cmp.Diff(map[string]any{"arn": "arn:x", "id": "app"}, out.Projection); diff != "" || out.Status != nil {
		t.Errorf("(-want +got)\n%s\nand a status %v", diff, out.Status)
	}
}

func TestProblemsQuoteNoValue(t *testing.T) {
	t.Parallel()
	spec := v1alpha1.ObservationSpec{
		Instance: v1alpha1.InstanceReference{APIVersion: "kro.run/v1", Kind: "App", Name: "app"},
		Nodes:    []v1alpha1.ObservedNode{bucket(nil)}, Status: raw(`{"n":"${int(bucket.status.arn)}"}`),
	}
	known := v1alpha1.ObservationStatus{Nodes: []v1alpha1.NodeObservation{seen("marker", nil)}}
	out := evaluator(t).Evaluate(projection.Input{Spec: &spec, Known: &known, Now: now})
	data, err := json.Marshal(out.Problems)
	if err != nil || len(out.Problems) != 1 || !strings.Contains(string(data), "int(bucket.status.arn)") || strings.Contains(string(data), "marker") {
		t.Errorf("the problems are %s %v, want one that names the expression and not the value", data, err)
	}
}
