package fidelity_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/openapi"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/test/e2e/cluster"
)

// catalogue: for every kind that the server publishes, the embedded catalogue has the same scope, plural and schema,
// and it has no kind besides.
func catalogue(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	embedded, err := catalog.Builtin(version)
	if err != nil {
		t.Fatal(err)
	}
	served := published(t, c)
	if len(served) < 80 {
		t.Errorf("the server publishes %d kinds: this test sees too little", len(served))
	}
	differ := maps.Clone(differences())
	for gvk, want := range served {
		got, known := embedded.Lookup(gvk)
		if _, explained := differ[gvk]; explained && (!known || !equal(want, got)) {
			delete(differ, gvk)
			continue
		}
		if !known {
			t.Errorf("%s: the server publishes it, the catalogue lacks it", gvk)
			continue
		}
		if diff := cmp.Diff(want, got, ignored()...); diff != "" {
			t.Errorf("%s: -server +catalogue\n%s", gvk, diff)
		}
	}
	for _, gvk := range embedded.Kinds() {
		if _, ok := served[gvk]; !ok {
			if _, explained := differ[gvk]; !explained {
				t.Errorf("%s: the catalogue has it, the server does not publish it", gvk)
			}
			delete(differ, gvk)
		}
	}
	for gvk, why := range differ {
		t.Errorf("%s is said to differ (%s) and does not", gvk, why)
	}
	t.Logf("compared %d kinds of the server with %d embedded ones", len(served), len(embedded.Kinds()))
}

// differences are the kinds in which server and catalogue differ, and why that is right.
func differences() map[schema.GroupVersionKind]string {
	return map[schema.GroupVersionKind]string{}
}

// published are the kinds of all documents of the server, as the engine reads them.
func published(t *testing.T, c *cluster.Cluster) map[schema.GroupVersionKind]catalog.Kind {
	t.Helper()
	paths, err := openapi.NewClient(c.Discovery.RESTClient()).Paths()
	if err != nil {
		t.Fatalf("list the OpenAPI documents: %v", err)
	}
	kinds := map[schema.GroupVersionKind]catalog.Kind{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		data, err := paths[path].Schema("application/json")
		if err != nil {
			t.Fatalf("get the OpenAPI document %s: %v", path, err)
		}
		found, err := catalog.FromDocument(path, data, "")
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, k := range found {
			kinds[k.GVK] = k
		}
	}
	return kinds
}

func equal(a, b catalog.Kind) bool { return cmp.Equal(a, b, ignored()...) }

// ignored are the fields that say where the knowledge comes from, and descriptions, which are not embedded.
func ignored() []cmp.Option {
	last := func(p cmp.Path) bool {
		return slices.Contains([]string{".Description", ".Origin", ".BuiltIn"}, p.Last().String())
	}
	return []cmp.Option{cmp.FilterPath(last, cmp.Ignore())}
}
