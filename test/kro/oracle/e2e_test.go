package oracle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// TestEndToEnd holds the oracle against what kro's own end-to-end suites assert about a real
// cluster: the generated CRD, the order, the defaulted instance and the objects.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	dir, err := modules.Kro(t.Context())
	if err != nil {
		t.Fatalf("modules.Kro: %v", err)
	}
	for suite, tc := range map[string]struct {
		reason   string
		instance string
		world    []string
		asserts  []string // of objects, and of the instance
		defaults []string // the same, with fields that only a server fills in
	}{
		"check-rgd-creation":      {reason: "the CRD of an RGD"},
		"check-arbitary-objects":  {reason: "objects of any content", instance: "instance.yaml"},
		"check-instance-creation": {reason: "one object", instance: "instance.yaml", asserts: []string{"deployment-assert.yaml"}},
		"check-instance-update":   {reason: "one object, changed", instance: "instance-update.yaml", defaults: []string{"deployment-update-assert.yaml"}},
		"check-multi-resource-rgd": {
			reason: "objects that refer to each other", instance: "instance.yaml",
			asserts:  []string{"configmap-assert.yaml", "service-assert.yaml", "hpa-assert.yaml"},
			defaults: []string{"deployment-assert.yaml"},
		},
		"check-required-default-interactions": {
			reason: "defaults of nested objects", instance: "valid-instance.yaml", asserts: []string{"valid-instance-assert.yaml"},
		},
		"check-validation-markers": {
			reason: "markers, and a template of several lines", instance: "valid-instance.yaml",
			asserts: []string{"configmap-assert.yaml", "valid-instance-assert.yaml"},
		},
		"check-external-references": {
			reason: "an external reference", instance: "instance-propagate.yaml", world: []string{"configmap.yaml"}, asserts: []string{"owned.yaml"},
		},
		"check-unknown-fields": {
			reason: "a kind that takes any field", instance: "instance.yaml", world: []string{"allow-unknown-crd.yaml"}, asserts: []string{"owned.yaml"},
		},
	} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			read := func(name string) string {
				return readFile(t, filepath.Join(dir, "test", "e2e", "chainsaw", suite, name))
			}
			c := trial.Case{RGD: read("rgd.yaml"), Mode: trial.Echo}
			if tc.instance != "" {
				c.Instance = read(tc.instance)
			}
			for _, name := range tc.world {
				if strings.Contains(name, "crd") {
					c.CRDs = append(c.CRDs, read(name))
				} else {
					c.Objects = append(c.Objects, read(name))
				}
			}
			r := o.Run(c)
			if !r.Verdict.Accepted() {
				t.Fatalf("%s: refused at %s: %s", tc.reason, r.Verdict.Stage, r.Verdict.Error)
			}
			checkGraph(t, r, filepath.Join(dir, "test", "e2e", "chainsaw", suite))
			for _, name := range tc.asserts {
				checkObject(t, r, name, decode(t, read(name)))
			}
			for _, name := range tc.defaults {
				want := decode(t, read(name))
				want["spec"] = reduced(find(r, want)["spec"], want["spec"])
				checkObject(t, r, name, want)
			}
		})
	}
}

// checkGraph compares with the assertions about the CRD and about the RGD's status.
func checkGraph(t *testing.T, r trial.Result, suite string) {
	t.Helper()
	if file := filepath.Join(suite, "instancecrd-assert.yaml"); exists(file) {
		want := decode(t, readFile(t, file))
		for _, key := range []string{"group", "names", "scope", "versions"} {
			checkPart(t, "the CRD's "+key, inside(want, "spec")[key], inside(r.CRD, "spec")[key])
		}
	}
	if file := filepath.Join(suite, "rgd-assert.yaml"); exists(file) {
		if want := inside(decode(t, readFile(t, file)), "status")["topologicalOrder"]; want != nil {
			order := []any{}
			for _, id := range r.Order {
				order = append(order, id)
			}
			checkPart(t, "the order", want, order)
		}
	}
}

// checkObject finds the asserted object among the instance and all objects, and compares what
// is no work of a server.
func checkObject(t *testing.T, r trial.Result, name string, want map[string]any) {
	t.Helper()
	got := find(r, want)
	if got == nil {
		t.Errorf("%s: there is no such object", name)
		return
	}
	for _, key := range []string{"spec", "data"} {
		if want[key] != nil {
			checkPart(t, name+" "+key, want[key], got[key])
		}
	}
}

// find is the object of the same kind and name, nil when there is none.
func find(r trial.Result, like map[string]any) map[string]any {
	identity := func(object map[string]any) string {
		return fmt.Sprint(object["kind"], " ", inside(object, "metadata")["name"])
	}
	all := []map[string]any{r.Instance}
	for _, node := range r.Nodes {
		all = append(all, node.Objects...)
	}
	i := slices.IndexFunc(all, func(object map[string]any) bool { return identity(object) == identity(like) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// checkPart fails where an assertion is not met: what it leaves out may be anything.
func checkPart(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, reduced(want, got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// reduced is the part of a value that an assertion speaks of.
func reduced(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got
		}
		part := map[string]any{}
		for key, value := range w {
			if inner, present := g[key]; present {
				part[key] = reduced(value, inner)
			}
		}
		return part
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return got
		}
		part := make([]any, len(g))
		for i := range w {
			part[i] = reduced(w[i], g[i])
		}
		return part
	}
	return got
}

func inside(object map[string]any, key string) map[string]any {
	inner, _ := object[key].(map[string]any)
	return inner
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	object, err := manifest.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func newOracle(t *testing.T) *oracle.Oracle {
	t.Helper()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	return o
}
