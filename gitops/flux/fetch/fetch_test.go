package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/flux/fetch"
)

// pack is an archive with one file.
func pack(t *testing.T, name, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// serve is a server that answers every request with a handler, and its artifact.
func serve(t *testing.T, h http.HandlerFunc) meta.Artifact {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return meta.Artifact{URL: s.URL + "/gitrepository/a/b/c.tar.gz", Revision: "main@sha1:1"}
}

func answer(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

// TestFetch: the files of an artifact come with any of the digests that Flux writes by default or by flag.
func TestFetch(t *testing.T) {
	t.Parallel()
	data := pack(t, "apps/a.yaml", "kind: A\n")
	long, mid := sha512.Sum512(data), sha512.Sum384(data)
	for name, digest := range map[string]string{"sha256": sha(data), "sha384": "sha384:" + hex.EncodeToString(mid[:]), "sha512": "sha512:" + hex.EncodeToString(long[:])} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := serve(t, answer(data))
			size := int64(len(data))
			a.Digest, a.Size = digest, &size
			files, err := fetch.Fetch(t.Context(), http.DefaultClient, a, fetch.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := fs.ReadFile(files, "apps/a.yaml")
			if d := cmp.Diff("kind: A\n", string(got)); d != "" || err != nil {
				t.Errorf("%v -want +got:\n%s", err, d)
			}
		})
	}
}

// hostile is an answer that must not be believed.
type hostile struct {
	reason string
	answer http.HandlerFunc
	change func(*meta.Artifact)
	limits fetch.Limits
	want   fetch.Reason
	text   string // of the message
}

