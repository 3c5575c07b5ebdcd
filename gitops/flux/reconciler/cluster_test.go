package reconciler

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

// TestStates: an answer counts as far as it is about the object that is asked for, and what may not be read is not known.
func TestStates(t *testing.T) {
	t.Parallel()
	node := v1alpha1.ObservedNode{ID: "a", APIVersion: "v1", Kind: "ConfigMap", Namespace: "n", Name: "new"}
	there := func(name string) []v1alpha1.ObservedObject {
		return []v1alpha1.ObservedObject{{Namespace: "n", Name: name}}
	}
	const id = "n_new__ConfigMap"
	cases := map[string]struct {
		reason   string
		observed int64
		said     v1alpha1.NodeObservation
		want     map[string]decision.State
	}{
		"Current": {"The answer to this question.", 2, v1alpha1.NodeObservation{ID: "a", Exists: true, Ready: true, Objects: there("new")}, map[string]decision.State{id: {Known: true, Exists: true, Ready: true}}},
		"Missing": {"It is known not to be there.", 2, v1alpha1.NodeObservation{ID: "a"}, map[string]decision.State{id: {Known: true}}},
		"Same":    {"An earlier question about the same object.", 1, v1alpha1.NodeObservation{ID: "a", Exists: true, Objects: there("new")}, map[string]decision.State{id: {Known: true, Exists: true}}},
		"Renamed": {"An earlier question about another object.", 1, v1alpha1.NodeObservation{ID: "a", Exists: true, Ready: true, Objects: there("old")}, map[string]decision.State{}},
		"Old":     {"An earlier question, and nothing was there: of which object?", 1, v1alpha1.NodeObservation{ID: "a"}, map[string]decision.State{}},
		"Denied":  {"Nobody may look.", 2, v1alpha1.NodeObservation{ID: "a", Exists: true, Reason: "Forbidden", Objects: there("new")}, map[string]decision.State{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := v1alpha1.Observation{Spec: v1alpha1.ObservationSpec{Nodes: []v1alpha1.ObservedNode{node}}}
			o.Generation, o.Status.ObservedGeneration = 2, c.observed
			o.Status.Nodes = []v1alpha1.NodeObservation{c.said}
			if diff := cmp.Diff(c.want, states([]v1alpha1.Observation{o})); diff != "" {
				t.Errorf("%s -want +got\n%s", c.reason, diff)
			}
		})
	}
}

// TestLeaving: an object that leaves is looked for with what the inventory says alone.
func TestLeaving(t *testing.T) {
	t.Parallel()
	got := leavingNode(v1alpha1.InventoryEntry{ID: "n_a.b_apps_Deployment", Version: "v1"})
	got.ID = ""
	want := v1alpha1.ObservedNode{
		APIVersion: "apps/v1", Kind: "Deployment", Namespace: "n", Name: "a.b", Delivery: v1alpha1.Withdrawn, Readiness: v1alpha1.Exists,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the node: -want +got\n%s", diff)
	}
	a := &attempt{Reconciler: &Reconciler{}, graph: &v1alpha1.GraphArtifact{}}
	e := v1alpha1.InventoryEntry{Instance: "Shop.example.com/n/one", Node: "x", ID: "n_a__ConfigMap", Version: "v1"}
	o := a.leaving(e, &decision.Decision{}, nil)
	if ref := o.Spec.Instance; instanceOf(ref) != e.Instance || ref.APIVersion != "example.com/v1alpha1" {
		t.Errorf("the instance is %+v", ref)
	}
}
