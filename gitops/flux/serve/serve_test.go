package serve_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/flux/serve"
)

// at is the path of the one artifact in a storage, and content are its bytes.
const (
	dir     = "/externalartifact/apps/shop/"
	at      = dir + "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a.tar.gz"
	content = "artifact"
)

// named is the path of a file that is named as artifacts are.
func named(two string) string { return dir + strings.Repeat(two, 32) + ".tar.gz" }

// storage serves a directory with an artifact, and with all that may lie beside it.
func storage(tb testing.TB) *serve.Handler {
	tb.Helper()
	root := tb.TempDir()
	in := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	secret := filepath.Join(tb.TempDir(), "secret")
	if err := os.MkdirAll(in(dir), 0o750); err != nil {
		tb.Fatal(err)
	}
	for name, text := range map[string]string{
		in(at): content, in(at + ".unfinished"): "x", in(dir + "readme.md"): "x", in("root"): "x", secret: "secret",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink(secret, in(named("1b"))), os.Symlink(path.Base(at), in(named("2c"))), os.Mkdir(in(named("3d")), 0o750)); err != nil {
		tb.Fatal(err)
	}
	h, err := serve.Open(root)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := h.Close(); err != nil {
			tb.Error(err)
		}
	})
	return h
}

// answer is what a client sees.
type answer struct {
	Status int
	Body   string
}

func TestHandler(t *testing.T) {
	t.Parallel()
	const none, only = "404 page not found\n", "only GET and HEAD are served\n"
	tag := `"` + strings.TrimSuffix(path.Base(at), ".tar.gz") + `"`
	tests := map[string]struct {
		reason, method, path string
		header               map[string]string
		want                 answer
	}{
		"Get":        {reason: "the artifact", path: at, want: answer{200, content}},
		"Head":       {reason: "no body", method: http.MethodHead, path: at, want: answer{200, ""}},
		"Range":      {reason: "a part", path: at, header: map[string]string{"Range": "bytes=0-2"}, want: answer{206, content[:3]}},
		"Fetched":    {reason: "what the client has already", path: at, header: map[string]string{"If-None-Match": tag}, want: answer{304, ""}},
		"Post":       {reason: "nothing is written", method: http.MethodPost, path: at, want: answer{405, only}},
		"Delete":     {reason: "nothing is deleted", method: http.MethodDelete, path: at, want: answer{405, only}},
		"Root":       {reason: "no index", path: "/", want: answer{404, none}},
		"Directory":  {reason: "no index", path: dir, want: answer{404, none}},
		"Unfinished": {reason: "a file that is being written", path: at + ".unfinished", want: answer{404, none}},
		"Other":      {reason: "whatever lies there", path: dir + "readme.md", want: answer{404, none}},
		"Above":      {reason: "whatever lies above", path: "/root", want: answer{404, none}},
		"Absent":     {reason: "an artifact that is gone", path: named("ff"), want: answer{404, none}},
		"Link":       {reason: "out of the directory", path: named("1b"), want: answer{404, none}},
		"Inner":      {reason: "no link at all", path: named("2c"), want: answer{404, none}},
		"Named":      {reason: "a directory by the name of an artifact", path: named("3d"), want: answer{404, none}},
		"Up":         {reason: "traversal", path: "/externalartifact/apps/../" + path.Base(at), want: answer{404, none}},
		"Escaped":    {reason: "traversal in disguise", path: "/externalartifact/apps/%2e%2e/" + path.Base(at), want: answer{404, none}},
		"Kind":       {reason: "another kind", path: strings.Replace(at, "externalartifact", "gitrepository", 1), want: answer{404, none}},
		"Double":     {reason: "another spelling", path: "/" + at, want: answer{404, none}},
	}
	h := storage(t)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method := tc.method
			if method == "" {
				method = http.MethodGet
			}
			r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+tc.path, http.NoBody)
			for k, v := range tc.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if diff := cmp.Diff(tc.want, answer{w.Code, w.Body.String()}); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Last-Modified") != "" {
				t.Errorf("the headers are %v", w.Header())
			}
		})
	}
}

// TestRun: a fetch that has begun ends after the server was told to stop, and no other begins.
func TestRun(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	begun, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve.Run(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-ctx.Done()
			_, _ = io.WriteString(w, content)
		}))
	}()
	go func() {
		<-begun
		stop()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil || string(body) != content {
		t.Errorf("the client got %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if response, err := client.Do(r); err == nil {
		_ = response.Body.Close()
		t.Error("the listener is still open")
	}
}

// FuzzHandler: no path gives anything but the one artifact.
func FuzzHandler(f *testing.F) {
	for _, p := range []string{at, dir + "../shop/" + path.Base(at), "/" + at, named("1b"), dir} {
		f.Add(p)
	}
	h := storage(f)
	f.Fuzz(func(t *testing.T, to string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.URL.Path = to
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusOK && w.Body.String() != content || w.Code != http.StatusOK && w.Code != http.StatusNotFound {
			t.Errorf("%q: %d %q", to, w.Code, w.Body.String())
		}
	})
}
