// Package argocd tests the manifests of this directory: what they come to on Argo CD's own, and
// that the server takes what they give it.
package argocd

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// object is a part of a manifest.
type object = map[string]any

// at is a value inside of an object.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(object)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				t.Fatalf("%v: there are only %d items", path, len(list))
			}
			v = list[step]
		}
	}
	return v
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t *testing.T, data []byte) object {
	t.Helper()
	var o object
	if err := yaml.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// build builds the component on the fixture, as the how-to says.
func build(t *testing.T) []object {
	t.Helper()
	return buildWith(t, nil)
}

// buildWith builds the component with more files, or other ones.
func buildWith(t *testing.T, more map[string][]byte) []object {
	t.Helper()
	files := filesys.MakeFsInMemory()
	all := map[string][]byte{
		"/krowave/kustomization.yaml": read(t, "kustomization.yaml"),
		"/krowave/sidecar.yaml":       read(t, "sidecar.yaml"),
		"/argocd/repo-server.yaml":    read(t, "testdata/repo-server.yaml"),
		"/argocd/kustomization.yaml": []byte("resources: [repo-server.yaml]\ncomponents: [../krowave]\nnamespace: argocd\n" +
			"images: [{name: krowave/cmp-server, newName: registry.example.com/krowave/cmp-server, newTag: v0.1.0}]\n"),
	}
	maps.Copy(all, more)
	for name, data := range all {
		if err := files.WriteFile(name, data); err != nil {
			t.Fatal(err)
		}
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/argocd")
	if err != nil {
		t.Fatal(err)
	}
	var objects []object
	for _, r := range built.Resources() {
		data, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, decode(t, data))
	}
	return objects
}

// feedback builds both components on the fixture.
func feedback(t *testing.T) []object {
	t.Helper()
	files := map[string][]byte{
		"/argocd/kustomization.yaml": []byte("resources: [repo-server.yaml]\ncomponents: [../krowave, ../krowave/feedback]\nnamespace: argocd\n"),
	}
	for _, name := range []string{"kustomization.yaml", "role.yaml", "sidecar.yaml"} {
		files["/krowave/feedback/"+name] = read(t, "feedback/"+name)
	}
	return buildWith(t, files)
}

// TestFeedback: the plugin may read Observations and nothing else, and no other container has the token.
func TestFeedback(t *testing.T) {
	t.Parallel()
	var pod, role, binding object
	for _, o := range feedback(t) {
		switch {
		case at(t, o, "metadata", "name") == "argocd-repo-server" && o["kind"] == "Deployment":
			pod, _ = at(t, o, "spec", "template", "spec").(object)
		case o["kind"] == "ClusterRole":
			role = o
		case o["kind"] == "ClusterRoleBinding":
			binding = o
		}
	}
	rules := []any{object{"apiGroups": []any{"krowave.dev"}, "resources": []any{"observations"}, "verbs": []any{"get", "list", "watch"}}}
	if diff := cmp.Diff(any(rules), role["rules"]); diff != "" {
		t.Errorf("rules: -want +got\n%s", diff)
	}
	if at(t, binding, "roleRef", "name") != at(t, role, "metadata", "name") || at(t, binding, "subjects", 0, "name") != "argocd-repo-server" {
		t.Errorf("the binding is %v", binding)
	}
	want := []any{"serve", "--observations"}
	if diff := cmp.Diff(any(want), at(t, pod, "containers", 1, "args")); diff != "" {
		t.Errorf("arguments: -want +got\n%s", diff)
	}
	for i, c := range list(pod["containers"]) {
		var mounts []any
		for _, m := range list(at(t, c, "volumeMounts")) {
			if at(t, m, "name") == "krowave-token" {
				mounts = append(mounts, at(t, m, "mountPath"))
			}
		}
		if (len(mounts) == 1) != (i == 1) {
			t.Errorf("container %d mounts the token at %v", i, mounts)
		}
	}
	if pod["automountServiceAccountToken"] != false {
		t.Error("every container gets a token")
	}
}

// sidecar is the container that the component adds.
func sidecar(t *testing.T) object {
	t.Helper()
	c, _ := at(t, build(t)[0], "spec", "template", "spec", "containers", 1).(object)
	return c
}

// TestComponent: the sidecar comes behind Argo CD's container, and nothing else changes.
func TestComponent(t *testing.T) {
	t.Parallel()
	built := build(t)
	spec, _ := at(t, built[0], "spec", "template", "spec").(object)
	containers, _ := spec["containers"].([]any)
	if len(containers) != 2 || at(t, containers[0], "name") != "argocd-repo-server" || at(t, containers[1], "name") != "krowave" {
		t.Fatalf("the containers are %v", containers)
	}
	var want object
	for doc := range strings.SplitSeq(string(read(t, "testdata/repo-server.yaml")), "\n---\n") {
		if o := decode(t, []byte(doc)); at(t, o, "metadata", "name") == "argocd-repo-server" {
			want, _ = at(t, o, "spec", "template", "spec").(object)
		}
	}
	spec["containers"] = containers[:1]
	if diff := cmp.Diff(want, spec); diff != "" {
		t.Errorf("the component changes the pod beside its container: -before +after\n%s", diff)
	}
	if others, _ := at(t, built[1], "spec", "template", "spec", "containers").([]any); len(others) != 1 {
		t.Errorf("argocd-server has %d containers", len(others))
	}
}

// TestRestricted: the container has what the restricted pod security standard asks for, can
// write nowhere but to the directory of the sockets, and has no token.
func TestRestricted(t *testing.T) {
	t.Parallel()
	c := sidecar(t)
	want := object{
		"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
		"runAsUser": float64(999), "runAsGroup": float64(999),
		"capabilities": object{"drop": []any{"ALL"}}, "seccompProfile": object{"type": "RuntimeDefault"},
	}
	if diff := cmp.Diff(want, c["securityContext"]); diff != "" {
		t.Errorf("securityContext: -want +got\n%s", diff)
	}
	mounts := []any{object{"name": "plugins", "mountPath": "/home/argocd/cmp-server/plugins"}}
	if diff := cmp.Diff(mounts, c["volumeMounts"]); diff != "" {
		t.Errorf("volumeMounts: -want +got\n%s", diff)
	}
	if c["image"] != "registry.example.com/krowave/cmp-server:v0.1.0" {
		t.Errorf("images: of a kustomization does not reach the image, which is %v", c["image"])
	}
	if at(t, build(t)[0], "spec", "template", "spec", "automountServiceAccountToken") != false {
		t.Error("the pod mounts a token")
	}
}

// TestMemory: the runtime's limit is nine tenths of the container's.
func TestMemory(t *testing.T) {
	t.Parallel()
	c := sidecar(t)
	if limit, env := at(t, c, "resources", "limits", "memory"), at(t, c, "env", 0, "value"); limit != "1Gi" || env != "920MiB" {
		t.Errorf("the memory limit is %v and GOMEMLIMIT %v: want 1Gi and nine tenths of it", limit, env)
	}
}

// TestSnippets: the chart and the operator get the container of the component.
func TestSnippets(t *testing.T) {
	t.Parallel()
	want := sidecar(t)
	helm := at(t, decode(t, read(t, "helm-values.yaml")), "repoServer", "extraContainers", 0)
	if diff := cmp.Diff(any(want), helm); diff != "" {
		t.Errorf("helm-values.yaml: -component +values\n%s", diff)
	}
	security, _ := want["securityContext"].(object)
	delete(security, "runAsUser") // OpenShift chooses it
	delete(security, "runAsGroup")
	operator := at(t, decode(t, read(t, "operator.yaml")), "spec", "repo", "sidecarContainers", 0)
	if diff := cmp.Diff(any(want), operator); diff != "" {
		t.Errorf("operator.yaml: -component +operator\n%s", diff)
	}
}

// TestArguments: the server has the commands and flags that the container calls it with, and
// listens where Argo CD looks.
func TestArguments(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(t.TempDir(), "cmp-server")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/cmp-server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := sidecar(t)
	for name, args := range map[string][]any{
		"args":           list(c["args"]),
		"readinessProbe": list(at(t, c, "readinessProbe", "exec", "command"))[1:],
		"livenessProbe":  list(at(t, c, "livenessProbe", "exec", "command"))[1:],
	} {
		call := []string{}
		for _, a := range args {
			text, _ := a.(string)
			call = append(call, text)
		}
		out, err := exec.CommandContext(t.Context(), bin, append(call, "--help")...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "cmp-server "+call[0]) {
			t.Errorf("%s %v: %v\n%s", name, call, err, out)
		}
		mount, _ := at(t, c, "volumeMounts", 0, "mountPath").(string)
		if !strings.Contains(string(out), mount) {
			t.Errorf("%s does not use %s, where the volume is mounted:\n%s", call[0], mount, out)
		}
	}
	for _, probe := range []string{"readinessProbe", "livenessProbe"} {
		if at(t, c, probe, "exec", "command", 0) != "/"+filepath.Base(bin) {
			t.Errorf("%s calls %v, which the image does not have", probe, at(t, c, probe, "exec", "command", 0))
		}
	}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// TestDockerfile: the image has the binary where the probes call it, for the user of the sidecar,
// built with the Go version of the module.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	file := string(read(t, "../../Dockerfile"))
	goVersion := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindSubmatch(read(t, "../../go.mod"))
	for _, want := range []string{
		"FROM --platform=$BUILDPLATFORM golang:" + string(goVersion[1]) + " AS build",
		"COPY --from=build /out/cmp-server /cmp-server",
		"USER 999:999", `ENTRYPOINT ["/cmp-server"]`, `CMD ["serve"]`, "CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH",
	} {
		if !strings.Contains(file, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
}

// TestHowTo: the how-to names flags that exist: of the server, of the command, or of the programs
// that it calls beside them.
func TestHowTo(t *testing.T) {
	t.Parallel()
	ours := string(read(t, "../../docs/reference/cmp-server.md")) + string(read(t, "../../docs/reference/command.md"))
	foreign := []string{
		"--platform", "--tag", "--push", "--namespace", "--patch-file", "--show-toplevel",
		"--local", "--local-repo-root", "--server-side-generate", "--revision", "--hard-refresh", "--repo-error-grace-period-seconds",
	}
	flags := regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(string(read(t, "../../docs/how-to/argocd.md")), -1)
	if len(flags) == 0 {
		t.Fatal("the how-to names no flags")
	}
	for _, flag := range flags {
		if !strings.Contains(ours, "`"+flag+"`") && !slices.Contains(foreign, flag) {
			t.Errorf("the how-to names %s, which no reference has", flag)
		}
	}
}
