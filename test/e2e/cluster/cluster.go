// Package cluster runs a Kubernetes control plane for a test: etcd, kube-apiserver and, of
// kube-controller-manager, the controllers that finish deletions (garbage collector, namespaces).
//
// In: the built servers. Out: a cluster on loopback that ends with the test, and an administrator's
// client for it. There are no nodes and no controllers of workloads: nothing becomes ready unless the test says so, which
// is the point. A Cluster is safe for concurrent use.
package cluster

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/servers"
)

// Options are what differs between clusters.
type Options struct {
	// Servers has etcd, kube-apiserver and kube-controller-manager.
	Servers servers.Cache
	// APIServer are additional arguments of kube-apiserver.
	APIServer []string
	// Controllers are the controllers to run, as the flag of kube-controller-manager names them; none means no controller manager.
	Controllers []string
}

// Deleters are the controllers without which nothing that is deleted in the foreground, and no namespace, ever goes.
func Deleters() []string { return []string{"garbage-collector-controller", "namespace-controller"} }

// Aggregator is the controller that adds up cluster roles.
func Aggregator() string { return "clusterrole-aggregation-controller" }

// Cluster is a running control plane.
type Cluster struct {
	Config     *rest.Config // of an administrator
	Kubeconfig string       // a file that says the same
	Dynamic    dynamic.Interface
	Discovery  discovery.CachedDiscoveryInterface

	mapper *restmapper.DeferredDiscoveryRESTMapper
	file   *clientcmdapi.Config
}

// As is a kubeconfig of an administrator who acts as somebody else, so that the rights of the other one count.
func (c *Cluster) As(tb testing.TB, user string, groups ...string) string {
	tb.Helper()
	file := c.file.DeepCopy()
	file.AuthInfos["admin"].Impersonate, file.AuthInfos["admin"].ImpersonateGroups = user, groups
	path := filepath.Join(tb.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*file, path); err != nil {
		tb.Fatalf("write a kubeconfig: %v", err)
	}
	return path
}

// token is the administrator's. It opens nothing but a server on loopback that lives as long as a test.
const token = "end-to-end"

// Start starts a cluster and waits until it is ready.
func Start(tb testing.TB, o Options) *Cluster {
	tb.Helper()
	dir := tb.TempDir()
	etcd := startEtcd(tb, o.Servers, dir)
	port := process.Port(tb)
	files := credentials(tb, dir)
	args := append([]string{
		"--etcd-servers", etcd,
		"--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(port), "--cert-dir", filepath.Join(dir, "certificates"),
		"--service-account-key-file", files.key, "--service-account-signing-key-file", files.key,
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--token-auth-file", files.tokens, "--authorization-mode", "RBAC",
		"--service-cluster-ip-range", "10.0.0.0/24",
		// Nothing makes service accounts, which pods would have to wait for.
		"--disable-admission-plugins", "ServiceAccount",
	}, o.APIServer...)
	server := process.Start(tb, process.Spec{Name: "kube-apiserver", Path: process.Find(tb, o.Servers, "kube-apiserver"), Args: args})
	c := connect(tb, "https://"+process.Loopback(port), dir)
	await.True(tb, "kube-apiserver to be ready", await.Long, func() (bool, string) {
		if how, ended := server.Ended(); ended {
			tb.Fatalf("%s\n%s", how, server.Tail())
		}
		answer, err := c.Discovery.RESTClient().Get().AbsPath("/readyz").DoRaw(tb.Context())
		return err == nil, fmt.Sprintf("%s %v", answer, err)
	})
	if len(o.Controllers) > 0 {
		startControllers(tb, o, c)
	}
	return c
}

func startEtcd(tb testing.TB, cache servers.Cache, dir string) string {
	tb.Helper()
	clients, peers := "http://"+process.Loopback(process.Port(tb)), "http://"+process.Loopback(process.Port(tb))
	process.Start(tb, process.Spec{Name: "etcd", Path: process.Find(tb, cache, "etcd"), Args: []string{
		"--data-dir", filepath.Join(dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", clients, "--advertise-client-urls", clients,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers,
	}})
	return clients
}

func startControllers(tb testing.TB, o Options, c *Cluster) {
	tb.Helper()
	args := []string{"--kubeconfig", c.Kubeconfig, "--leader-elect=false", "--secure-port=0", "--v=0"}
	for _, name := range o.Controllers {
		args = append(args, "--controllers", name)
	}
	process.Start(tb, process.Spec{Name: "kube-controller-manager", Path: process.Find(tb, o.Servers, "kube-controller-manager"), Args: args})
}

// secrets are the files that kube-apiserver reads.
type secrets struct{ key, tokens string }

func credentials(tb testing.TB, dir string) secrets {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048) //nolint:forbidigo // a key is not to be derived from anything
	if err != nil {
		tb.Fatalf("make a key for service accounts: %v", err)
	}
	s := secrets{key: filepath.Join(dir, "service-accounts.key"), tokens: filepath.Join(dir, "tokens.csv")}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	for name, data := range map[string][]byte{s.key: block, s.tokens: []byte(token + `,admin,admin,"system:masters"` + "\n")} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// connect makes the clients of a server, which need not be there yet.
func connect(tb testing.TB, url, dir string) *Cluster {
	tb.Helper()
	c := &Cluster{Kubeconfig: filepath.Join(dir, "kubeconfig")}
	// The server made its certificate itself, in the test's directory.
	c.Config = &rest.Config{Host: url, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{Insecure: true}, QPS: -1, WarningHandler: rest.NoWarnings{}}
	file := clientcmdapi.NewConfig()
	file.Clusters["test"] = &clientcmdapi.Cluster{Server: url, InsecureSkipTLSVerify: true}
	file.AuthInfos["admin"] = &clientcmdapi.AuthInfo{Token: token}
	file.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "admin"}
	file.CurrentContext = "test"
	if err := clientcmd.WriteToFile(*file, c.Kubeconfig); err != nil {
		tb.Fatalf("write a kubeconfig: %v", err)
	}
	client, err := discovery.NewDiscoveryClientForConfig(c.Config)
	if err != nil {
		tb.Fatalf("make a discovery client: %v", err)
	}
	c.file = file
	c.Discovery = memory.NewMemCacheClient(client)
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(c.Discovery)
	if c.Dynamic, err = dynamic.NewForConfig(c.Config); err != nil {
		tb.Fatalf("make a client: %v", err)
	}
	return c
}
