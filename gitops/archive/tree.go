package archive

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Tree is a repository in memory, as an fs.FS that follows symbolic links inside itself. A file that was not kept has a
// size, and opening it is an error that says why.
type Tree struct {
	root   *node
	bytes  int64
	digest string
}

var (
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.ReadLinkFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
)

// Bytes is the memory that the tree holds, in bytes: contents, names and directories.
func (t *Tree) Bytes() int64 { return t.bytes }

// Open opens a file or a directory. Every link on the way is followed.
func (t *Tree) Open(name string) (fs.File, error) {
	n, err := t.find(name, true)
	if err == nil && n.missing != "" {
		err = omitted(n.missing)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if n.isDir() {
		return &openDir{info: info{n}, rest: n.entries}, nil
	}
	return &openFile{info: info{n}, rest: n.data}, nil
}

// ReadDir lists a directory in the order of names.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find(name, true)
	if err == nil && !n.isDir() {
		err = errNotDir
	}
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return dirEntries(n.entries), nil
}

// ReadFile returns the content of a file, as a copy.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	n, err := t.find(name, true)
	switch {
	case err != nil:
	case n.isDir():
		err = errIsDir
	case n.missing != "":
		err = omitted(n.missing)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return slices.Clone(n.data), nil
}

// Stat describes what a path leads to, links followed.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find(name, true)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return info{n}, nil
}

// Lstat describes what a path leads to; a link at its end is not followed.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.find(name, false)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return info{n}, nil
}

// ReadLink returns the target of a symbolic link as the archive has it.
func (t *Tree) ReadLink(name string) (string, error) {
	n, err := t.find(name, false)
	if err == nil && !n.isLink() {
		err = fs.ErrInvalid
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return n.target, nil
}

var (
	errNotDir = errors.New("not a directory")
	errIsDir  = errors.New("is a directory")
	errCircle = errors.New("the symbolic link leads in a circle")
)

// find is the node of a path; a link at its end is followed if asked for.
func (t *Tree) find(name string, follow bool) (*node, error) { //nolint:revive // flag-parameter: the two kinds of fs.ReadLinkFS
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	at := t.root
	if name == "." {
		return at, nil
	}
	for rest, more := name, true; more; {
		var element string
		element, rest, more = strings.Cut(rest, "/")
		if !at.isDir() {
			return nil, fs.ErrNotExist
		}
		next := at.child(element)
		if next == nil {
			return nil, fs.ErrNotExist
		}
		if next.isLink() && (more || follow) {
			var err error
			if next, err = next.follow(); err != nil {
				return nil, err
			}
		}
		at = next
	}
	return at, nil
}

// follow is the node at the end of a link.
func (n *node) follow() (*node, error) {
	switch {
	case n.state == circular:
		return nil, errCircle
	case n.end.lost:
		return nil, fs.ErrNotExist
	}
	return n.end.node, nil
}

// info describes a node.
type info struct{ *node }

func (i info) Name() string {
	if i.parent == nil {
		return "."
	}
	return i.name
}

func (i info) Size() int64 { return i.size }

func (i info) Mode() fs.FileMode {
	if i.isDir() {
		return i.kind | 0o555
	}
	return i.kind | 0o444
}

// ModTime is the zero time: what a repository renders to does not depend on when it was checked out.
func (i info) ModTime() time.Time         { return time.Time{} }
func (i info) IsDir() bool                { return i.isDir() }
func (i info) Sys() any                   { return nil }
func (i info) Type() fs.FileMode          { return i.kind }
func (i info) Info() (fs.FileInfo, error) { return i, nil }
func (i info) String() string             { return fs.FormatFileInfo(i) }

func dirEntries(nodes []*node) []fs.DirEntry {
	list := make([]fs.DirEntry, len(nodes))
	for i, n := range nodes {
		list[i] = info{n}
	}
	return list
}

// openFile reads a file once.
type openFile struct {
	info info
	rest []byte
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f *openFile) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *openFile) Close() error { return nil }

// openDir lists a directory once.
type openDir struct {
	info info
	rest []*node
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.path(), Err: errIsDir}
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	list := dirEntries(d.rest[:n])
	d.rest = d.rest[n:]
	return list, nil
}

func (d *openDir) Close() error { return nil }
