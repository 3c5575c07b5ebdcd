package admission_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
)

var update = flag.Bool("update", false, "rewrite the want sections of the archives")

// section is the text of a file of an archive, "" when there is none.
func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// golden runs a function over each archive and compares what it answers with the
// sections of the same names. The archive's comment says why the case is there.
func golden(t *testing.T, pattern string, run func(*testing.T, *txtar.Archive) []txtar.File) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives at %s: %v", pattern, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, path, archive, func() []txtar.File { return run(t, archive) })
		})
	}
}

func compareGolden(t *testing.T, path string, archive *txtar.Archive, run func() []txtar.File) {
	t.Helper()
	got := run()
	for range 5 {
		if diff := cmp.Diff(got, run()); diff != "" {
			t.Fatalf("a second run gives something else: -first +second\n%s", diff)
		}
	}
	if *update {
		rewrite(t, path, archive, got)
		return
	}
	for _, f := range got {
		if diff := cmp.Diff(section(archive, f.Name), string(f.Data)); diff != "" {
			t.Errorf("\n%s\n%s: -want +got\n%s", archive.Comment, f.Name, diff)
		}
	}
}

// rewrite replaces the want sections of an archive.
func rewrite(t *testing.T, path string, archive *txtar.Archive, got []txtar.File) {
	t.Helper()
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, got...)
	if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAdmit shows what is stored and what is said about it.
func TestAdmit(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/admit/*.txtar", func(t *testing.T, a *txtar.Archive) []txtar.File {
		t.Helper()
		at := parse(t, section(a, "object.yaml"))
		_, rest, _ := strings.Cut(string(a.Comment), "namespace: ")
		opts := admission.Options{Namespace: strings.TrimSpace(rest)}
		if old := section(a, "old.yaml"); old != "" {
			opts.Old = fields(t, parse(t, old))
		}
		stored, diags := newValidator(t, specCRD(t, section(a, "schema.yaml"))).Admit(fields(t, at), at, opts)
		text, err := yaml.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		return []txtar.File{
			{Name: "want/object.yaml", Data: text},
			{Name: "want/diagnostics", Data: []byte(printed(t, diags))},
		}
	})
}

// TestCheck shows what is said about objects of built-in kinds and, with a schema,
// of a custom one.
func TestCheck(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/check/*.txtar", func(t *testing.T, a *txtar.Archive) []txtar.File {
		t.Helper()
		c := builtin(t)
		if schema := section(a, "schema.yaml"); schema != "" {
			c = c.With(customKind(*specCRD(t, schema).Spec.Versions[0].Schema.OpenAPIV3Schema))
		}
		root := parse(t, section(a, "object.yaml"))
		obj := fields(t, root)
		kind, known := kindOf(c, obj)
		if !known {
			kind = catalog.Kind{}
		}
		var out bytes.Buffer
		out.WriteString(printed(t, admission.NewChecker().Check(obj, kind, locator(root))))
		return []txtar.File{{Name: "want/diagnostics", Data: out.Bytes()}}
	})
}
