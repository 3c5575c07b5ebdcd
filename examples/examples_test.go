package examples_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite every rendered.yaml")

// golden is what an example renders to.
const golden = "rendered.yaml"

// names are the directories.
func names(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, e.Name())
		}
	}
	return list
}

// program is the command, working in the root of the repository, as the pages of the examples tell people to.
type program struct{ path string }

func build(t *testing.T) program {
	t.Helper()
	p := program{path: filepath.Join(t.TempDir(), "krowave")}
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", p.path, "../cmd/krowave").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	return p
}

// render is what the command prints, on standard output and on standard error.
func (p program) render(t *testing.T, args ...string) (manifests, said string) {
	t.Helper()
	var out, problems bytes.Buffer
	c := exec.CommandContext(t.Context(), p.path, append([]string{"render"}, args...)...)
	c.Dir, c.Stdout, c.Stderr = "..", &out, &problems
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, problems.String())
	}
	return out.String(), problems.String()
}

// TestExamples builds the command once.
func TestExamples(t *testing.T) {
	t.Parallel()
	p := build(t)
	t.Run("Rendered", func(t *testing.T) { rendered(t, p) })
	t.Run("RealCRDs", func(t *testing.T) { realCRDs(t, p) })
}

// rendered: every example renders to its rendered.yaml without a word, strictly: no warning, no unknown kind, nothing held, and
// every object is one that the API server takes.
func rendered(t *testing.T, p program) {
	t.Helper()
	t.Parallel()
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, said := p.render(t, "examples/"+name)
			if said != "" {
				t.Errorf("the command says:\n%s", said)
			}
			if *update {
				if err := os.WriteFile(filepath.Join(name, golden), []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(filepath.Join(name, golden))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s/%s: run make update if this is right: -want +got\n%s", name, golden, diff)
			}
			if strict, _ := p.render(t, "examples/"+name, "--strict"); strict != got {
				t.Errorf("--strict renders something else: -without +with\n%s", cmp.Diff(got, strict))
			}
			decode(t, got)
		})
	}
}

// decode reads the output as Kubernetes does.
func decode(t *testing.T, manifests string) {
	t.Helper()
	for i, text := range strings.Split(manifests, "\n---\n") {
		var object struct {
			APIVersion, Kind string
			Metadata         struct{ Name string }
		}
		if err := yaml.Unmarshal([]byte(text), &object); err != nil {
			t.Errorf("document %d: %v", i, err)
		}
		if object.APIVersion == "" || object.Kind == "" || object.Metadata.Name == "" {
			t.Errorf("document %d is no object:\n%s", i, text)
		}
	}
}

// operator is where the CRDs of the Prometheus Operator are. Its go.mod asks for an older Go than ours.
const operator = "github.com/prometheus-operator/prometheus-operator@v0.85.0"

// published are the folders of real CRDs beside the repository; see their README.
const published = "../shared/crds"

// realCRDs: the examples render to the same with the CRDs as their controllers ship them, so that the excerpts say nothing that
// is not there.
func realCRDs(t *testing.T, p program) {
	t.Helper()
	t.Parallel()
	cases := map[string]struct {
		reason string
		crds   func(t *testing.T) string
	}{
		"ack-s3":        {"AWS Controllers for Kubernetes", beside("ack")},
		"flux-ack":      {"AWS Controllers for Kubernetes", beside("ack")},
		"regions":       {"AWS Controllers for Kubernetes", beside("ack")},
		"google-inbox":  {"Google Config Connector", beside("kcc")},
		"monitored-app": {"Prometheus Operator", downloaded},
		"azure-storage": {"Azure Service Operator", nowhere},
	}
	excerpts, err := filepath.Glob("*/crds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range excerpts {
		if _, ok := cases[filepath.Dir(file)]; !ok {
			t.Errorf("%s: say here where the real CRDs are", file)
		}
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tc.crds(t)
			want, _ := p.render(t, "examples/"+name)
			got, said := p.render(t, "examples/"+name, "--strict", "--crds", dir)
			if said != "" {
				t.Errorf("%s: the command says:\n%s", tc.reason, said)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -excerpt +real\n%s", tc.reason, diff)
			}
		})
	}
}

// beside finds the CRDs beside the repository.
func beside(folder string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		dir := filepath.Join(published, folder)
		if _, err := os.Stat(filepath.Join("..", dir)); errors.Is(err, fs.ErrNotExist) {
			t.Skipf("there is no %s beside this repository: the excerpt is not compared with the real CRDs", published)
		}
		return dir
	}
}

// nowhere is for CRDs that cannot be had as files of their own.
func nowhere(t *testing.T) string {
	t.Helper()
	t.Skip("the CRDs were written for the example: there is nothing to compare them with")
	return ""
}

// downloaded finds the CRDs in the module of the Prometheus Operator.
func downloaded(t *testing.T) string {
	t.Helper()
	var module struct{ Dir string }
	c := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", operator)
	c.Dir = t.TempDir() // outside of our module, so that its go.mod does not matter
	text, err := c.Output()
	if err != nil || json.Unmarshal(text, &module) != nil || module.Dir == "" {
		t.Skipf("%s cannot be downloaded: the excerpt is not compared with the real CRDs: %v", operator, err)
	}
	return filepath.Join(module.Dir, "example", "prometheus-operator-crd")
}

// TestPages: the table lists every example, and each has a page that names the command.
func TestPages(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| \[([^]]+)\]\(([^)]+)\) \|`).FindAllStringSubmatch(string(index), -1) {
		if row[1] != row[2] {
			t.Errorf("%s leads to %s", row[1], row[2])
		}
		listed = append(listed, row[1])
	}
	slices.Sort(listed)
	if diff := cmp.Diff(names(t), listed); diff != "" {
		t.Errorf("README.md: -directories +table\n%s", diff)
	}
	for _, name := range names(t) {
		page, err := os.ReadFile(filepath.Join(name, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		if text := string(page); !strings.HasPrefix(text, "# "+name+"\n") || !strings.Contains(text, "\nkrowave render examples/"+name+"\n") {
			t.Errorf("%s/README.md does not start with its name or does not show the command", name)
		}
	}
}
