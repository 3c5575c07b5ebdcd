package decision_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/flux/decision"
)

func TestDecideNothing(t *testing.T) {
	t.Parallel()
	_, err := decision.Decide(decision.Input{})
	if _, ok := errors.AsType[*decision.EmptyRenderError](err); !ok {
		t.Fatalf("an empty render: got %v, want an EmptyRenderError", err)
	}
	d, err := decision.Decide(decision.Input{Objects: []decision.Object{{ID: "a_b__ConfigMap", Manifest: []byte(`{}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []decision.Manifest{{ID: "a_b__ConfigMap", JSON: []byte(`{}`), Origin: decision.Rendered}}
	if diff := cmp.Diff(want, d.Manifests); diff != "" {
		t.Errorf("an object that passes through (-want +got):\n%s", diff)
	}
}