// TestFailures: each thing that can be wrong has its reason.
func TestFailures(t *testing.T) {
	t.Parallel()
	data := pack(t, "a.yaml", strings.Repeat("a: b\n", 5000))
	up, page := pack(t, "../a.yaml", ""), []byte("<html>")
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	digest := func(text string) func(*meta.Artifact) { return func(a *meta.Artifact) { a.Digest = text } }
	size := func(n int64) func(*meta.Artifact) { return func(a *meta.Artifact) { a.Size = &n } }
	cases := map[string]hostile{
		"missing":           {reason: "an artifact that a newer one replaced", answer: status(http.StatusNotFound), want: fetch.NotFound, text: "the server does not have the artifact"},
		"gone":              {reason: "said otherwise", answer: status(http.StatusGone), want: fetch.NotFound, text: "the server does not have the artifact"},
		"server error":      {reason: "its fault", answer: status(http.StatusBadGateway), want: fetch.Unreachable, text: "the server answers with status 502"},
		"partial content":   {reason: "nobody asked for a part", answer: status(http.StatusPartialContent), want: fetch.Unreachable, text: "the server answers with status 206"},
		"redirect":          {reason: "it could lead anywhere", answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, want: fetch.Unreachable, text: "the server answers with status 302"},
		"connection closed": {reason: "no answer", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, want: fetch.Unreachable},
		"truncated": {reason: "the length is announced", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data[:len(data)/2])
		}, want: fetch.Truncated, text: "the answer ends too early"},
		"truncated at a chunk": {
			reason: "the end looks like one, but the source knows the size", answer: answer(data[:len(data)-8]), change: size(int64(len(data))),
			want: fetch.Truncated, text: "the answer has " + strconv.Itoa(len(data)-8) + " bytes, and " + strconv.Itoa(len(data)) + " are announced",
		},
		"other bytes": {
			reason: "a good archive that is another one", answer: answer(pack(t, "b.yaml", "")), want: fetch.WrongDigest,
			text: "the answer has the digest " + sha(pack(t, "b.yaml", "")) + ", and " + sha(data) + " is announced",
		},
		"damaged": {reason: "the digest is told first", answer: answer(append(bytes.Clone(data[:len(data)-9]), "xxxxxxxxx"...)), want: fetch.WrongDigest},
		"a page":  {reason: "a proxy's excuse", answer: answer(page), want: fetch.WrongDigest},
		"no archive": {
			reason: "the source says so itself", answer: answer(page), change: digest(sha(page)), want: fetch.BadArchive,
			text: "the archive is cut short",
		},
		"traversal": {
			reason: "a name that leads out", answer: answer(up), change: digest(sha(up)), want: fetch.BadArchive,
			text: `../a.yaml: the name has an element ".."`,
		},
		"bomb": {
			reason: "small as sent", answer: answer(data), limits: fetch.Limits{Untar: 3000}, want: fetch.TooLarge,
			text: "the archive has more than the 3000 bytes that are allowed after decompression",
		},
		"entries":           {reason: "many", answer: answer(many(t)), change: digest(sha(many(t))), limits: fetch.Limits{Entries: 9}, want: fetch.TooLarge, text: "the archive has more than the 9 entries that are allowed"},
		"large, announced":  {reason: "by the server", answer: answer(data), limits: fetch.Limits{Artifact: 20}, want: fetch.TooLarge},
		"large, by status":  {reason: "by the source: nobody is asked", answer: status(http.StatusTeapot), change: size(100 << 20), want: fetch.TooLarge, text: "the artifact has 104857600 bytes, more than the 67108864 that are allowed"},
		"endless":           {reason: "by nobody", answer: endless, limits: fetch.Limits{Artifact: 1 << 20}, want: fetch.TooLarge, text: "the answer has more than the 1048576 bytes that are allowed"},
		"slow to start":     {reason: "no answer", answer: never, limits: fetch.Limits{Time: 50 * time.Millisecond}, want: fetch.TooSlow, text: "the artifact did not come within the time"},
		"slow to end":       {reason: "half an answer", answer: half(data), limits: fetch.Limits{Time: 50 * time.Millisecond}, want: fetch.TooSlow, text: "the artifact did not come within the time"},
		"a file's URL":      {reason: "of this machine", answer: never, change: func(a *meta.Artifact) { a.URL = "file:///etc/passwd" }, want: fetch.BadArtifact, text: "the URL is not one of HTTP with a host"},
		"no URL":            {reason: "nothing to read", answer: never, change: func(a *meta.Artifact) { a.URL = "" }, want: fetch.BadArtifact, text: "the URL is not one of HTTP with a host"},
		"broken URL":        {reason: "a control character", answer: never, change: func(a *meta.Artifact) { a.URL = "http://a\n" }, want: fetch.BadArtifact, text: "the URL cannot be read"},
		"no digest":         {reason: "nothing to believe by", answer: never, change: digest(""), want: fetch.BadArtifact, text: `the digest "" is not one of sha256, sha384 or sha512`},
		"weak digest":       {reason: "anybody can make that", answer: never, change: digest("md5:d41d8cd98f00b204e9800998ecf8427e"), want: fetch.BadArtifact, text: "the digest md5:d41d8cd98f00b204e9800998ecf8427e is not one of sha256, sha384 or sha512"},
		"short digest":      {reason: "the beginning of one", answer: never, change: digest("sha256:ab"), want: fetch.BadArtifact, text: "the digest sha256:ab does not have 64 hexadecimal digits"},
		"upper-case digest": {reason: "no one is written so", answer: never, change: digest("sha256:" + strings.ToUpper(sha(data)[7:])), want: fetch.BadArtifact},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := serve(t, tc.answer)
			a.Digest = sha(data)
			if tc.change != nil {
				tc.change(&a)
			}
			_, err := fetch.Fetch(t.Context(), &http.Client{}, a, tc.limits)
			wrong, ok := errors.AsType[*fetch.Error](err)
			if !ok {
				t.Fatalf("%s: %T %v, want *fetch.Error", tc.reason, err, err)
			}
			if d := cmp.Diff(tc.want, wrong.Reason); d != "" {
				t.Errorf("%s: %v -want +got:\n%s", tc.reason, err, d)
			}
			if tc.text != "" && tc.text != wrong.Message {
				t.Errorf("%s: -want +got:\n%s", tc.reason, cmp.Diff(tc.text, wrong.Message))
			}
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%s: more than one line: %q", tc.reason, err)
			}
		})
	}
}

// never answers when nobody waits any more.
func never(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// half answers the first half at once, and the other one never.
func half(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// endless answers until nobody reads any more.
func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, 1<<16)); err != nil {
			return
		}
	}
}

// many is an archive of ten files.
func many(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for i := range 10 {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: strconv.Itoa(i), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestCancelled: who no longer waits gets no verdict on the artifact.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	a := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	a.Digest = sha(nil)
	_, err := fetch.Fetch(ctx, &http.Client{}, a, fetch.Limits{})
	if _, ok := errors.AsType[*fetch.Error](err); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("%T %v, want context.Canceled", err, err)
	}
}

// TestRequest: the bytes are asked for as they are stored, and a password stays out of messages.
func TestRequest(t *testing.T) {
	t.Parallel()
	var got http.Header
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.WriteHeader(http.StatusNotFound)
	})
	a.Digest = sha(nil)
	a.URL = strings.Replace(a.URL, "http://", "http://user:hunter2@", 1)
	_, err := fetch.Fetch(t.Context(), &http.Client{}, a, fetch.Limits{})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
	if d := cmp.Diff("identity", got.Get("Accept-Encoding")); d != "" {
		t.Errorf("Accept-Encoding -want +got:\n%s", d)
	}
}
