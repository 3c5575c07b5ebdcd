package examples_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/product"
	"github.com/krowave/krowave/test/kro/trial"
)

const root = "../../../examples"

// TestExamples: kro accepts every RGD of every example, with the order and the CRD that krowave gives it, and
// makes the same objects of the instances as far as its gates let it.
func TestExamples(t *testing.T) {
	t.Parallel()
	kro, err := oracle.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	krowave, err := product.New()
	if err != nil {
		t.Fatal(err)
	}
	directories, err := filepath.Glob(filepath.Join(root, "*", "README.md"))
	if err != nil || len(directories) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, page := range directories {
		e := read(t, filepath.Dir(page))
		t.Run(filepath.Base(e.dir), func(t *testing.T) {
			t.Parallel()
			if len(e.rgds) == 0 {
				t.Fatal("the example has no RGD")
			}
			for _, c := range e.cases() {
				compare(t, c, kro.Run(c), krowave.Run(c))
			}
		})
	}
}

// compare reports what the engines disagree on, or what kro refuses.
func compare(t *testing.T, c trial.Case, kro, ours trial.Result) {
	t.Helper()
	if !kro.Verdict.Accepted() || !ours.Verdict.Accepted() {
		t.Errorf("%s: kro: %s %s\nkrowave: %s %s", c.Name, kro.Verdict.Stage, kro.Verdict.Error, ours.Verdict.Stage, ours.Verdict.Error)
		return
	}
	if diff := cmp.Diff(kro.Order, ours.Order); diff != "" {
		t.Errorf("%s: order (-kro +krowave):\n%s", c.Name, diff)
	}
	want, err := manifest.NormalMap(kro.CRD)
	if err != nil {
		t.Fatal(err)
	}
	got, err := manifest.NormalMap(ours.CRD)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: CRD (-kro +krowave):\n%s", c.Name, diff)
	}
	for id, node := range kro.Nodes {
		if node.Kind == trial.External || node.Kind == trial.ExternalCollection {
			continue // nothing is made of them
		}
		switch node.State {
		case trial.Resolved, trial.Ignored:
			sameNode(t, c.Name+": "+id, node, ours.Nodes[id])
		case trial.Fatal:
			t.Errorf("%s: %s: %s", c.Name, id, node.Message)
		case trial.Pending: // docs/compat/kro.md: readiness orders the delivery, it does not hold back
		}
	}
}

func sameNode(t *testing.T, name string, kro, ours trial.Node) {
	t.Helper()
	if kro.State != ours.State {
		t.Errorf("%s: kro says %s, krowave %s %s", name, kro.State, ours.State, ours.Message)
		return
	}
	want, err := manifest.Normal(kro.Objects)
	if err != nil {
		t.Fatal(err)
	}
	got, err := manifest.Normal(ours.Objects)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-kro +krowave):\n%s", name, diff)
	}
}

// example is one directory.
type example struct {
	dir      string
	rgds     []document
	crds     []string
	objects  []document // instances and whatever else is delivered
	observed []document
}

type document struct {
	text   string
	object map[string]any
}

func (d document) field(path ...string) string {
	value := any(d.object)
	for _, key := range path {
		m, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		value = m[key]
	}
	text, _ := value.(string)
	return text
}

// read collects the documents of an example. What is delivered and what is only known is told by the names of files
// that all examples share.
func read(t *testing.T, dir string) example {
	t.Helper()
	e := example{dir: dir}
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		name := entry.Name()
		if slices.Contains([]string{"rendered.yaml", "krowave.yaml", "kustomization.yaml"}, name) {
			return nil
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		for _, raw := range manifest.Split(string(text)) {
			object, err := manifest.Decode(raw.Text)
			if err != nil {
				return err
			}
			if err := e.add(name, document{text: raw.Text, object: object}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *example) add(file string, d document) error {
	items, _ := d.object["items"].([]any)
	for _, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			return err
		}
		object, err := manifest.Decode(string(text))
		if err != nil {
			return err
		}
		if err := e.add(file, document{text: string(text), object: object}); err != nil {
			return err
		}
	}
	switch {
	case items != nil:
	case d.field("kind") == "ResourceGraphDefinition":
		e.rgds = append(e.rgds, d)
	case d.field("kind") == "CustomResourceDefinition":
		e.crds = append(e.crds, d.text)
	case file == "observed.yaml":
		e.observed = append(e.observed, d)
	default:
		e.objects = append(e.objects, d)
	}
	return nil
}

// cases are the RGDs with each of their instances, or alone.
func (e *example) cases() []trial.Case {
	var all []trial.Case
	for i, rgd := range e.rgds {
		c := trial.Case{
			Name: rgd.field("metadata", "name"), RGD: rgd.text, CRDs: e.crds, Mode: trial.Echo, Unknown: trial.Refuse,
		}
		for k, sibling := range e.rgds {
			if k != i {
				c.Siblings = append(c.Siblings, sibling.text)
			}
		}
		for _, live := range e.observed {
			if id := node(rgd, live); id != "" {
				c.Observed = append(c.Observed, trial.Observation{Node: id, Object: live.text})
			} else {
				c.Objects = append(c.Objects, live.text)
			}
		}
		instances := 0
		for _, object := range e.objects {
			if object.field("kind") == rgd.field("spec", "schema", "kind") {
				instances++
				of := c
				of.Name += " of " + object.field("metadata", "name")
				of.Instance = object.text
				all = append(all, of)
			}
		}
		if instances == 0 {
			all = append(all, c)
		}
	}
	return all
}

// node is the id of the node whose template makes objects of a live one's kind.
func node(rgd, live document) string {
	spec, _ := rgd.object["spec"].(map[string]any)
	resources, _ := spec["resources"].([]any)
	for _, entry := range resources {
		m, _ := entry.(map[string]any)
		r := document{object: m}
		if r.field("template", "kind") == live.field("kind") && r.field("template", "apiVersion") == live.field("apiVersion") {
			return r.field("id")
		}
	}
	return ""
}
