// Package argocd runs Argo CD for a test: Redis, argocd-repo-server and argocd-application-controller, the same programs that
// a release ships, against a control plane of package cluster.
//
// In: a cluster, the built argocd program, and the directory of plugin sockets. Out: an installation on loopback that ends with the
// test, and Applications in it. Nothing in it is shortened but what only waits: there is no pause between waves, and a
// failed generation is tried again at once. An Installation is safe for concurrent use.
package argocd

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/servers"
)

// Namespace is where Argo CD keeps what is its own.
const Namespace = "argocd"

// Options are what differs between installations.
type Options struct {
	Servers servers.Cache
	Cluster *cluster.Cluster
	// Settings are entries of the ConfigMap argocd-cm.
	Settings map[string]string
	// RepoServer and Controller are additional arguments.
	RepoServer, Controller []string
}

// Installation is a running Argo CD.
type Installation struct {
	Cluster *cluster.Cluster
	// Plugins is the directory in which argocd-repo-server looks for sockets of plugins.
	Plugins string
	// RepoServer is the address of argocd-repo-server.
	RepoServer string
}

// Start starts an installation and waits until it is ready.
func Start(t *testing.T, o Options) *Installation {
	t.Helper()
	install(t, o)
	i := &Installation{Cluster: o.Cluster, Plugins: sockets(t), RepoServer: process.Loopback(process.Port(t))}
	redis := startRedis(t)
	i.startRepoServer(t, o, redis)
	i.startController(t, o, redis)
	return i
}

// sockets is a directory with a short name: the path of a socket has at most 100 characters or so.
func sockets(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e") //nolint:usetesting // what TempDir gives is too long for the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (i *Installation) startRepoServer(t *testing.T, o Options, redis string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"tls", "ssh", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	_, port, _ := strings.Cut(i.RepoServer, ":")
	metrics := process.Port(t)
	p := process.Start(t, process.Spec{
		Name: "argocd-repo-server", Path: process.Find(t, o.Servers, "argocd"),
		Env: []string{
			"ARGOCD_BINARY_NAME=argocd-repo-server", "ARGOCD_GPG_ENABLED=false", "ARGOCD_PLUGINSOCKFILEPATH=" + i.Plugins,
			"ARGOCD_ASK_PASS_SOCK=" + filepath.Join(i.Plugins, "askpass"), "ARGOCD_TLS_DATA_PATH=" + filepath.Join(dir, "tls"),
			"ARGOCD_SSH_DATA_PATH=" + filepath.Join(dir, "ssh"), "TMPDIR=" + filepath.Join(dir, "tmp"), "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS=0", "ARGOCD_GIT_MODULES_ENABLED=false",
		},
		Args: append([]string{
			"--disable-tls", "--address", "127.0.0.1", "--port", port, "--metrics-address", "127.0.0.1", "--metrics-port", strconv.Itoa(metrics),
			"--redis", redis,
		}, o.RepoServer...),
	})
	healthy(t, p, "http://"+process.Loopback(metrics)+"/healthz")
}

func (i *Installation) startController(t *testing.T, o Options, redis string) {
	t.Helper()
	metrics := process.Port(t)
	p := process.Start(t, process.Spec{
		Name: "argocd-application-controller", Path: process.Find(t, o.Servers, "argocd"),
		Env: []string{
			"ARGOCD_BINARY_NAME=argocd-application-controller", "ARGOCD_FAKE_IN_CLUSTER=true", "KUBECONFIG=" + i.Cluster.Kubeconfig,
			"ARGOCD_SYNC_WAVE_DELAY=0", "ARGOCD_RECONCILIATION_JITTER=0",
		},
		Args: append([]string{
			"--namespace", Namespace, "--repo-server", i.RepoServer, "--repo-server-plaintext", "--redis", redis,
			"--metrics-port", strconv.Itoa(metrics), "--status-processors", "4", "--operation-processors", "8",
			"--app-resync", "5", "--repo-error-grace-period-seconds", "0",
		}, o.Controller...),
	})
	healthy(t, p, "http://"+process.Loopback(metrics)+"/healthz")
}

