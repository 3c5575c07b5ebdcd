package upload_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// refusal is an upload that is refused.
type refusal struct {
	reason string
	stream *stream
	limits upload.Limits
	want   string
}

func check(t *testing.T, cases map[string]refusal) {
	t.Helper()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := upload.Receive(tc.stream, upload.Options{Limits: tc.limits})
			if err == nil {
				t.Fatalf("%s: accepted, with %v", tc.reason, contents(t, u.Tree))
			}
			if d := cmp.Diff(tc.want, err.Error()); d != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, d)
			}
			if _, ok := err.(*upload.RejectedError); !ok { //nolint:errorlint // the error itself, so that callers need not look for it
				t.Errorf("%s: %T, want *RejectedError", tc.reason, err)
			}
			if !tc.stream.drained() {
				t.Errorf("%s: the stream was not read to its end", tc.reason)
			}
		})
	}
}

// packed is a stream of raw bytes where a tar should be, compressed.
func packed(tb testing.TB, data ...[]byte) *stream {
	tb.Helper()
	return sent(zipped(tb, data...))
}

// changed is a good stream with other metadata.
func changed(tb testing.TB, change func(*plugin.ManifestRequestMetadata)) *stream {
	tb.Helper()
	s := sent(archive(tb, file("a.yaml", "a")))
	change(s.messages[0].GetMetadata())
	return s
}

// TestMessages: what is wrong with the messages of an upload, whatever is in them.
func TestMessages(t *testing.T) {
	t.Parallel()
	good := sent(archive(t, file("a.yaml", strings.Repeat("a", 100)))).messages
	join := func(lists ...[]*plugin.AppStreamRequest) *stream {
		s := &stream{}
		for _, l := range lists {
			s.messages = append(s.messages, l...)
		}
		return s
	}
	other := archive(t, file("b.yaml", "b"))
	check(t, map[string]refusal{
		"nothing":             {reason: "a stream that ends at once", stream: &stream{}, want: "the upload is empty: there is no metadata"},
		"no metadata":         {reason: "the archive alone", stream: join(good[1:]), want: "the upload does not start with its metadata"},
		"metadata last":       {reason: "after the archive", stream: join(good[1:], good[:1]), want: "the upload does not start with its metadata"},
		"metadata twice":      {reason: "at the start", stream: join(good[:1], good), want: "the upload has metadata twice"},
		"metadata at the end": {reason: "after a complete archive", stream: join(good, good[:1]), want: "the upload has metadata twice"},
		"empty message": {
			reason: "neither of the two", stream: join(good, []*plugin.AppStreamRequest{{}}),
			want: "a message of the upload is neither metadata nor a piece of the archive",
		},
		"no message": {reason: "a nil one", stream: join([]*plugin.AppStreamRequest{nil}), want: "the upload does not start with its metadata"},
		"no archive": {
			reason: "metadata alone, which announces it", stream: join(good[:1]),
			want: fmt.Sprintf("the upload has 0 bytes, and %d are announced", good[0].GetMetadata().GetSize()),
		},
		"other archive": {
			reason: "of the announced length, by its end", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Checksum = announced(other).GetChecksum() }),
			want: fmt.Sprintf("the upload has the SHA-256 checksum %s, and %s is announced", announced(archive(t, file("a.yaml", "a"))).GetChecksum(), announced(other).GetChecksum()),
		},
		"checksum in capitals": {
			reason: "one spelling, so that what is cached is found", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Checksum = strings.ToUpper(m.GetChecksum()) }),
			want: fmt.Sprintf("the upload has the SHA-256 checksum %[1]s, and %[2]s is announced", announced(archive(t, file("a.yaml", "a"))).GetChecksum(), strings.ToUpper(announced(archive(t, file("a.yaml", "a"))).GetChecksum())),
		},
		"no checksum": {
			reason: "it is not optional", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Checksum = "" }),
			want: fmt.Sprintf("the upload has the SHA-256 checksum %s, and %q is announced", announced(archive(t, file("a.yaml", "a"))).GetChecksum(), ""),
		},
		"wrong size": {
			reason: "less than was sent", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Size = 3 }),
			want: fmt.Sprintf("the upload has %d bytes, and 3 are announced", len(archive(t, file("a.yaml", "a")))),
		},
		"large size": {
			reason: "known before anything is read", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Size = 1 << 62 }),
			want: "the upload has 4611686018427387904 bytes, more than the 268435456 that are allowed",
		},
		"more than allowed": {
			reason: "and more than is announced", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.Size = 64 }), limits: upload.Limits{Compressed: 64},
			want: "the upload has more than the 64 bytes that are allowed",
		},
		"path above": {
			reason: "outside of the upload", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.AppRelPath = "a/../../b" }),
			want: "the application's path a/../../b leaves the tree",
		},
		"absolute path": {
			reason: "outside of the upload", stream: changed(t, func(m *plugin.ManifestRequestMetadata) { m.AppRelPath = "/etc\n" }),
			want: `the application's path "/etc\n" leaves the tree`,
		},
	})
}

