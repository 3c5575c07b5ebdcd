package wave

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKinds: testdata/kinds.txt has the facts of this package about Argo CD. test/argocd/v3/facts
// holds the file against Argo CD itself.
func TestKinds(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, kind := range orderedKinds() {
		got.WriteString("ordered " + kind + "\n")
	}
	for _, gk := range uncheckedKinds() {
		got.WriteString("unchecked " + gk.String() + "\n")
	}
	want, err := os.ReadFile("testdata/kinds.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-testdata/kinds.txt +package\n%s", diff)
	}
	if kindOrder("ConfigMap") >= kindOrder("Deployment") || kindOrder("APIService") >= kindOrder("Widget") || kindOrder("Widget") != kindOrder("Gadget") {
		t.Error("the order of kinds is not that of the list, with all others behind it")
	}
}
