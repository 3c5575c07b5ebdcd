package archive_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/archive"
)

// TestFromDir: a directory gives the tree that its archive would give.
func TestFromDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "a", "apps/web/b.json": "b", "main.go": "x", ".git/config.yaml": "x", "k/Kustomization": "k", "k/app.env": "e", "empty.yaml": "",
	} {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("../a.yaml", filepath.Join(dir, "apps", "c.yaml")), os.Symlink("/", filepath.Join(dir, ".git", "root"))); err != nil {
		t.Fatal(err)
	}
	// What the maker of an archive leaves out.
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	tree, err := archive.FromDir(dir, archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"a.yaml": "a", "apps/web/b.json": "b", "apps/c.yaml": "-> ../a.yaml: a", "k/Kustomization": "k", "k/app.env": "e", "empty.yaml": "",
		"main.go": "error: it was not kept from the archive: it is neither YAML nor JSON, and no directory above it has a kustomization",
	}
	if d := cmp.Diff(want, contents(t, tree)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestFromFSRefusals: what is wrong is found as in an archive, and a file system's own errors stay visible.
func TestFromFSRefusals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		fsys     fs.FS
		limits   archive.Limits
		want     string
		rejected bool
	}{
		"link out": {
			reason: "as in an archive", fsys: fstest.MapFS{"a/b": {Data: []byte("../.."), Mode: fs.ModeSymlink}},
			want: "a/b: the symbolic link to ../.. leaves the tree", rejected: true,
		},
		"entries": {
			reason: "as in an archive", fsys: fstest.MapFS{"a": {}, "b": {}}, limits: archive.Limits{Entries: 1},
			want: "the archive has more than the 1 entries that are allowed", rejected: true,
		},
		"bytes": {
			reason: "as in an archive", fsys: fstest.MapFS{"a": {Data: make([]byte, 10)}, "b": {Data: make([]byte, 10)}}, limits: archive.Limits{Uncompressed: 19},
			want: "the files have more than the 19 bytes that are allowed", rejected: true,
		},
		"long name": {
			reason: "as in an archive", fsys: fstest.MapFS{"abc/def": {}}, limits: archive.Limits{NameBytes: 6},
			want: "abc/def: the name has more than the 6 bytes that are allowed", rejected: true,
		},
		"unreadable": {
			reason: "the machine's fault", fsys: broken{fstest.MapFS{"a.yaml": {}}}, want: "read the file a.yaml: open a.yaml: permission denied",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := archive.FromFS(tc.fsys, tc.limits)
			if err == nil {
				t.Fatalf("%s: accepted", tc.reason)
			}
			if d := cmp.Diff(tc.want, err.Error()); d != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, d)
			}
			if _, ok := errors.AsType[*archive.RejectedError](err); ok != tc.rejected {
				t.Errorf("%s: rejected %t, want %t", tc.reason, ok, tc.rejected)
			}
		})
	}
	if _, err := archive.FromDir(filepath.Join(t.TempDir(), "none"), archive.Limits{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// broken is a file system whose files cannot be opened.
type broken struct{ fstest.MapFS }

func (b broken) Open(name string) (fs.File, error) {
	if name == "." {
		return b.MapFS.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
