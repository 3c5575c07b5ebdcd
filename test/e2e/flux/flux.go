// Package flux runs Flux and flux-controller for a test: source-controller and kustomize-controller, the same programs that
// a release of Flux ships, against a control plane of package cluster.
//
// In: a cluster and the built programs. Out: an installation on loopback that ends with the test, and the objects by which
// people use it. Nothing is polled faster than in a release but what the options say: a push is announced with the
// annotation that a webhook receiver would set. An Installation is safe for concurrent use.
package flux

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/servers"
)

// Namespace is where the controllers believe to run.
const Namespace = "flux-system"

// Options are what differs between installations.
type Options struct {
	Servers servers.Cache
	Cluster *cluster.Cluster
	// Kustomize are additional arguments of kustomize-controller.
	Kustomize []string
}

// Installation is a running Flux.
type Installation struct {
	Cluster *cluster.Cluster
}

// Start starts an installation and waits until it is ready.
func Start(tb testing.TB, o Options) *Installation {
	tb.Helper()
	for _, name := range []string{"source-controller", "kustomize-controller"} {
		definitions(tb, o.Cluster, filepath.Join(module(tb, o.Servers, name, "github.com/fluxcd/"+name), "config", "crd", "bases"))
	}
	o.Cluster.Namespace(tb, Namespace)
	storage := process.Loopback(process.Port(tb))
	start(tb, o, "source-controller", "--storage-path", tb.TempDir(), "--storage-addr", storage, "--storage-adv-addr", storage)
	start(tb, o, "kustomize-controller", append([]string{
		"--feature-gates=ExternalArtifact=true", "--interval-jitter-percentage=0", "--http-retry=1",
	}, o.Kustomize...)...)
	return &Installation{Cluster: o.Cluster}
}

// start starts one of Flux's controllers and waits until it is ready.
func start(tb testing.TB, o Options, name string, args ...string) {
	tb.Helper()
	health := process.Loopback(process.Port(tb))
	p := process.Start(tb, process.Spec{
		Name: name, Path: process.Find(tb, o.Servers, name), Env: environment(tb, o.Cluster, Namespace),
		Args: append([]string{"--metrics-addr", process.Loopback(process.Port(tb)), "--health-addr", health}, args...),
	})
	ready(tb, p, "http://"+health+"/readyz")
}

// environment is what controllers read besides their flags.
func environment(tb testing.TB, c *cluster.Cluster, namespace string) []string {
	tb.Helper()
	return []string{"KUBECONFIG=" + c.Kubeconfig, "RUNTIME_NAMESPACE=" + namespace, "TMPDIR=" + tb.TempDir()}
}

// ready waits until a program says that it is.
func ready(tb testing.TB, p *process.Process, url string) {
	tb.Helper()
	await.True(tb, url, await.Long, func() (bool, string) {
		if how, ended := p.Ended(); ended {
			tb.Fatalf("%s\n%s", how, p.Tail())
		}
		status, err := ask(tb, url)
		return status == http.StatusOK, fmt.Sprintf("%d %v", status, err)
	})
}

// ask is the status that an HTTP server answers.
func ask(tb testing.TB, url string) (int, error) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// module is the directory of a Go module that one of the servers is built from.
func module(tb testing.TB, cache servers.Cache, server, path string) string {
	tb.Helper()
	list := exec.CommandContext(tb.Context(), "go", "list", "-m", "-f", "{{.Dir}}", path)
	list.Dir = filepath.Join(cache.Modules, server)
	out, err := list.Output()
	if err != nil {
		tb.Fatalf("find the files of %s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

// definitions applies the CRDs of a directory and waits until their kinds are served.
func definitions(tb testing.TB, c *cluster.Cluster, dir string) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("find CRDs in %s: %v, %v", dir, files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for _, u := range c.Apply(tb, cluster.Parse(tb, string(data))...) {
			c.Established(tb, u.GetName())
		}
	}
}

// Kinds of Flux and krowave.
const (
	sourceAPI    = "source.toolkit.fluxcd.io/v1"
	kustomizeAPI = "kustomize.toolkit.fluxcd.io/v1"
	krowaveAPI   = "krowave.dev/v1alpha1"
)

// Repository names a GitRepository.
func Repository(namespace, name string) cluster.Ref {
	return cluster.Named(sourceAPI, "GitRepository", namespace, name)
}

// Kustomization names a Kustomization of Flux.
func Kustomization(namespace, name string) cluster.Ref {
	return cluster.Named(kustomizeAPI, "Kustomization", namespace, name)
}

// Artifact names an ExternalArtifact.
func Artifact(namespace, name string) cluster.Ref {
	return cluster.Named(sourceAPI, "ExternalArtifact", namespace, name)
}

// Graph names a GraphArtifact.
func Graph(namespace, name string) cluster.Ref {
	return cluster.Named(krowaveAPI, "GraphArtifact", namespace, name)
}

// Object is an object with a spec, for Apply.
func Object(r cluster.Ref, spec map[string]any) *unstructured.Unstructured {
	apiVersion, kind := r.GVK.ToAPIVersionAndKind()
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": kind, "spec": spec,
		"metadata": map[string]any{"namespace": r.Namespace, "name": r.Name},
	}}
}

// Announce asks the controller of an object to look at it, as a webhook receiver does after a push.
func Announce(tb testing.TB, c *cluster.Cluster, r cluster.Ref) string {
	tb.Helper()
	// Whatever differs from the value before does; nothing that runs elsewhere depends on it.
	value := "at-" + c.Exists(tb, r).GetResourceVersion()
	c.Merge(tb, r, map[string]any{"metadata": map[string]any{"annotations": map[string]any{"reconcile.fluxcd.io/requestedAt": value}}})
	return value
}

// Condition is a condition of an object: its status, reason and message; all empty when there is none.
func Condition(u *unstructured.Unstructured, kind string) (status, reason, message string) {
	if u == nil {
		return "", "", ""
	}
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		if fields, ok := c.(map[string]any); ok && fields["type"] == kind {
			return fmt.Sprint(fields["status"]), fmt.Sprint(fields["reason"]), fmt.Sprint(fields["message"])
		}
	}
	return "", "", ""
}