// TestEmptyPieces: they are harmless, and nothing but the stream's end counts as end.
func TestEmptyPieces(t *testing.T) {
	t.Parallel()
	s := &stream{}
	for _, m := range sent(archive(t, file("a.yaml", "a"))).messages {
		s.messages = append(s.messages, m, piece(nil), piece([]byte{}))
	}
	if d := cmp.Diff(map[string]string{"a.yaml": "a"}, contents(t, receive(t, s, upload.Options{}).Tree)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestArchives: what is wrong with the bytes of an archive whose length and checksum are right.
func TestArchives(t *testing.T) {
	t.Parallel()
	body := tarOf(t, file("a.yaml", strings.Repeat("a", 5000)))
	whole := zipped(t, body)
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-5] ^= 0xff // the checksum of gzip
	check(t, map[string]refusal{
		"no bytes":         {reason: "announced as such", stream: sent(nil), want: "the archive is cut short"},
		"no gzip":          {reason: "plain text", stream: sent([]byte("apiVersion: v1\nkind: ConfigMap\n")), want: "the archive cannot be read: gzip: invalid header"},
		"short header":     {reason: "a piece of the header of gzip", stream: sent(whole[:5]), want: "the archive is cut short"},
		"short gzip":       {reason: "in the middle", stream: sent(whole[:len(whole)/2]), want: "the archive is cut short"},
		"short trailer":    {reason: "without the checksum of gzip", stream: sent(whole[:len(whole)-4]), want: "the archive is cut short"},
		"damaged gzip":     {reason: "its own checksum is wrong", stream: sent(damaged), want: "the archive cannot be read: gzip: invalid checksum"},
		"no tar":           {reason: "text, compressed", stream: packed(t, []byte(strings.Repeat("kind: ConfigMap\n", 100))), want: "the archive cannot be read: archive/tar: invalid tar header"},
		"short tar header": {reason: "in the first block", stream: packed(t, body[:100]), want: "the archive is cut short"},
		"short tar":        {reason: "in a file", stream: packed(t, body[:1000]), want: "the archive is cut short"},
		"after the gzip":   {reason: "bytes that are no gzip", stream: sent(append(bytes.Clone(whole), "junk"...)), want: "the archive is cut short"},
		"long after the gzip": {
			reason: "more bytes than a header of gzip has", stream: sent(append(bytes.Clone(whole), "much more junk"...)), want: "the archive cannot be read: gzip: invalid header",
		},
		"after the tar":  {reason: "bytes that are no padding", stream: packed(t, body, []byte("junk")), want: "other data follows the end of the archive"},
		"two tars":       {reason: "in one gzip", stream: packed(t, body, body), want: "other data follows the end of the archive"},
		"two archives":   {reason: "gzip members one after the other", stream: sent(append(bytes.Clone(whole), whole...)), want: "other data follows the end of the archive"},
		"bomb":           {reason: "zeros that compress to little", stream: sent(bomb(t, "zero.bin", 16<<20)), limits: upload.Limits{Uncompressed: 1 << 20}, want: "the archive has more than the 1048576 bytes that are allowed after decompression"},
		"bomb after end": {reason: "as padding", stream: packed(t, body, make([]byte, 4<<20)), limits: upload.Limits{Uncompressed: 1 << 20}, want: "the archive has more than the 1048576 bytes that are allowed after decompression"},
	})
}

// bomb is an archive with one file of zeros, made without holding them.
func bomb(tb testing.TB, name string, size int64) []byte {
	tb.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	h := file(name, "").Header
	h.Size = size
	err := w.WriteHeader(&h)
	if err == nil {
		_, err = io.CopyN(w, zeros{}, size)
	}
	if err = errors.Join(err, w.Close(), zip.Close()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestHarmlessArchives: what is unusual and means what it seems to mean.
func TestHarmlessArchives(t *testing.T) {
	t.Parallel()
	body := tarOf(t, file("a.yaml", "a"))
	cases := map[string]struct {
		reason  string
		archive []byte
		want    map[string]string
	}{
		"padding":     {reason: "GNU tar fills up with zeros", archive: zipped(t, body, make([]byte, 10240)), want: map[string]string{"a.yaml": "a"}},
		"members":     {reason: "parallel compressors cut an archive into gzip members", archive: append(zipped(t, body[:700]), zipped(t, body[700:])...), want: map[string]string{"a.yaml": "a"}},
		"no entries":  {reason: "whether that is enough is for others to say", archive: archive(t), want: map[string]string{}},
		"no tar":      {reason: "a tar without blocks is one without entries", archive: zipped(t), want: map[string]string{}},
		"no end mark": {reason: "the gzip says that nothing is lost", archive: zipped(t, body[:1024]), want: map[string]string{"a.yaml": "a"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tc.want, contents(t, receive(t, sent(tc.archive), upload.Options{}).Tree)); d != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, d)
			}
		})
	}
}
