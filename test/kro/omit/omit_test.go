package omit_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kubernetes-sigs/kro/pkg/features"

	"github.com/krowave/krowave/test/kro/compare"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/product"
	"github.com/krowave/krowave/test/kro/trial"
)

// TestMain switches the gate on for the whole process, before anything of kro runs.
func TestMain(m *testing.M) {
	if err := features.FeatureGate.Set(string(features.CELOmitFunction) + "=true"); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestOmit: with the gate on both engines accept the same calls of omit(), and leave the same
// fields away.
func TestOmit(t *testing.T) {
	t.Parallel()
	always := []int{1, 3}
	const config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, "
	cases := map[string]struct {
		resource string // behind the id
		refused  []int  // the counts for which kro refuses it
	}{
		"field":                {`template: ` + config + `data: {a: "${schema.spec.count > 1 ? 'x' : omit()}", b: c}}`, nil},
		"every field":          {`template: ` + config + `data: {a: "${schema.spec.count > 1 ? 'x' : omit()}"}}`, nil},
		"always":               {`template: ` + config + `data: {a: "${omit()}", b: c}}`, nil},
		"object":               {`template: ` + config + `data: "${schema.spec.count > 1 ? {'a': 'b'} : omit()}"}`, nil},
		"other type":           {`template: ` + config + `data: {a: "${schema.spec.count > 1 ? schema.spec.count : omit()}"}}`, nil},
		"item":                 {`template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a, args: ["a", "${schema.spec.count > 1 ? 'x' : omit()}", "b"]}]}}`, nil},
		"only item":            {`template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a, args: ["${schema.spec.count > 1 ? 'x' : omit()}"]}]}}`, nil},
		"inside a list":        {`template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a, args: "${['a', schema.spec.count > 1 ? 'x' : omit()]}"}]}}`, nil},
		"field of an item":     {`template: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a, tty: "${schema.spec.count > 1 ? true : omit()}"}]}}`, nil},
		"number":               {`template: {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: "${schema.spec.count > 1 ? schema.spec.count : omit()}", selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}}}`, nil},
		"text":                 {`template: ` + config + `data: {a: "a-${schema.spec.count > 1 ? 'x' : omit()}"}}`, []int{1}},
		"namespace":            {`template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: "${schema.spec.count > 1 ? 'x' : omit()}"}}`, nil},
		"name":                 {`template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${schema.spec.count > 1 ? 'x' : omit()}"}}`, always},
		"labels":               {`template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {x: "${schema.spec.count > 1 ? 'x' : omit()}", y: z}}}`, nil},
		"condition":            {`{includeWhen: ["${omit()}"], template: ` + config + `data: {a: b}}}`, always},
		"readyWhen":            {`{readyWhen: ["${omit()}"], template: ` + config + `data: {a: b}}}`, always},
		"list of an iterator":  {`{forEach: [{i: "${schema.spec.count > 1 ? ['x'] : omit()}"}], template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${i}"}}}`, always},
		"item of a collection": {`{forEach: [{i: "${['x', 'y']}"}], template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${i}"}, data: {a: "${i == 'x' ? i : omit()}"}}}`, nil},
		"optional":             {`template: ` + config + `data: {a: "${schema.spec.?text.orValue(omit())}"}}`, nil},
		"in a macro":           {`template: ` + config + `data: {a: "${schema.spec.count > 1 ? cel.bind(x, 'y', x) : omit()}", b: "${[1, 2].exists(i, i == schema.spec.count) ? omit() : 'c'}"}}`, nil},
	}
	kro, err := oracle.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	krowave, err := product.New()
	if err != nil {
		t.Fatal(err)
	}
	ours := krowave.Omitting().Run
	for name, c := range cases {
		for _, n := range always {
			for _, mode := range []trial.Mode{trial.Given, trial.Settled} {
				t.Run(fmt.Sprintf("%s, %d, %s", name, n, mode), func(t *testing.T) {
					t.Parallel()
					question := omitting(c.resource, n)
					question.Mode = mode
					if got := kro.Run(question).Verdict; got.Accepted() == slices.Contains(c.refused, n) {
						t.Errorf("kro says %s %q, want it to refuse the counts %v", got.Stage, got.Error, c.refused)
					}
					found := compare.Case(question, kro.Run, ours)
					for _, d := range found {
						if d.Explained == "" {
							t.Error(compare.Print(question, found))
							break
						}
					}
				})
			}
		}
	}
}

// omitting is an RGD with one resource, and an instance of it.
func omitting(resource string, n int) trial.Case {
	if !strings.HasPrefix(resource, "{") {
		resource = "{" + resource + "}"
	}
	return trial.Case{
		Name:    "omit",
		Unknown: trial.Refuse,
		RGD: fmt.Sprintf(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: omit}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Omit
    spec: {count: integer, text: string}
  resources:
    - {id: subject, %s
`, resource[1:]),
		Instance: fmt.Sprintf(`apiVersion: kro.run/v1alpha1
kind: Omit
metadata: {name: omit, namespace: default}
spec: {count: %d}
`, n),
	}
}
