package cluster_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/cmd/krowave/internal/cluster"
)

func TestSchemas(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		prefix string
		serve  map[string]string // by URL; what is missing is not found
		want   []string
		errs   []string // parts of the error
	}{
		"All": {
			reason: "the hash of a document is part of its URL",
			serve: map[string]string{
				"/openapi/v3":                       `{"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=A"}, "apis/apps/v1": {"serverRelativeURL": "/openapi/v3/apis/apps/v1?hash=B"}}}`,
				"/openapi/v3/api/v1?hash=A":         `{"core": 1}`,
				"/openapi/v3/apis/apps/v1?hash=B":   `{"apps": 1}`,
				"/openapi/v3/apis/other/v1?hash=no": `{}`,
			},
			want: []string{`api/v1={"core": 1}`, `apis/apps/v1={"apps": 1}`},
		},
		"Prefix": {
			reason: "a server behind a proxy does not know its prefix",
			prefix: "/k8s/clusters/c-1",
			serve: map[string]string{
				"/k8s/clusters/c-1/openapi/v3":        `{"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1"}}}`,
				"/k8s/clusters/c-1/openapi/v3/api/v1": `{}`,
			},
			want: []string{"api/v1={}"},
		},
		"KnownPrefix": {
			reason: "or it does",
			prefix: "/a",
			serve: map[string]string{
				"/a/openapi/v3":        `{"paths": {"api/v1": {"serverRelativeURL": "/a/openapi/v3/api/v1"}}}`,
				"/a/openapi/v3/api/v1": `{}`,
			},
			want: []string{"api/v1={}"},
		},
		"Partly": {
			reason: "every document that is missing is named, and the others are answered",
			serve: map[string]string{
				"/openapi/v3":        `{"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1"}, "apis/a/v1": {"serverRelativeURL": "/x"}, "apis/b/v1": {"serverRelativeURL": "/y"}, "apis/c/v1": {"serverRelativeURL": ":"}}}`,
				"/openapi/v3/api/v1": `{}`,
			},
			want: []string{"api/v1={}"},
			errs: []string{"read /x: the server answers 404 Not Found", "read /y: the server answers 404 Not Found", "read :: "},
		},
		"NoIndex": {reason: "a server before Kubernetes 1.24", errs: []string{"read /openapi/v3: the server answers 404 Not Found"}},
		"NoJSON":  {reason: "something else answers", serve: map[string]string{"/openapi/v3": "<html>"}, errs: []string{"read /openapi/v3: invalid character"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, ok := tc.serve[r.URL.RequestURI()]
				if !ok || r.Method != http.MethodGet || r.UserAgent() != "krowave/test" {
					http.NotFound(w, r)
					return
				}
				_, _ = w.Write([]byte(body))
			}))
			t.Cleanup(server.Close)
			s, err := cluster.Connect(cluster.Config{File: kubeconfig(t, server.URL+tc.prefix), Agent: "krowave/test"})
			if err != nil {
				t.Fatal(err)
			}
			documents, err := s.Schemas(t.Context())
			var got []string
			for _, path := range slices.Sorted(maps.Keys(documents)) {
				got = append(got, path+"="+string(documents[path]))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if (err != nil) != (len(tc.errs) > 0) {
				t.Errorf("%s: error %v", tc.reason, err)
			}
			for _, part := range tc.errs {
				if err != nil && !strings.Contains(err.Error(), part) {
					t.Errorf("%s: no %q in the error %v", tc.reason, part, err)
				}
			}
		})
	}
}

// TestSchemasCancelled: whoever gives up gets an answer.
func TestSchemasCancelled(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.Close)
	s, err := cluster.Connect(cluster.Config{File: kubeconfig(t, server.URL)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Schemas(ctx); err == nil {
		t.Error("no error")
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	file := kubeconfig(t, "https://localhost:1")
	if _, err := cluster.Connect(cluster.Config{File: file, Context: "nosuch"}); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("a context that does not exist: %v", err)
	}
	if _, err := cluster.Connect(cluster.Config{File: file + "x"}); err == nil {
		t.Error("a kubeconfig that does not exist: no error")
	}
	s, err := cluster.Connect(cluster.Config{File: file})
	if err != nil || s.URL() != "https://localhost:1" {
		t.Errorf("%v, %v", s, err)
	}
}

func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "a",
  "contexts": [{"name": "a", "context": {"cluster": "a"}}], "clusters": [{"name": "a", "cluster": {"server": %q}}]}`, server)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
