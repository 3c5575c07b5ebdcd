package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/krowave/krowave"

// goPackage is what `go list` knows of one package of the product.
type goPackage struct {
	ImportPath  string
	Name        string
	Dir         string
	GoFiles     []string
	TestGoFiles []string
	Imports     []string
	Deps        []string
}

// rel is the package's directory from the root, "." for the root itself.
func (p goPackage) rel() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// inRender reports that the package belongs to the pure library. Commands below render/ are
// the programs that go:generate runs; they never ship.
func (p goPackage) inRender() bool {
	return p.Name != "main" && (p.rel() == "render" || strings.HasPrefix(p.rel(), "render/"))
}

// inGitops reports that the package belongs to an integration and ships.
func (p goPackage) inGitops() bool {
	return p.Name != "main" && strings.HasPrefix(p.rel(), "gitops/")
}

func run(dir, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...) //nolint:noctx // a listing, shared by tests with different contexts
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// root is the directory of the main module.
var root = sync.OnceValues(func() (string, error) {
	out, err := run(".", "go", "list", "-m", "-f", "{{.Dir}}")
	return strings.TrimSpace(string(out)), err
})

var packages = sync.OnceValues(func() ([]goPackage, error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	out, err := run(dir, "go", "list", "-e", "-json=ImportPath,Name,Dir,GoFiles,TestGoFiles,Imports,Deps", "./...")
	if err != nil {
		return nil, err
	}
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
})

// files are the paths of the committed tree and of what is about to be committed, from the root.
var files = sync.OnceValues(func() ([]string, error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	out, err := run(dir, "git", "ls-files", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	list := strings.Fields(string(out))
	for _, path := range list {
		// go test answers from its cache until a file changes that the test has opened: it does not see
		// that git was asked, so the directories are opened for it to see new files.
		if _, err := os.ReadDir(filepath.Dir(filepath.Join(dir, path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(path string) bool {
		info, err := os.Lstat(filepath.Join(dir, path))
		return err != nil || !info.Mode().IsRegular()
	}), nil
})

// must is the value of one of the listings above.
func must[T any](t *testing.T, load func() (T, error)) T {
	t.Helper()
	v, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(must(t, root), path))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// goSource is one parsed Go file that a person wrote.
type goSource struct {
	path string // from the root
	fset *token.FileSet
	file *ast.File
	size int // lines
}

func (s goSource) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is the place of a node as compilers write it.
func (s goSource) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.line(n.Pos()))
}

func (s goSource) line(p token.Pos) int { return s.fset.Position(p).Line }

// sources are all Go files of all modules, generated ones left out.
var sources = sync.OnceValues(func() ([]goSource, error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	paths, err := files()
	if err != nil {
		return nil, err
	}
	var list []goSource
	for _, path := range paths {
		if filepath.Ext(path) != ".go" || strings.Contains(path, "testdata/") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(dir, path), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if ast.IsGenerated(f) {
			continue
		}
		list = append(list, goSource{path: path, fset: fset, file: f, size: fset.File(f.Pos()).LineCount()})
	}
	return list, nil
})
