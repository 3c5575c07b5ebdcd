package simpleschema

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
	"github.com/krowave/krowave/render/source"
)

var update = flag.Bool("update", false, "rewrite the want sections of the archives")

// TestGolden builds the rgd.yaml of every archive and compares the schema and
// the printed problems.
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

// golden is what an archive must hold behind its rgd.yaml.
func golden(t *testing.T, archive *txtar.Archive) []txtar.File {
	t.Helper()
	docs, problems := source.Parse(source.NewFile("rgd.yaml", archive.Files[0].Data), source.Limits{})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("%d documents, problems %v", len(docs), problems)
	}
	root := docs[0].Root
	var first []txtar.File
	for range 20 {
		built, list := Build(root.Get("spec"), root.Get("types"))
		var files []txtar.File
		if built != nil {
			text, err := yaml.Marshal(built.Schema)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, txtar.File{Name: "want/schema.yaml", Data: text})
		}
		if len(list) > 0 {
			var b strings.Builder
			if err := diag.Print(&b, list.Sorted(), diag.Style{}); err != nil {
				t.Fatal(err)
			}
			files = append(files, txtar.File{Name: "want/diagnostics", Data: []byte(b.String())})
		}
		if first == nil {
			first = files
		} else if diff := cmp.Diff(first, files); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	}
	return first
}
