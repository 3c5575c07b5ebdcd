package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"
)

// FromDir reads a directory as if it had been archived. Nothing outside of it is read.
func FromDir(dir string, limits Limits) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	tree, err := FromFS(root.FS(), limits)
	return tree, errors.Join(err, root.Close())
}

// FromFS reads a file system as if it had been archived: what is neither a file nor a directory nor a symbolic link is
// left out, as whoever archives a repository leaves it out, and the rest is filtered and limited as Read does it. The error is a
// [*RejectedError] when what the file system holds is at fault. Symbolic links are read if it is an fs.ReadLinkFS,
// and are left out otherwise.
func FromFS(fsys fs.FS, limits Limits) (*Tree, error) {
	limits = limits.WithDefaults()
	w := &walk{fsys: fsys, builder: newBuilder(limits), left: limits.Uncompressed, limit: limits.Uncompressed}
	if err := fs.WalkDir(fsys, ".", w.visit); err != nil {
		return nil, err
	}
	return w.builder.tree()
}

// walk puts the entries of a file system into a tree.
type walk struct {
	fsys        fs.FS
	builder     *builder
	left, limit int64 // bytes
}

func (w *walk) visit(name string, e fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("read the directory %s: %w", name, err)
	case e.IsDir() && inGit(name):
		return fs.SkipDir
	case name == "." || inGit(name):
		return nil
	}
	if err := w.builder.count(); err != nil {
		return err
	}
	if _, err := w.builder.name(name); err != nil {
		return err
	}
	if !utf8.ValidString(name) {
		if isData(name) {
			return rejectf(name, "the name is not UTF-8")
		}
		return nil
	}
	switch {
	case e.IsDir():
		return w.builder.dir(name)
	case e.Type() == fs.ModeSymlink:
		return w.link(name)
	case e.Type().IsRegular():
		return w.file(name, e)
	}
	return nil
}

func (w *walk) link(name string) error {
	links, ok := w.fsys.(fs.ReadLinkFS)
	if !ok {
		return nil
	}
	target, err := links.ReadLink(name)
	if err != nil {
		return fmt.Errorf("read the symbolic link %s: %w", name, err)
	}
	return w.builder.symlink(name, target)
}

func (w *walk) file(name string, e fs.DirEntry) error {
	stat, err := e.Info()
	if err != nil {
		return fmt.Errorf("read the file %s: %w", name, err)
	}
	if w.left -= stat.Size(); w.left < 0 {
		return exceedf("", "the files have more than the %d bytes that are allowed", w.limit)
	}
	var file fs.File
	err = w.builder.file(name, stat.Size(), func() (io.Reader, error) {
		file, err = w.fsys.Open(name)
		return file, err
	})
	if file != nil {
		err = errors.Join(err, file.Close())
	}
	if rejected, ok := errors.AsType[*RejectedError](err); ok {
		return rejected
	}
	if err != nil {
		return fmt.Errorf("read the file %s: %w", name, err)
	}
	return nil
}
