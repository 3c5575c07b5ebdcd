package decision_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/flux/decision"
)

// TestParseID: an identity is read back, empty parts and underscores of a name included.
func TestParseID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]decision.Identity{
		"n_a__ConfigMap":        {Namespace: "n", Name: "a", Kind: "ConfigMap"},
		"n_a.b_apps_Deployment": {Namespace: "n", Name: "a.b", Group: "apps", Kind: "Deployment"},
		"_b_c_d.e_F":            {Name: "b_c", Group: "d.e", Kind: "F"},
	} {
		got := decision.ParseID(id)
		if diff := cmp.Diff(want, got); diff != "" || got.ID() != id {
			t.Errorf("%s comes back as %s: -want +got\n%s", id, got.ID(), diff)
		}
	}
}
