package flux

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/krowave/krowave/test/e2e/cluster"
)

// Proxy stands between a controller and the API server, and tells of every write that the controller makes. It is safe for
// concurrent use.
type Proxy struct {
	// Kubeconfig is a file that leads to the proxy.
	Kubeconfig string

	strike func() // what happens at a point
	mutex  sync.Mutex
	points []string // where it has happened, in order
}

// NewProxy starts a proxy. At each point that has not been met since the last [Proxy.Again] it calls strike: just before a
// write of one kind reaches the server, and just after, before the controller can know.
func NewProxy(tb testing.TB, c *cluster.Cluster, strike func()) *Proxy {
	tb.Helper()
	target, err := url.Parse(c.Config.Host)
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{Kubeconfig: filepath.Join(tb.TempDir(), "kubeconfig"), strike: strike}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			// Clients keep their token to themselves where there is no TLS.
			r.Out.Header.Set("Authorization", "Bearer "+c.Config.BearerToken)
		},
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // the server made its certificate itself
		FlushInterval: -1,
		ModifyResponse: func(r *http.Response) error {
			p.meet("after", r.Request)
			return nil
		},
		// A controller that was killed does not wait for answers, which is no reason to log.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.meet("before", r) {
			w.WriteHeader(http.StatusBadGateway) // nobody reads it
			return
		}
		forward.ServeHTTP(w, r)
	}))
	tb.Cleanup(server.Close)
	file := clientcmdapi.NewConfig()
	file.Clusters["test"] = &clientcmdapi.Cluster{Server: server.URL}
	file.Contexts["test"] = &clientcmdapi.Context{Cluster: "test"}
	file.CurrentContext = "test"
	if err := clientcmd.WriteToFile(*file, p.Kubeconfig); err != nil {
		tb.Fatalf("write a kubeconfig: %v", err)
	}
	return p
}

// meet strikes at a point that is new, and tells whether it did.
func (p *Proxy) meet(when string, r *http.Request) bool {
	resource := written(r)
	if resource == "" {
		return false
	}
	point := when + " " + r.Method + " " + resource
	p.mutex.Lock()
	known := slices.Contains(p.points, point)
	if !known {
		p.points = append(p.points, point)
	}
	p.mutex.Unlock()
	if !known {
		p.strike()
	}
	return !known
}

// written is the resource that a request writes, with its subresource; "" for one that only reads, and for what does not
// matter: events, leases and questions about rights.
func written(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return ""
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if i := slices.Index(parts, "namespaces"); i >= 0 && len(parts) > i+2 {
		parts = parts[i+2:]
	} else if len(parts) > 3 {
		parts = parts[3:]
	}
	if slices.Contains([]string{"events", "leases", "selfsubjectaccessreviews", "subjectaccessreviews"}, parts[0]) {
		return ""
	}
	if len(parts) > 2 {
		return parts[0] + "/" + parts[2]
	}
	return parts[0]
}

// Points are the points that were met, in order.
func (p *Proxy) Points() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.points)
}

// Again forgets the points, so that each strikes once more, and answers them.
func (p *Proxy) Again() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	points := p.points
	p.points = nil
	return points
}