// healthy waits until a program says that it is.
func healthy(t *testing.T, p *process.Process, url string) {
	t.Helper()
	await.True(t, url, await.Long, func() (bool, string) {
		if how, ended := p.Ended(); ended {
			t.Fatalf("%s\n%s", how, p.Tail())
		}
		text, err := Get(t.Context(), url)
		return err == nil, fmt.Sprintf("%s %v", text, err)
	})
}

// Get is the body that an HTTP server answers. Any status but 200 is an error.
func Get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s", url, response.Status)
	}
	return string(body), err
}

// install applies what the manifests of a release would: CRDs and configuration. What is left out is not used by
// the two servers that run, and who may do what: they are administrators.
func install(t *testing.T, o Options) {
	t.Helper()
	module := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v3")
	module.Dir = filepath.Join(o.Servers.Modules, "argocd")
	out, err := module.Output()
	if err != nil {
		t.Fatalf("find the manifests of Argo CD: %v", err)
	}
	for _, name := range []string{"application", "applicationset", "appproject"} {
		data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "manifests", "crds", name+"-crd.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range o.Cluster.Apply(t, cluster.Parse(t, string(data))...) {
			o.Cluster.Established(t, u.GetName())
		}
	}
	o.Cluster.Namespace(t, Namespace)
	for _, name := range []string{"argocd-cm", "argocd-rbac-cm", "argocd-tls-certs-cm", "argocd-ssh-known-hosts-cm", "argocd-gpg-keys-cm", "argocd-cmd-params-cm"} {
		data := map[string]any{}
		if name == "argocd-cm" {
			for key, value := range o.Settings {
				data[key] = value
			}
		}
		o.Cluster.Apply(t, own("v1", "ConfigMap", name, "data", data))
	}
	o.Cluster.Apply(t, own("v1", "Secret", "argocd-secret", "stringData", map[string]any{"server.secretkey": "end-to-end"}))
	anything := []any{map[string]any{"group": "*", "kind": "*"}}
	o.Cluster.Apply(t, own("argoproj.io/v1alpha1", "AppProject", "default", "spec", map[string]any{
		"sourceRepos": []any{"*"}, "clusterResourceWhitelist": anything,
		"destinations": []any{map[string]any{"server": "*", "namespace": "*"}},
	}))
}

// own is an object in Argo CD's namespace with the label by which it finds its configuration.
func own(apiVersion, kind, name, field string, content map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": kind, field: content,
		"metadata": map[string]any{
			"name": name, "namespace": Namespace, "labels": map[string]any{"app.kubernetes.io/part-of": "argocd"},
		},
	}}
}

// startRedis starts Debian's redis-server or, where that is not installed, a server in Go that does as much of it as Argo CD uses.
func startRedis(t *testing.T) string {
	t.Helper()
	port := process.Port(t)
	address := process.Loopback(port)
	spec := process.Spec{
		Name: "redis-server",
		Args: []string{"--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", t.TempDir()},
	}
	path, err := exec.LookPath("redis-server")
	if err == nil {
		t.Logf("Redis is %s", path)
		spec.Path = path
	} else {
		t.Log("Redis is miniredis: there is no redis-server (Debian's package redis-server has it)")
		spec.Path, spec.Args = process.Build(t, ".", "github.com/krowave/krowave/test/e2e/redis"), []string{address}
	}
	p := process.Start(t, spec)
	await.True(t, "Redis", await.Short, func() (bool, string) {
		if how, ended := p.Ended(); ended {
			t.Fatalf("%s\n%s", how, p.Tail())
		}
		output := string(p.Output())
		return strings.Contains(output, "Ready to accept connections"), output
	})
	return address
}
