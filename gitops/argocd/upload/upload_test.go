package upload_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// TestReceive: an upload comes out as it was sent, whatever the pieces.
func TestReceive(t *testing.T) {
	t.Parallel()
	packed := archive(t, dir("."), dir("apps"), dir("apps/web"), file("apps/web/instance.yaml", "kind: Web\n"), file("rgds/web.yml", "kind: RGD\n"))
	for size := range slices.Values([]int{1, 7, 1024, len(packed)}) {
		t.Run(fmt.Sprintf("pieces of %d", size), func(t *testing.T) {
			t.Parallel()
			m := announced(packed)
			m.Env = []*plugin.EnvEntry{{Name: "A", Value: "1"}, {Name: "B"}, {Name: "A", Value: "2"}}
			s := &stream{messages: append([]*plugin.AppStreamRequest{metadata(m)}, pieces(packed, size)...)}
			got := receive(t, s, upload.Options{})
			want := &upload.Upload{
				AppName: "web", AppPath: "apps/web", Checksum: m.GetChecksum(), Compressed: int64(len(packed)),
				Env: map[string]string{"A": "2", "B": ""},
			}
			tree := got.Tree
			got.Tree = nil
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("upload -want +got:\n%s", d)
			}
			files := map[string]string{"apps/web/instance.yaml": "kind: Web\n", "rgds/web.yml": "kind: RGD\n"}
			if d := cmp.Diff(files, contents(t, tree)); d != "" {
				t.Errorf("tree -want +got:\n%s", d)
			}
			if !s.drained() {
				t.Error("the stream was not read to its end")
			}
		})
	}
}

// TestTree: what is kept of an archive, and what its links lead to.
func TestTree(t *testing.T) {
	t.Parallel()
	const noKustomization = "error: it was not kept from the archive: it is neither YAML nor JSON, and no directory above it has a kustomization"
	large := strings.Repeat("x", 1<<20+1)
	global := item{}
	global.Typeflag, global.Name = 'g', "pax_global_header"
	global.PAXRecords = map[string]string{"comment": "0123456789"}
	long := strings.Repeat("long/", 60) + "a.yaml"
	cases := map[string]struct {
		reason string
		items  []item
		limits upload.Limits
		want   map[string]string
	}{
		"YAML and JSON": {
			reason: "by the endings that rendering reads, wherever they are",
			items:  []item{file("a.yaml", "a"), file("b.yml", "b"), file("c/d.json", "c"), file(".argocd-source.yaml", "d"), file("empty.yaml", "")},
			want:   map[string]string{"a.yaml": "a", "b.yml": "b", "c/d.json": "c", ".argocd-source.yaml": "d", "empty.yaml": ""},
		},
		"other files": {
			reason: "without content, unless a kustomization is in a directory above",
			items: []item{
				file("main.go", "x"), file("a/app.env", "1"), file("a/kustomization.yaml", "k"), file("a/deep/key.pem", "2"),
				file("b/Kustomization", "k"), file("b/large.bin", large), file("c/Kustomization", "k"),
			},
			want: map[string]string{
				"main.go": noKustomization, "a/app.env": "1", "a/kustomization.yaml": "k", "a/deep/key.pem": "2", "b/Kustomization": "k",
				"b/large.bin": "error: it was not kept from the archive: it has 1048577 bytes, more than 1048576", "c/Kustomization": "k",
			},
		},
		"large YAML": {
			reason: "it is there and cannot be opened, since rendering without it would be wrong in silence",
			items:  []item{file("a.yaml", "12345"), file("b.yaml", "1234")},
			limits: upload.Limits{File: 4},
			want:   map[string]string{"a.yaml": "error: it was not kept from the archive: it has 5 bytes, more than 4", "b.yaml": "1234"},
		},
		"much that is not YAML": {
			reason: "it does not take the place of YAML",
			items:  []item{file("a/kustomization.yaml", ""), file("a/1.txt", large[:1<<20]), file("a/2.txt", large[:1<<20]), file("a/3.yaml", large)},
			limits: upload.Limits{Kept: 3 << 20},
			want: map[string]string{
				"a/kustomization.yaml": "", "a/1.txt": large[:1<<20], "a/3.yaml": large,
				"a/2.txt": "error: it was not kept from the archive: there are too many files that are neither YAML nor JSON",
			},
		},
		"Git's own files": {
			reason: "never, nor what is wrong with them",
			items:  []item{dir(".git"), file(".git/config.yaml", "x"), symlink(".git/hooks", "/usr/share"), file("sub/.git", "gitdir: x"), file("a.yaml", "a")},
			want:   map[string]string{"a.yaml": "a"},
		},
		"names": {
			reason: "as other programs write them: leading ./, doubled slashes, directories that have no entry or one after their files",
			items:  []item{dir("./"), file("./a//b.yaml", "b"), dir("a/"), dir("a"), file("c d/é.yaml", "c"), file(long, "long")},
			want:   map[string]string{"a/b.yaml": "b", "c d/é.yaml": "c", long: "long"},
		},
		"names that are not UTF-8": {
			reason: "nobody can refer to such a file that is not read as YAML",
			items:  []item{file("caf\xe9.txt", "x"), file("a.yaml", "a")},
			want:   map[string]string{"a.yaml": "a"},
		},
		"global header": {
			reason: "git archive writes one",
			items:  []item{global, file("a.yaml", "a")},
			want:   map[string]string{"a.yaml": "a"},
		},
		"symbolic links": {
			reason: "they are followed inside the tree: to files, through directories, through other links, in any order",
			items: []item{
				symlink("a.yaml", "d/e/f.yaml"), symlink("b.yaml", "a.yaml"), symlink("d/up", ".."), symlink("d/g.yaml", "up/x/../a.yaml"),
				file("d/e/f.yaml", "f"), symlink("x", "d/e"), symlink("d/h.yaml", "../x/f.yaml"), symlink("y.yaml", "./d//e/./f.yaml"),
			},
			want: map[string]string{
				"a.yaml": "-> d/e/f.yaml: f", "b.yaml": "-> a.yaml: f", "d/e/f.yaml": "f", "d/up": "-> ..: error: is a directory",
				"x": "-> d/e: error: is a directory", "d/h.yaml": "-> ../x/f.yaml: f", "y.yaml": "-> ./d//e/./f.yaml: f",
				// x is d/e, so that x/.. is d, as in Linux.
				"d/g.yaml": "-> up/x/../a.yaml: error: file does not exist",
			},
		},
		"links that lead nowhere": {
			reason: "who does not open them is not hurt by them",
			items: []item{
				symlink("none", "missing"), symlink("through", "none/../a.yaml"), symlink("file", "a.yaml/b"), file("a.yaml", "a"),
				symlink("one", "two"), symlink("two", "three/x"), symlink("three", "one"), symlink("self", "self"), symlink("to", "one"),
				symlink("empty", ""),
			},
			want: map[string]string{
				"none": "-> missing: error: file does not exist", "file": "-> a.yaml/b: error: file does not exist", "a.yaml": "a",
				"one": "-> two: error: the symbolic link leads in a circle", "two": "-> three/x: error: the symbolic link leads in a circle",
				"three": "-> one: error: the symbolic link leads in a circle", "self": "-> self: error: the symbolic link leads in a circle",
				"to": "-> one: error: the symbolic link leads in a circle", "through": "-> none/../a.yaml: error: file does not exist",
				"empty": "-> : error: is a directory",
			},
		},
		"hard links": {
			reason: "a second name of a file",
			items:  []item{file("a/b.yaml", "b"), hardlink("c.yaml", "./a/b.yaml"), file("x.bin", "x"), hardlink("y.bin", "x.bin")},
			want:   map[string]string{"a/b.yaml": "b", "c.yaml": "b", "x.bin": noKustomization, "y.bin": noKustomization},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := receive(t, sent(archive(t, tc.items...)), upload.Options{Limits: tc.limits})
			if d := cmp.Diff(tc.want, contents(t, u.Tree)); d != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, d)
			}
		})
	}
}

