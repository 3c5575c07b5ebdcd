package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackageDocs: a reader of any package learns first what it is for, in one place.
func TestPackageDocs(t *testing.T) {
	t.Parallel()
	for _, p := range must(t, packages) {
		var docs []string
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles) {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil && !ast.IsGenerated(f) {
				docs = append(docs, f.Doc.Text())
			}
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command " + filepath.Base(p.Dir) + " "
		}
		switch {
		case len(docs) != 1:
			t.Errorf("%s: %d package comments, want 1", p.ImportPath, len(docs))
		case !strings.HasPrefix(docs[0], want):
			t.Errorf("%s: the package comment starts %q, want %q", p.ImportPath, strings.SplitN(docs[0], "\n", 2)[0], want+"…")
		case p.inRender() && strings.Count(docs[0], "\n") < 5:
			t.Errorf("%s: the package comment has %d lines; say what comes in, what goes out, what it never does", p.ImportPath, strings.Count(docs[0], "\n"))
		}
	}
}

// TestRenderDeps: render/ is pure. Transitive imports bring no cluster and no GitOps
// engine, direct ones no way to reach the outside.
func TestRenderDeps(t *testing.T) {
	t.Parallel()
	transitive := map[string]string{
		"k8s.io/client-go/":                  "a renderer has no cluster, and clients cost hundreds of packages at start-up",
		"sigs.k8s.io/controller-runtime/":    "a renderer has no cluster",
		"github.com/argoproj/":               "GitOps engines call the renderer, not the reverse",
		"github.com/fluxcd/":                 "GitOps engines call the renderer, not the reverse",
		"github.com/kubernetes-sigs/kro/":    "kro is compared with in test/kro, never linked in",
		module + "/cmd/":                     "commands call the renderer, not the reverse",
		module + "/gitops/":                  "gitops/ calls the renderer, not the reverse",
		"k8s.io/apiserver/pkg/cel/openapi/r": "the resolver drags client-go in",
	}
	direct := map[string]string{
		"os": "files are handed in", "os/": "no processes, signals or users", "net": "no network", "net/": "no network",
		"log": "problems are diagnostics", "log/": "problems are diagnostics", "math/rand": "same input, same bytes",
		"math/rand/": "same input, same bytes", "crypto/rand": "same input, same bytes", "syscall": "no processes", "unsafe": "no tricks",
		"io/ioutil": "files are handed in", "plugin": "no code from outside", "expvar": "no globals", "flag": "options are values",
	}
	for _, p := range must(t, packages) {
		if !p.inRender() {
			continue
		}
		report(t, p, p.Deps, transitive, "depends on")
		report(t, p, p.Imports, direct, "imports")
	}
}

// report fails for every path of the list that is named in the rules, or lies below a rule that ends in a slash.
func report(t *testing.T, p goPackage, list []string, rules map[string]string, verb string) {
	t.Helper()
	for _, path := range list {
		for rule, why := range rules {
			if path == rule || (strings.Contains(rule, "/") && strings.HasSuffix(rule, "/") && strings.HasPrefix(path, rule)) {
				t.Errorf("%s %s %s: %s", p.rel(), verb, path, why)
			}
		}
	}
}

// TestRenderClock: what the linter forbids by name is forbidden to render/ however the package is imported.
func TestRenderClock(t *testing.T) {
	t.Parallel()
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep", "Local", "LoadLocation"}
	for _, s := range must(t, sources) {
		if !strings.HasPrefix(s.path, "render/") || s.isTest() {
			continue
		}
		name := importName(s.file, "time")
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || name == "" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == name && slices.Contains(clock, sel.Sel.Name) {
				t.Errorf("%s: time.%s: render/ has no clock, the time is handed in", s.at(sel), sel.Sel.Name)
			}
			return true
		})
	}
}

// importName is the name under which a file imports a package, "" when it does not.
func importName(f *ast.File, path string) string {
	for _, spec := range f.Imports {
		if spec.Path.Value == `"`+path+`"` {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path[strings.LastIndex(path, "/")+1:]
		}
	}
	return ""
}

// layers is the order in which data flows through render/ and gitops/. A package imports only
// packages that stand before it: docs/architecture.md#imports.
func layers() []string {
	return []string{
		"render/lazyregexp",
		"render/fieldpath",
		"render/source",
		"render/diag",
		"render/input",
		"render/config",
		"render/simpleschema",
		"render/catalog",
		"render/expr/guard",
		"render/crd",
		"render/rgd",
		"render/expr/value",
		"render/expr/typing",
		"render/expr/dialect",
		"render/expr",
		"render/graph",
		"render/admission",
		"render/eval",
		"render/emit",
		"render",
		"gitops/api/v1alpha1",
		"gitops/observe/known",
		"gitops/observe/demand",
		"gitops/observe/access",
		"gitops/observe/readiness",
		"gitops/observe/projection",
		"gitops/observe/watch",
		"gitops/observe/observer",
		"gitops/archive",
		"gitops/flux/fetch",
		"gitops/flux/decision",
		"gitops/flux/publish",
		"gitops/flux/guard",
		"gitops/flux/hydrate",
		"gitops/flux/reconciler",
		"gitops/argocd/plugin",
		"gitops/argocd/upload",
		"gitops/argocd/health",
		"gitops/argocd/wave",
		"gitops/argocd/parameters",
		"gitops/argocd/application",
		"gitops/argocd/service",
		"gitops/argocd/tracking",
		"gitops/argocd/feedback",
		"gitops/observe/refresh",
	}
}

// TestImportDirection: a stage knows the stages before it and none after it.
func TestImportDirection(t *testing.T) {
	t.Parallel()
	order := layers()
	for _, p := range must(t, packages) {
		if !p.inRender() && !p.inGitops() {
			continue
		}
		at := slices.Index(order, p.rel())
		if at < 0 {
			t.Errorf("%s has no place in the table of layers", p.rel())
			continue
		}
		for _, path := range p.Imports {
			dep, ours := strings.CutPrefix(path, module+"/")
			if ours && slices.Index(order, dep) >= at {
				t.Errorf("%s imports %s, which stands after it", p.rel(), dep)
			}
		}
	}
}
