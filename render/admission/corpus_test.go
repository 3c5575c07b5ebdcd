package admission_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// TestAccepted: what API servers take raises no alarm.
func TestAccepted(t *testing.T) {
	t.Parallel()
	if count := quiet(t, builtin(t), "testdata/accepted"); count < 30 {
		t.Errorf("only %d objects were checked", count)
	}
}

// mistakes are fields in manifests of Kubernetes that do not exist: the API server drops
// them, or refuses them if asked to be strict.
func mistakes() []string {
	return []string{
		`spec.Type is not a field that the kind has`,                        // of a Service in testing-manifests
		`spec.template.spec.nodeSelectors is not a field that the kind has`, // of the node problem detector
	}
}

// TestAcceptedByOthers does the same with the manifests that Kubernetes and kro publish.
func TestAcceptedByOthers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("downloads modules")
	}
	tests := map[string]struct {
		module string
		dirs   []string
		least  int // objects of built-in kinds
	}{
		"Kubernetes": {
			module: "k8s.io/kubernetes@v1.36.3",
			dirs:   []string{"test/e2e/testing-manifests", "test/fixtures/doc-yaml", "cluster/addons"},
			least:  150,
		},
		"kro": {
			module: "github.com/kubernetes-sigs/kro@v0.9.4",
			dirs:   []string{"examples", "helm", "test/e2e"},
			least:  10,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := moduleDir(t, tc.module)
			count := 0
			for _, sub := range tc.dirs {
				count += quiet(t, builtin(t), filepath.Join(dir, sub))
			}
			if count < tc.least {
				t.Errorf("only %d objects were checked, want %d", count, tc.least)
			}
		})
	}
}

// moduleDir is the directory of a module in the module cache.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // which has no go.mod to change
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("%s cannot be had: %v", module, err)
	}
	var answer struct{ Dir string }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Dir
}

// quiet checks all objects of built-in kinds in a directory and fails for each alarm.
// It answers how many there were.
func quiet(t *testing.T, c *catalog.Catalog, dir string) int {
	t.Helper()
	checker, count := admission.NewChecker(), 0
	for _, doc := range manifests(t, dir) {
		obj, ok := doc.Root.JSON().(map[string]any)
		if !ok {
			continue
		}
		kind, ok := kindOf(c, obj)
		if !ok {
			continue
		}
		count++
		for _, alarm := range checker.Check(obj, kind, locator(doc.Root)) {
			if !slices.Contains(mistakes(), alarm.Message) {
				t.Errorf("false alarm:\n%s", printed(t, diag.List{alarm}))
			}
		}
	}
	return count
}

// manifests are the documents in a directory. Templates are none.
func manifests(t *testing.T, dir string) []*source.Document {
	t.Helper()
	var all []*source.Document
	fsys := os.DirFS(dir)
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		if err == nil && !strings.Contains(string(data), "{{") {
			docs, _ := source.Parse(source.NewFile(path, data), source.Limits{})
			all = append(all, docs...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