// TestTreeIsFS: the standard library's own check of a file system.
func TestTreeIsFS(t *testing.T) {
	t.Parallel()
	items := []item{file("a.yaml", "a"), file("d/e/f.yaml", "f"), symlink("d/g.yaml", "e/f.yaml"), dir("empty"), file("empty.yaml", "")}
	u := receive(t, sent(archive(t, items...)), upload.Options{})
	if err := fstest.TestFS(u.Tree, "a.yaml", "d/e/f.yaml", "d/g.yaml", "empty", "empty.yaml"); err != nil {
		t.Error(err)
	}
	if _, err := fs.ReadDir(u.Tree, "a.yaml"); err == nil {
		t.Error("a file was listed")
	}
}

// TestTreeIsImmutable: what a caller does with a file's content hurts no other.
func TestTreeIsImmutable(t *testing.T) {
	t.Parallel()
	u := receive(t, sent(archive(t, file("a.yaml", "abc"))), upload.Options{})
	data, err := u.Tree.ReadFile("a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data[0] = 'x'
	if d := cmp.Diff(map[string]string{"a.yaml": "abc"}, contents(t, u.Tree)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestKnown: what is known is verified and not unpacked.
func TestKnown(t *testing.T) {
	t.Parallel()
	packed := archive(t, file("a.yaml", "a"))
	var asked []string
	known := func(checksum string) bool {
		asked = append(asked, checksum)
		return true
	}
	s := sent(packed)
	u := receive(t, s, upload.Options{Known: known})
	if u.Tree != nil || !s.drained() {
		t.Errorf("tree %v, drained %t; want none, true", u.Tree, s.drained())
	}
	if d := cmp.Diff([]string{announced(packed).GetChecksum()}, asked); d != "" {
		t.Errorf("asked -want +got:\n%s", d)
	}
	s = sent(packed)
	s.messages = append(s.messages, piece([]byte("x")))
	if _, err := upload.Receive(s, upload.Options{Known: known}); err == nil {
		t.Error("a known checksum with other content was accepted")
	}
}

// TestTransport: the stream's own failure outranks what was received, and stays visible.
func TestTransport(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	whole := sent(archive(t, file("a.yaml", "a"))).messages
	for n := range len(whole) + 1 {
		s := &stream{messages: whole[:n], end: lost}
		_, err := upload.Receive(s, upload.Options{})
		if rejected, ok := errors.AsType[*upload.RejectedError](err); !errors.Is(err, lost) || ok {
			t.Errorf("after %d messages: %v (rejected %v), want %v", n, err, rejected, lost)
		}
	}
}
