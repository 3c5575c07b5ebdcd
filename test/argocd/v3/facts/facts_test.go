package facts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// root is the main module.
const root = "../../../.."

// facts are the lines of the package wave's own account that start with a word.
func facts(t *testing.T, word string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(root + "/gitops/argocd/wave/testdata/kinds.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), word+" "); ok {
			found = append(found, rest)
		}
	}
	if len(found) == 0 {
		t.Fatalf("there are no lines that start with %q", word)
	}
	return found
}

// TestKindOrder: the kinds stand in the order that the source of Argo CD has them in. The variable is
// not exported, so the source is read.
func TestKindOrder(t *testing.T) {
	t.Parallel()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/gitops-engine").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "pkg", "sync", "sync_tasks.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	ast.Inspect(file, func(n ast.Node) bool {
		assigned, ok := n.(*ast.AssignStmt)
		if !ok || len(assigned.Lhs) != 1 {
			return true
		}
		name, isName := assigned.Lhs[0].(*ast.Ident)
		list, isList := assigned.Rhs[0].(*ast.CompositeLit)
		if !isName || !isList || name.Name != "kinds" {
			return true
		}
		for _, e := range list.Elts {
			if text, ok := e.(*ast.BasicLit); ok {
				kind, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Error(err)
				}
				kinds = append(kinds, kind)
			}
		}
		return false
	})
	if want, got := strings.Join(kinds, " "), strings.Join(facts(t, "ordered"), " "); want != got {
		t.Errorf("Argo CD orders\n%s\nand package wave\n%s", want, got)
	}
}

// TestUnchecked: kinds that are taken for unchecked have no check, built in or shipped. Claims have one,
// which a wave must not wait for: it says Progressing until a pod uses them.
func TestUnchecked(t *testing.T) {
	t.Parallel()
	for _, kind := range facts(t, "unchecked") {
		gk := schema.ParseGroupKind(kind)
		got := assess(t, nil, map[string]any{
			"apiVersion": schema.GroupVersion{Group: gk.Group, Version: "v1"}.String(), "kind": gk.Kind,
			"metadata": map[string]any{"name": "x"}, "status": map[string]any{"phase": "Pending"},
		})
		want := ""
		if kind == "PersistentVolumeClaim" {
			want = string(health.HealthStatusProgressing)
		}
		if got != want {
			t.Errorf("%s has the health %q, want %q", kind, got, want)
		}
	}
}

// TestServices: of Services those that ask for a load balancer are waited for.
func TestServices(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]health.HealthStatusCode{
		"": health.HealthStatusHealthy, "ClusterIP": health.HealthStatusHealthy, "NodePort": health.HealthStatusHealthy,
		"ExternalName": health.HealthStatusHealthy, "LoadBalancer": health.HealthStatusProgressing,
	} {
		spec := map[string]any{}
		if kind != "" {
			spec["type"] = kind
		}
		got := assess(t, nil, map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "x"}, "spec": spec})
		if got != string(want) {
			t.Errorf("a Service of type %q has the health %q, want %q", kind, got, want)
		}
	}
}

// assess is the health that Argo CD sees, or "" for a kind without a check.
func assess(t *testing.T, overrides lua.ResourceHealthOverrides, object map[string]any) string {
	t.Helper()
	status, err := health.GetResourceHealth(&unstructured.Unstructured{Object: object}, overrides)
	if err != nil {
		t.Fatal(err)
	}
	if status == nil {
		return ""
	}
	return strings.TrimSuffix(string(status.Status)+": "+status.Message, ": ")
}

// generated are the checks of a ConfigMap that "krowave health --argocd" has written, as Argo CD keeps them.
func generated(t *testing.T) lua.ResourceHealthOverrides {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(root + "/cmd/krowave/testdata/script/health.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "-- want.yaml --\n")
	if !ok {
		t.Fatal("the script has no want.yaml")
	}
	var configMap struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.Unmarshal([]byte(text), &configMap); err != nil {
		t.Fatal(err)
	}
	overrides := lua.ResourceHealthOverrides{}
	for key, script := range configMap.Data {
		kind, ok := strings.CutPrefix(key, "resource.customizations.health.")
		if !ok {
			t.Errorf("Argo CD does not look for the key %s", key)
		}
		overrides[strings.Replace(kind, "_", "/", 1)] = v1alpha1.ResourceOverride{HealthLua: script}
	}
	return overrides
}

// TestGeneratedChecks: Argo CD runs generated checks in its sandbox and understands their answers.
func TestGeneratedChecks(t *testing.T) {
	t.Parallel()
	checks := generated(t)
	for text, want := range map[string]string{
		`{apiVersion: example.com/v1, kind: Bucket, metadata: {name: x}}`:                                                                                    `Progressing: waiting for bucket.status.phase == "Ready"`,
		`{apiVersion: example.com/v1, kind: Bucket, metadata: {name: x}, status: {phase: Creating}}`:                                                         `Progressing: waiting for bucket.status.phase == "Ready"`,
		`{apiVersion: example.com/v1, kind: Bucket, metadata: {name: x}, status: {phase: Ready}}`:                                                            "Healthy: ready",
		`{apiVersion: example.com/v1, kind: Bucket, metadata: {generation: 2}, status: {phase: Ready, observedGeneration: 1}}`:                               "Progressing: its status is about an older generation",
		`{apiVersion: kro.run/v1alpha1, kind: App, metadata: {name: x}}`:                                                                                     "Healthy: nobody reports on it; its resources have been applied before it",
		`{apiVersion: kro.run/v1alpha1, kind: App, metadata: {name: x}, status: {state: ERROR}}`:                                                             "Degraded: ERROR",
		`{apiVersion: kro.run/v1alpha1, kind: App, metadata: {generation: 1}, status: {conditions: [{type: Ready, status: "True", observedGeneration: 1}]}}`: "Healthy: ready",
	} {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(text), &object); err != nil {
			t.Fatal(err)
		}
		if got := assess(t, checks, object); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
