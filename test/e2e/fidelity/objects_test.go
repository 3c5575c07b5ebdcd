package fidelity_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// objects: what the archives render to is accepted where krowave has no complaint, and refused where it has one.
func objects(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	embedded, err := catalog.Builtin(version)
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused, more := 0, 0, maps.Clone(beyond())
	for _, s := range samples(t) {
		result, diags := s.program.Render()
		if result == nil {
			continue
		}
		complaints, problems, custom := about(append(s.diags, diags...)), 0, 0
		for _, object := range result.Objects {
			u := &unstructured.Unstructured{Object: object.Value}
			kind, builtin := embedded.Lookup(u.GroupVersionKind())
			if !builtin {
				if object.Node != "" {
					custom++
				}
				continue
			}
			in := u.GetNamespace()
			if kind.Namespaced && in == "" {
				in = namespace
			}
			err := dryRun(t, c, u, in)
			if err == nil {
				accepted++
				continue
			}
			problems++
			if _, explained := more[s.name]; !explained && len(complaints) == 0 {
				t.Errorf("%s: the server refuses %s, and krowave says nothing: %v", s.name, cluster.RefOf(u), err)
			}
		}
		if problems > 0 {
			delete(more, s.name)
			refused++
		}
		if len(complaints) > 0 && problems == 0 && custom == 0 {
			t.Errorf("%s: the server takes all objects, and krowave complains: %v", s.name, complaints)
		}
	}
	for name, why := range more {
		t.Errorf("%s is said to be refused (%s), and is not", name, why)
	}
	if accepted < 100 || refused < 5 {
		t.Errorf("the server accepted %d objects, and refused some of %d archives: this test sees too little", accepted, refused)
	}
	t.Logf("%d objects accepted; %d archives have objects that are refused", accepted, refused)
}

// beyond are the archives with objects that the server refuses for what its Go code says and no schema does: krowave
// is certain or silent.
func beyond() map[string]string {
	return map[string]string{
		"expressions/scanner": "a key of a ConfigMap has other characters than file names",
		"kinds/quantities":    "an HorizontalPodAutoscaler refers to a Deployment without apiVersion",
	}
}

// about are the complaints that rendered objects are not what the server takes.
func about(list diag.List) diag.List {
	var found diag.List
	for _, d := range list {
		if strings.HasPrefix(string(d.Code), "OBJ0") {
			found = append(found, d)
		}
	}
	return found
}

// dryRun has the server check an object, strictly, without storing it. The namespace is "" for an object that is in none.
func dryRun(t *testing.T, c *cluster.Cluster, u *unstructured.Unstructured, in string) error {
	t.Helper()
	if in != "" {
		c.Namespace(t, in)
	}
	client, err := c.Client(u.GroupVersionKind(), in)
	if err != nil {
		t.Fatal(err)
	}
	o := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict}
	if _, err := client.Create(t.Context(), u, o); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return nil
}

// examples: the server takes every object of every example, whose custom kinds it knows from the CRDs that the example names.
func examples(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	root := process.Root(t)
	rendered, err := filepath.Glob(filepath.Join(root, "examples", "*", "rendered.yaml"))
	if err != nil || len(rendered) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range rendered {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var definitions, rest []*unstructured.Unstructured
			for _, u := range append(parse(t, filepath.Join(dir, "crds.yaml")), parse(t, file)...) {
				if u.GetKind() == "CustomResourceDefinition" {
					definitions = append(definitions, u)
				} else {
					rest = append(rest, u)
				}
			}
			for _, u := range c.Apply(t, definitions...) {
				c.Established(t, u.GetName())
			}
			if len(rest) == 0 {
				t.Error("the example renders to nothing but CRDs")
			}
			for _, u := range rest {
				if err := dryRun(t, c, u, u.GetNamespace()); err != nil {
					t.Errorf("%s: %v", cluster.RefOf(u), err)
				}
			}
		})
	}
}

// parse reads a file that need not be there.
func parse(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return cluster.Parse(t, string(data))
}
