package crd

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

var update = flag.Bool("update", false, "rewrite the want sections of the archives")

// synthesize makes a CRD out of a spec.schema of an RGD, written in YAML.
func synthesize(tb testing.TB, text []byte) (Input, Origin, diag.List) {
	tb.Helper()
	docs, problems := source.Parse(source.NewFile("rgd.yaml", text), source.Limits{})
	if len(docs) != 1 || len(problems) > 0 {
		tb.Fatalf("%d documents, problems %v", len(docs), problems)
	}
	schema := docs[0].Root
	built, diags := simpleschema.Build(schema.Get("spec"), schema.Get("types"))
	if built == nil {
		tb.Fatalf("build: %v", diags)
	}
	columns, more := Columns(schema.Get("additionalPrinterColumns"))
	in := Input{
		Group: "kro.run", Version: schema.Get("apiVersion").Str(), Kind: schema.Get("kind").Str(),
		Namespaced: schema.Get("scope").Str() != "Cluster", Spec: built.Schema, PrinterColumns: columns,
		ShortNames: texts(schema.Get("shortNames")), Categories: texts(schema.Get("categories")),
		Labels: textMap(schema.Lookup("metadata", "labels")), Annotations: textMap(schema.Lookup("metadata", "annotations")),
	}
	if group := schema.Get("group"); group != nil {
		in.Group = group.Str()
	}
	return in, Origin{Schema: schema, Spec: built.Origin}, append(diags, more...)
}

func texts(n *source.Node) []string {
	var list []string
	for _, item := range n.Items() {
		list = append(list, item.Str())
	}
	return list
}

func textMap(n *source.Node) map[string]string {
	m := map[string]string{}
	for _, f := range n.Fields() {
		m[f.Key] = f.Value.Str()
	}
	return m
}

// TestGolden makes and checks the CRD of the spec.schema in rgd.yaml of every archive.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(t, archive)
			for range 3 {
				if diff := cmp.Diff(got, golden(t, archive)); diff != "" {
					t.Fatalf("two runs differ:\n%s", diff)
				}
			}
			if *update {
				archive.Files = append(archive.Files[:1], got...)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(archive.Files[1:], got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", archive.Comment, diff)
			}
		})
	}
}

// golden is what an archive must hold behind its rgd.yaml: the CRD, unless it is
// refused, and the problems.
func golden(t *testing.T, archive *txtar.Archive) []txtar.File {
	t.Helper()
	in, origin, diags := synthesize(t, archive.Files[0].Data)
	c := Synthesize(in)
	diags = append(diags, Check(c, origin)...)
	var files []txtar.File
	if !diags.HasErrors() {
		object, err := Object(c)
		if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, txtar.File{Name: "want/crd.yaml", Data: text})
	}
	if len(diags) > 0 {
		var b strings.Builder
		if err := diag.Print(&b, diags.Sorted(), diag.Style{}); err != nil {
			t.Fatal(err)
		}
		files = append(files, txtar.File{Name: "want/diagnostics", Data: []byte(b.String())})
	}
	return files
}
