package input

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// view is the file system that kustomize sees: the input, read only and within the limits. What kustomize
// does not need for a build goes to an empty file system in memory.
type view struct {
	filesys.FileSystem
	tree *tree
	// replaced are files with another content than they have in the input.
	replaced map[string][]byte
	// limit is the first limit that kustomize ran into.
	limit error
}

func newView(t *tree) *view {
	return &view{FileSystem: filesys.MakeFsInMemory(), tree: t, replaced: map[string][]byte{}}
}

// nameOf is the path in the input of a path of kustomize's, which are all absolute.
func nameOf(file string) string {
	name := strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(file)), "/")
	if name == "" {
		return "."
	}
	return name
}

// absolute is the path that kustomize knows a path of the input by.
func absolute(name string) string { return filepath.FromSlash(path.Join("/", name)) }

// CleanedAbs is part of [filesys.FileSystem].
func (v *view) CleanedAbs(file string) (filesys.ConfirmedDir, string, error) {
	resolved, err := v.tree.resolve(nameOf(file))
	if err != nil {
		return "", "", err
	}
	info, err := fs.Stat(v.tree.fsys, resolved)
	if err != nil {
		return "", "", err
	}
	if info.IsDir() {
		return filesys.ConfirmedDir(absolute(resolved)), "", nil
	}
	return filesys.ConfirmedDir(absolute(path.Dir(resolved))), path.Base(resolved), nil
}

// ReadFile is part of [filesys.FileSystem].
func (v *view) ReadFile(file string) ([]byte, error) {
	name := nameOf(file)
	if data, ok := v.replaced[name]; ok {
		return data, nil
	}
	f, err := v.tree.file(name)
	if err != nil {
		var limit limitError
		if v.limit == nil && errors.As(err, &limit) {
			v.limit = err
		}
		return nil, err
	}
	return []byte(f.Text()), nil
}

// IsDir is part of [filesys.FileSystem].
func (v *view) IsDir(file string) bool { return v.tree.isDir(nameOf(file)) }

// Exists is part of [filesys.FileSystem].
func (v *view) Exists(file string) bool {
	_, err := v.tree.stat(nameOf(file))
	return err == nil
}
