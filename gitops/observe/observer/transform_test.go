package observer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

func TestTransform(t *testing.T) {
	t.Parallel()
	observation := func() *v1alpha1.Observation {
		o := &v1alpha1.Observation{Spec: v1alpha1.ObservationSpec{
			Instance: v1alpha1.InstanceReference{Kind: "App", Name: "x"},
			Nodes:    append([]v1alpha1.ObservedNode(nil), v1alpha1.ObservedNode{ID: "a", Fields: []string{"status.arn"}, ReadyWhen: []string{"true"}}, v1alpha1.ObservedNode{ID: "b"}, v1alpha1.ObservedNode{ID: "c"}),
		}}
		o.Status.Nodes = []v1alpha1.NodeObservation{{ID: "a", Objects: observed("1", "9", "x", now)}}
		return o
	}
	want, of := observation(), observation()
	of.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "x"}}
	got, err := Transform(of)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("something else than managed fields has gone (-want +got)\n%s", diff)
	}
	if n := of.Spec.Nodes; cap(n) != len(n) {
		t.Errorf("%d nodes have room for %d", len(n), cap(n))
	}
	if other, err := Transform("x"); err != nil || other != "x" {
		t.Errorf("another object became %v, %v", other, err)
	}
}
