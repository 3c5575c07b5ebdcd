package service

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// entry is an entry of a hostile archive.
type entry struct {
	tar.Header

	content io.Reader
}

func text(name, content string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o644}, content: strings.NewReader(content)}
}

func link(kind byte, name, target string) entry {
	return entry{Header: tar.Header{Typeflag: kind, Name: name, Linkname: target}}
}

// tarball packs entries as they are.
func tarball(t *testing.T, entries ...entry) parcel {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if e.content != nil {
			if _, err := io.Copy(w, e.content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed(b.Bytes())
}

// sealed announces bytes as they are.
func sealed(data []byte) parcel {
	sum := sha256.Sum256(data)
	return parcel{bytes: data, meta: &plugin.ManifestRequestMetadata{AppName: "x", AppRelPath: ".", Checksum: hex.EncodeToString(sum[:]), Size: int64(len(data))}}
}

// zeros are n bytes that compress to nothing.
func zeros(name string, n int64) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Size: n, Mode: 0o644}, content: io.LimitReader(zero{}, n)}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func many(n int) []entry {
	list := make([]entry, n)
	for i := range list {
		list[i] = text(fmt.Sprintf("d/%d.yaml", i), "")
	}
	return list
}

// TestAttacks: each hostile upload gives one error that says what is wrong, memory stays within the limits, and
// the next request is served.
func TestAttacks(t *testing.T) {
	t.Parallel()
	const limit = 16 * mebibyte
	var o Options
	o.Limits.Uncompressed, o.Limits.File, o.Limits.Kept, o.Limits.Entries, o.Limits.NameBytes = limit, mebibyte, 4*mebibyte, 5000, 255
	s := start(t, o, Listen{})
	good := tarball(t, text("a.yaml", "a: b\n"))
	later := sealed(good.bytes)
	later.meta.Checksum = strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		parcel parcel
		want   string
	}{
		"bomb":          {parcel: tarball(t, zeros("zero.bin", 4*limit)), want: "allowed"},
		"large files":   {parcel: tarball(t, zeros("kustomization.yaml", 1000), zeros("1.yaml", mebibyte), zeros("2.yaml", mebibyte), zeros("3.yaml", mebibyte), zeros("4.yaml", mebibyte), zeros("5.yaml", mebibyte), zeros("6.yaml", mebibyte), zeros("7.yaml", mebibyte), zeros("8.yaml", mebibyte)), want: "allowed"},
		"ten thousand":  {parcel: tarball(t, many(10_000)...), want: "allowed"},
		"long name":     {parcel: tarball(t, text(strings.Repeat("x", 300)+".yaml", "")), want: "allowed"},
		"traversal":     {parcel: tarball(t, text("../../etc/passwd", "x")), want: "../../etc/passwd"},
		"absolute":      {parcel: tarball(t, text("/etc/passwd", "x")), want: "/etc/passwd"},
		"link out":      {parcel: tarball(t, link(tar.TypeSymlink, "up", "..")), want: "up: "},
		"absolute link": {parcel: tarball(t, link(tar.TypeSymlink, "etc.yaml", "/etc/passwd")), want: "etc.yaml: "},
		"hard link":     {parcel: tarball(t, link(tar.TypeLink, "hard.yaml", "../secret")), want: "hard.yaml: "},
		"device":        {parcel: tarball(t, link(tar.TypeChar, "null", "")), want: "null: "},
		"twice":         {parcel: tarball(t, text("a.yaml", "1"), text("a.yaml", "2")), want: "a.yaml: "},
		"truncated":     {parcel: sealed(good.bytes[:len(good.bytes)-10]), want: "cut short"},
		"no archive":    {parcel: sealed(bytes.Repeat([]byte("x"), 100_000)), want: "archive"},
		"trailing":      {parcel: sealed(append(bytes.Clone(good.bytes), "more"...)), want: "archive"},
		"checksum":      {parcel: later, want: "checksum"},
		"nothing":       {parcel: sealed(nil), want: "archive"},
	} {
		if _, err := c.parcel.generate(t.Context(), s.client()); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want InvalidArgument and one line with %q", name, err, c.want)
		}
		s.served()
	}
	runtime.GC()
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapAlloc > 256*mebibyte {
		t.Errorf("%d MiB are in use", m.HeapAlloc>>20)
	}
}

// TestDisorder: messages in an order that the protocol does not have.
func TestDisorder(t *testing.T) {
	t.Parallel()
	s := start(t, Options{}, Listen{})
	p := small(t, "x")
	meta := &plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_Metadata{Metadata: p.meta}}
	file := &plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_File{File: &plugin.File{Chunk: p.bytes}}}
	for name, messages := range map[string][]*plugin.AppStreamRequest{
		"nothing": {}, "metadata last": {file, meta}, "metadata twice": {meta, file, meta}, "no file": {meta}, "empty": {{}}, "empty between": {meta, {}, file},
	} {
		stream, err := s.client().GenerateManifest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if err := stream.Send(m); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := stream.CloseAndRecv(); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v, want InvalidArgument", name, err)
		}
		s.served()
	}
}

// TestHostileFiles: files that are made to cost much are refused by the renderer, with the place.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	s := genuine(t)
	var aliases strings.Builder
	aliases.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := range 12 {
		fmt.Fprintf(&aliases, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i+1, i+1, i, i, i, i, i, i, i, i, i, i)
	}
	for name, content := range map[string]string{
		"aliases": aliases.String(),
		"depth":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: " + strings.Repeat("[", 100_000),
		"huge":    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n" + strings.Repeat("- x\n", 20_000),
	} {
		p := tarball(t, text("x.yaml", content))
		if _, err := p.generate(t.Context(), s.client()); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "x.yaml:") {
			t.Errorf("%s: %.300v, want InvalidArgument with the place", name, err)
		}
		ok := pack(t, "app", twenty(), nil)
		if _, err := ok.generate(t.Context(), s.client()); err != nil {
			t.Errorf("the next request: %v", err)
		}
	}
}
