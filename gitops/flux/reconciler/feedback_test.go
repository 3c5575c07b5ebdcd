package reconciler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// needy is a pair whose second part has a value that only the cluster knows.
func needy() files {
	f := pair()
	f["app/rgd.yaml"] = strings.Replace(rgd, "${first.metadata.name}", "${first.metadata.uid}", 1)
	return f
}

// answer is what the observer does: all objects are there and ready, and each field that was asked for has the value.
func (w *world) answer(t *testing.T, value string) {
	t.Helper()
	var list v1alpha1.ObservationList
	if err := w.client.List(t.Context(), &list, client.MatchingLabels{v1alpha1.GraphArtifactLabel: key().Name}); err != nil {
		t.Fatal(err)
	}
	for i := range list.Items {
		o := &list.Items[i]
		o.Status = v1alpha1.ObservationStatus{ObservedGeneration: o.Generation}
		for _, n := range o.Spec.Nodes {
			object := v1alpha1.ObservedObject{Namespace: n.Namespace, Name: n.Name, UID: "1"}
			for _, f := range n.Fields {
				object.Fields = append(object.Fields, v1alpha1.ObservedField{Path: f, Value: &apiextensionsv1.JSON{Raw: []byte(`"` + value + `"`)}})
			}
			o.Status.Nodes = append(o.Status.Nodes, v1alpha1.NodeObservation{ID: n.ID, Exists: true, Ready: true, Reason: "Ready", Objects: []v1alpha1.ObservedObject{object}})
		}
		if err := w.client.Status().Update(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFeedback: a node that needs a value is held, follows when the value is there, and stays when it is gone.
func TestFeedback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", needy())
	w.reconcile(t)
	first := slices.DeleteFunc(everything(), func(id string) bool { return strings.Contains(id, "second") || strings.HasSuffix(id, "_Pair") })
	if diff := cmp.Diff(first, w.delivered(t)); diff != "" {
		t.Errorf("the artifact without the value: -want +got\n%s", diff)
	}
	resolved := conditions.Get(w.graph(t), v1alpha1.ResolvedCondition)
	if resolved.Reason != v1alpha1.ReasonHeld || !strings.Contains(resolved.Message, "first.metadata.uid") {
		t.Errorf("Resolved is %s: %s", resolved.Reason, resolved.Message)
	}
	w.answer(t, "u-1")
	w.reconcile(t)
	if diff := cmp.Diff(everything(), w.delivered(t)); diff != "" {
		t.Errorf("the artifact with the value: -want +got\n%s", diff)
	}
	if g := w.graph(t); !conditions.IsReady(g) || !conditions.IsTrue(g, v1alpha1.ResolvedCondition) {
		t.Errorf("the conditions are %v", g.Status.Conditions)
	}
	// The observer never forgets a value; whoever deletes an Observation does.
	if err := w.client.DeleteAllOf(t.Context(), &v1alpha1.Observation{}, client.InNamespace(key().Namespace)); err != nil {
		t.Fatal(err)
	}
	before := w.manifests(t)
	w.reconcile(t)
	if diff := cmp.Diff(before, w.manifests(t)); diff != "" {
		t.Errorf("the artifact after the value was lost: -before +after\n%s", diff)
	}
	if got := conditions.GetReason(w.graph(t), v1alpha1.ResolvedCondition); got != v1alpha1.ReasonCarriedForward {
		t.Errorf("Resolved is %s", got)
	}
}

// TestOscillation: a value that goes to and fro stops the delivery, with the field named, until the source changes or
// somebody forces it.
func TestOscillation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", needy())
	w.reconcile(t)
	stalls := func(values ...string) bool {
		for _, value := range values {
			w.answer(t, value)
			w.reconcile(t)
		}
		return conditions.GetReason(w.graph(t), meta.StalledCondition) == v1alpha1.ReasonOscillating
	}
	if stalls("a", "b", "a") {
		t.Error("one return is a circle")
	}
	before := w.artifact(t)
	if !stalls("b") {
		t.Errorf("the conditions are %v", w.graph(t).Status.Conditions)
	}
	if diff := cmp.Diff(before, w.artifact(t)); diff != "" {
		t.Errorf("the artifact: -before +after\n%s", diff)
	}
	if message := conditions.GetMessage(w.graph(t), meta.ReadyCondition); !strings.Contains(message, "apps_one-second__ConfigMap data.first") {
		t.Errorf("the message is %s", message)
	}
	g := w.graph(t)
	g.Annotations = map[string]string{meta.ReconcileRequestAnnotation: "1", meta.ForceRequestAnnotation: "1"}
	if err := w.client.Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if stalls("b") {
		t.Error("it stalls though it was forced")
	}
	if !stalls("a", "b", "a") {
		t.Error("it does not stall again")
	}
	more := needy()
	more["README.md"] = "hello\n"
	w.push(t, "main@sha1:2", more)
	if stalls("b") {
		t.Error("it stalls though the source changed")
	}
}

// TestAccess: a source of another namespace counts only when that is allowed.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.graph(t)
	g.Spec.SourceRef.Namespace = "others"
	if err := w.client.Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	w.closed = true
	w.reconcile(t)
	ready := conditions.Get(w.graph(t), meta.ReadyCondition)
	if ready.Status != metav1.ConditionFalse || ready.Reason != "AccessDenied" || !conditions.IsStalled(w.graph(t)) {
		t.Errorf("the conditions are %v", w.graph(t).Status.Conditions)
	}
	w.closed = false
	w.reconcile(t)
	if got := conditions.GetReason(w.graph(t), meta.ReadyCondition); got != v1alpha1.ReasonSourceNotReady {
		t.Errorf("Ready is %s", got)
	}
}
