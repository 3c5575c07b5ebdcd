package input_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

var update = flag.Bool("update", false, "rewrite the golden sections")

// TestGolden reads the files of each archive. A line "roots: A B" in its comment names the roots, "show: objects"
// adds the objects themselves to the listing.
func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fsys, want := files(archive)
			roots := []string{"."}
			if line := setting(archive, "roots"); line != "" {
				roots = strings.Fields(line)
			}
			got := listing(fsys, roots, setting(archive, "show"))
			for range 3 {
				if again := listing(fsys, roots, setting(archive, "show")); again != got {
					t.Fatalf("a second run gives something else: -first +second\n%s", cmp.Diff(got, again))
				}
			}
			if *update {
				save(t, path, archive, got)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// files are the input of a case and its golden section.
func files(archive *txtar.Archive) (fsys fstest.MapFS, want string) {
	fsys = fstest.MapFS{}
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		if target, ok := strings.CutPrefix(string(f.Data), "symlink "); ok {
			fsys[f.Name] = &fstest.MapFile{Data: []byte(strings.TrimSpace(target)), Mode: fs.ModeSymlink}
			continue
		}
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return fsys, want
}

func setting(archive *txtar.Archive, key string) string {
	for line := range strings.Lines(string(archive.Comment)) {
		if value, ok := strings.CutPrefix(line, key+": "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func save(t *testing.T, path string, archive *txtar.Archive, got string) {
	t.Helper()
	var kept []txtar.File
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listing is what an input holds and what is wrong with it, one line an object, with the objects if they shall be shown.
func listing(fsys fs.FS, roots []string, show string) string {
	set, diags := input.Load(fsys, roots, input.Options{})
	var b bytes.Buffer
	for _, part := range []struct {
		title   string
		objects []*input.Object
	}{{"RGD", set.RGDs}, {"CRD", set.CRDs}, {"object", set.Objects}} {
		for _, o := range part.objects {
			span := o.Node.Span()
			fmt.Fprintf(&b, "%s %s %s %s/%s at %s:%d", part.title, o.APIVersion, o.Kind, o.Namespace, o.Name, span.Path(), span.Start().Line)
			if o.Kustomization != "" {
				fmt.Fprintf(&b, " built by %s", o.Kustomization)
			}
			b.WriteString("\n")
			if show == "objects" {
				text, _ := yaml.Marshal(o.Node.JSON())
				b.WriteString("\t" + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n\t") + "\n")
			}
		}
	}
	_ = diag.Print(&b, diags.Sorted(), diag.Style{})
	return b.String()
}

// where is the start of a span and its text.
func where(s source.Span) string {
	return fmt.Sprintf("%s:%d:%d %q", s.Path(), s.Start().Line, s.Start().Column, s.Text())
}
