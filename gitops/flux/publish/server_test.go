package publish_test

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
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/flux/publish"
)

// served is a store with one artifact and with all that may lie beside it.
type served struct {
	store   *publish.Store
	at      string // the path of the artifact
	content string
}

func serve(tb testing.TB) served {
	tb.Helper()
	dir := tb.TempDir()
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	s, err := publish.New(publish.Options{Dir: dir, Address: "127.0.0.1", Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	a, err := s.Publish(tb.Context(), &metav1.ObjectMeta{Namespace: "apps", Name: "shop"}, publish.Files{{Name: "a.yaml", Data: []byte("a: 1\n")}}, "")
	if err != nil {
		tb.Fatal(err)
	}
	beside, secret := path.Dir(a.Path), filepath.Join(tb.TempDir(), "secret")
	for name, text := range map[string]string{
		secret: "secret", in("root"): "x", in(beside + "/readme.md"): "x", in(a.Path + ".unfinished"): "x",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink(secret, in(beside+"/"+named("1b"))), os.Mkdir(in(beside+"/"+named("3d")), 0o750)); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(in(a.Path))
	if err != nil {
		tb.Fatal(err)
	}
	return served{store: s, at: "/" + a.Path, content: string(data)}
}

// named is a file that is named as artifacts are.
func named(two string) string { return strings.Repeat(two, 32) + ".tar.gz" }

// answer is what a client sees.
type answer struct {
	Status int
	Body   string
}

func TestHandler(t *testing.T) {
	t.Parallel()
	s := serve(t)
	at, dir := s.at, path.Dir(s.at)+"/"
	tag := `"` + strings.TrimSuffix(path.Base(at), ".tar.gz") + `"`
	const none, only = "404 page not found\n", "only GET and HEAD are served\n"
	tests := map[string]struct {
		reason, method, path string
		header               map[string]string
		want                 answer
	}{
		"Get":        {reason: "the artifact", path: at, want: answer{200, s.content}},
		"Head":       {reason: "no body", method: http.MethodHead, path: at, want: answer{200, ""}},
		"Range":      {reason: "a part", path: at, header: map[string]string{"Range": "bytes=0-2"}, want: answer{206, s.content[:3]}},
		"Fetched":    {reason: "what the client has already", path: at, header: map[string]string{"If-None-Match": tag}, want: answer{304, ""}},
		"Post":       {reason: "nothing is written", method: http.MethodPost, path: at, want: answer{405, only}},
		"Delete":     {reason: "nothing is deleted", method: http.MethodDelete, path: at, want: answer{405, only}},
		"Root":       {reason: "no index", path: "/", want: answer{404, none}},
		"Directory":  {reason: "no index", path: dir, want: answer{404, none}},
		"Unfinished": {reason: "a file that is being written", path: at + ".unfinished", want: answer{404, none}},
		"Other":      {reason: "whatever lies there", path: dir + "readme.md", want: answer{404, none}},
		"Above":      {reason: "whatever lies above", path: "/root", want: answer{404, none}},
		"Absent":     {reason: "an artifact that is gone", path: dir + named("ff"), want: answer{404, none}},
		"Link":       {reason: "out of the directory", path: dir + named("1b"), want: answer{404, none}},
		"Named":      {reason: "a directory by the name of an artifact", path: dir + named("3d"), want: answer{404, none}},
		"Up":         {reason: "traversal", path: "/externalartifact/apps/../" + path.Base(at), want: answer{404, none}},
		"Escaped":    {reason: "traversal in disguise", path: "/externalartifact/apps/%2e%2e/" + path.Base(at), want: answer{404, none}},
		"Kind":       {reason: "another kind", path: strings.Replace(at, "externalartifact", "gitrepository", 1), want: answer{404, none}},
		"Double":     {reason: "another spelling", path: "/" + at, want: answer{404, none}},
	}
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
			s.store.Handler().ServeHTTP(w, r)
			if diff := cmp.Diff(tc.want, answer{w.Code, w.Body.String()}); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Last-Modified") != "" {
				t.Errorf("the headers are %v", w.Header())
			}
		})
	}
}

// TestServe: an artifact can be fetched until the server is told to stop, and the listener is closed then.
func TestServe(t *testing.T) {
	t.Parallel()
	s := serve(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.store.Serve(ctx, l) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+s.at, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil || string(body) != s.content {
		t.Errorf("the client got %q, %v", body, err)
	}
	stop()
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
	s := serve(f)
	for _, p := range []string{s.at, path.Dir(s.at) + "/../shop/" + path.Base(s.at), "/" + s.at, path.Dir(s.at) + "/" + named("1b"), "/"} {
		f.Add(p)
	}
	h := s.store.Handler()
	f.Fuzz(func(t *testing.T, to string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.URL.Path = to
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusOK && w.Body.String() != s.content || w.Code != http.StatusOK && w.Code != http.StatusNotFound {
			t.Errorf("%q: %d %q", to, w.Code, w.Body.String())
		}
	})
}
