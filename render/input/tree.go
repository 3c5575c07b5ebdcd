package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Limits bound what an input may cost. A field that is 0 has its value of [DefaultLimits].
type Limits struct {
	FileBytes  int // size of one file
	TotalBytes int // size of all files that are read
	Files      int // files that are read
	Documents  int // objects, with the items of lists and what kustomize builds
	Depth      int // nesting of values in a document
	Values     int // values in a document, with aliases expanded
}

// DefaultLimits are 16 MiB a file, 256 MiB in all, 20,000 files, 100,000 objects, and documents of 100 levels and
// 1,000,000 values.
func DefaultLimits() Limits {
	return Limits{FileBytes: 16 << 20, TotalBytes: 256 << 20, Files: 20_000, Documents: 100_000, Depth: 100, Values: 1_000_000}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	return Limits{
		FileBytes: either(l.FileBytes, d.FileBytes), TotalBytes: either(l.TotalBytes, d.TotalBytes), Files: either(l.Files, d.Files),
		Documents: either(l.Documents, d.Documents), Depth: either(l.Depth, d.Depth), Values: either(l.Values, d.Values),
	}
}

func either(set, otherwise int) int {
	if set > 0 {
		return set
	}
	return otherwise
}

// tree reads files, each once, within the limits and inside the file system.
type tree struct {
	fsys   fs.FS
	show   func(string) string
	limits Limits
	bytes  int
	files  map[string]*source.File
	parsed map[*source.File]parsed
}

type parsed struct {
	documents []*source.Document
	problems  []source.Problem
}

func newTree(fsys fs.FS, o Options) *tree {
	show := o.Show
	if show == nil {
		show = func(name string) string { return name }
	}
	return &tree{fsys: fsys, show: show, limits: o.Limits.withDefaults(), files: map[string]*source.File{}, parsed: map[*source.File]parsed{}}
}

// The reasons why a file is not read.
var (
	errOutside = errors.New("it leads out of the input")
	errLoop    = errors.New("its symbolic links lead in a circle")
)

// limitError is a limit that a file hits.
type limitError string

func (e limitError) Error() string { return string(e) }

// file reads a file. Its path may lead through symbolic links that stay inside the file system.
func (t *tree) file(name string) (*source.File, error) {
	if f := t.files[name]; f != nil {
		return f, nil
	}
	resolved, err := t.resolve(name)
	if err != nil {
		return nil, err
	}
	return t.read(name, resolved)
}

// read reads a file whose real path is known.
func (t *tree) read(name, resolved string) (*source.File, error) {
	if f := t.files[name]; f != nil {
		return f, nil
	}
	if len(t.files) >= t.limits.Files {
		return nil, limitError(fmt.Sprintf("there are more than %d files", t.limits.Files))
	}
	data, err := t.content(resolved)
	if err != nil {
		return nil, err
	}
	if t.bytes += len(data); t.bytes > t.limits.TotalBytes {
		return nil, limitError(fmt.Sprintf("the files have more than %d bytes in all", t.limits.TotalBytes))
	}
	f := source.NewFile(t.show(name), data)
	t.files[name] = f
	return f, nil
}

// content reads at most one byte more than a file may have.
func (t *tree) content(resolved string) ([]byte, error) {
	f, err := t.fsys.Open(resolved)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(t.limits.FileBytes)+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > t.limits.FileBytes {
		return nil, limitError(fmt.Sprintf("the file has more than %d bytes", t.limits.FileBytes))
	}
	return data, nil
}

// parse reads the documents of a file, once.
func (t *tree) parse(f *source.File) parsed {
	p, ok := t.parsed[f]
	if !ok {
		p.documents, p.problems = source.Parse(f, source.Limits{
			Bytes: t.limits.FileBytes, Documents: t.limits.Documents, Depth: t.limits.Depth, Nodes: t.limits.Values,
		})
		t.parsed[f] = p
	}
	return p
}

// problems tells what cannot be read in a file. The lines of a file with a Secret are not shown.
func (t *tree) problems(f *source.File) diag.List {
	diags := Problems(t.parse(f).problems)
	for i := range diags {
		diags[i].Secret = ofSecret().MatchString(f.Text())
	}
	return diags
}

// maxLinks is the number of symbolic links in one path, as in Linux.
const maxLinks = 40

// resolve replaces the symbolic links in a path. A link that leaves the file system is an error, so that
// a file system that follows links, as os.DirFS does, is as closed as any other.
func (t *tree) resolve(name string) (string, error) {
	links, ok := t.fsys.(fs.ReadLinkFS)
	if !ok || name == "." {
		return name, nil
	}
	at, rest := ".", strings.Split(name, "/")
	for count := 0; len(rest) > 0; {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		info, err := links.Lstat(next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if count++; count > maxLinks {
			return "", errLoop
		}
		target, err := links.ReadLink(next)
		if err != nil {
			return "", err
		}
		joined := path.Join(at, target)
		if path.IsAbs(target) || !fs.ValidPath(joined) {
			return "", errOutside
		}
		if joined != "." {
			rest = append(strings.Split(joined, "/"), rest...)
		}
		at = "."
	}
	return at, nil
}

// isDir reports that a path is a directory inside the file system.
func (t *tree) isDir(name string) bool {
	info, err := t.stat(name)
	return err == nil && info.IsDir()
}

func (t *tree) stat(name string) (fs.FileInfo, error) {
	resolved, err := t.resolve(name)
	if err != nil {
		return nil, err
	}
	return fs.Stat(t.fsys, resolved)
}

// entries lists a directory in the order of names.
func (t *tree) entries(name string) ([]fs.DirEntry, error) {
	resolved, err := t.resolve(name)
	if err != nil {
		return nil, err
	}
	return fs.ReadDir(t.fsys, resolved)
}

// unreadable reports why a path was not read.
func (t *tree) unreadable(diags *diag.List, name string, err error) {
	span := source.PathSpan(t.show(name))
	var limit limitError
	switch {
	case errors.As(err, &limit):
		diags.Errorf(diag.InputLimit, span, "%s", limit)
	case errors.Is(err, errOutside):
		diags.Errorf(diag.InputLink, span, "the symbolic link is not read: %v", err)
	case errors.Is(err, fs.ErrNotExist):
		diags.Errorf(diag.InputPath, span, "there is no such file or directory")
	default:
		diags.Errorf(diag.InputPath, span, "it cannot be read: %v", reason(err))
	}
}

// reason is an error without the path that the operating system puts before it.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
