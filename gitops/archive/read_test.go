package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/archive"
)

// pack is an archive of files and of links, which start with an arrow.
func pack(tb testing.TB, items ...[2]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, i := range items {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: i[0], Mode: 0o644, Size: int64(len(i[1]))}
		body := i[1]
		if target, ok := strings.CutPrefix(body, "-> "); ok {
			h, body = &tar.Header{Typeflag: tar.TypeSymlink, Name: i[0], Linkname: target}, ""
		}
		if err := w.WriteHeader(h); err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// contents are the files of a tree by name: their content, or why there is none. Links are shown with their target.
func contents(tb testing.TB, tree fs.FS) map[string]string {
	tb.Helper()
	got := map[string]string{}
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		text := string(data)
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			text = "error: " + failed.Err.Error()
		}
		if e.Type() == fs.ModeSymlink {
			target, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			text = "-> " + target + ": " + text
		}
		got[name] = text
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// TestRead: an archive is its files, however it comes.
func TestRead(t *testing.T) {
	t.Parallel()
	data := pack(t, [2]string{"./a.yaml", "a"}, [2]string{"d/b.yaml", "-> ../a.yaml"}, [2]string{".git/config", "x"})
	want := map[string]string{"a.yaml": "a", "d/b.yaml": "-> ../a.yaml: a"}
	for name, r := range map[string]io.Reader{"at once": bytes.NewReader(data), "byte by byte": iotest.OneByteReader(bytes.NewReader(data))} {
		tree, err := archive.Read(r, archive.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, contents(t, tree)); d != "" {
			t.Errorf("%s: -want +got:\n%s", name, d)
		}
	}
}

// TestReadRefusals: what is the archive's fault is told from what is too large, and from what is the reader's.
func TestReadRefusals(t *testing.T) {
	t.Parallel()
	data := pack(t, [2]string{"a.yaml", strings.Repeat("a: b\n", 1000)})
	broken := errors.New("the line is cut")
	cases := map[string]struct {
		reason   string
		data     io.Reader
		limits   archive.Limits
		want     string
		tooLarge bool
	}{
		"nothing":      {reason: "an empty answer", data: strings.NewReader(""), want: "the archive is cut short"},
		"no gzip":      {reason: "a page of HTML", data: strings.NewReader("<html></html>"), want: "the archive cannot be read: gzip: invalid header"},
		"cut short":    {reason: "half of it", data: bytes.NewReader(data[:len(data)/2]), want: "the archive is cut short"},
		"traversal":    {reason: "a name above", data: bytes.NewReader(pack(t, [2]string{"../a.yaml", ""})), want: `../a.yaml: the name has an element ".."`},
		"link out":     {reason: "a link above", data: bytes.NewReader(pack(t, [2]string{"a", "-> ../b"})), want: "a: the symbolic link to ../b leaves the tree"},
		"garbage":      {reason: "something follows", data: io.MultiReader(bytes.NewReader(data), strings.NewReader("x")), want: "the archive is cut short"},
		"compressed":   {reason: "as sent", data: bytes.NewReader(data), limits: archive.Limits{Compressed: 20}, want: "the archive has more than the 20 bytes that are allowed", tooLarge: true},
		"uncompressed": {reason: "a bomb", data: bytes.NewReader(data), limits: archive.Limits{Uncompressed: 2000}, want: "the archive has more than the 2000 bytes that are allowed after decompression", tooLarge: true},
		"entries":      {reason: "many", data: bytes.NewReader(pack(t, [2]string{"a"}, [2]string{"b"})), limits: archive.Limits{Entries: 1}, want: "the archive has more than the 1 entries that are allowed", tooLarge: true},
		"reader":       {reason: "its error stays what it is", data: io.MultiReader(bytes.NewReader(data[:20]), iotest.ErrReader(broken)), want: "the line is cut"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := archive.Read(tc.data, tc.limits)
			if err == nil {
				t.Fatalf("%s: accepted", tc.reason)
			}
			if d := cmp.Diff(tc.want, err.Error()); d != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, d)
			}
			rejected, ok := errors.AsType[*archive.RejectedError](err)
			if d := cmp.Diff(!errors.Is(err, broken), ok); d != "" {
				t.Errorf("%s: rejected -want +got:\n%s", tc.reason, d)
			}
			if d := cmp.Diff(tc.tooLarge, ok && rejected.TooLarge); d != "" {
				t.Errorf("%s: too large -want +got:\n%s", tc.reason, d)
			}
		})
	}
}

// FuzzRead: no bytes make the reader panic, or open what is outside, and every refusal is one line.
func FuzzRead(f *testing.F) {
	f.Add(pack(f, [2]string{"a.yaml", "a"}, [2]string{"d/b.yaml", "-> ../a.yaml"}, [2]string{"c", "-> c"}))
	f.Add(pack(f, [2]string{"../a.yaml", "a"}))
	f.Add([]byte{0x1f, 0x8b})
	limits := archive.Limits{Compressed: 1 << 20, Uncompressed: 4 << 20, File: 1 << 12, Kept: 1 << 16, Entries: 100, NameBytes: 512}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := archive.Read(bytes.NewReader(data), limits)
		if err != nil {
			if _, ok := errors.AsType[*archive.RejectedError](err); !ok || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Fatalf("%T %q", err, err)
			}
			return
		}
		if tree.Bytes() > limits.Kept {
			t.Fatalf("%d bytes are held", tree.Bytes())
		}
		contents(t, tree)
	})
}
