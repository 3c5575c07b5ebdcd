package fidelity_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/test/e2e/process"
)

// render.testdata has an archive for every feature of the language and every problem that an instance or an object can have.
const archives = "render/testdata/*/*.txtar"

// left are archives that no server is asked about, and why.
func left() map[string]string {
	return map[string]string{
		"limits/rules": "an API server reads 1e-999999999 as a quantity, and takes all the memory and time that there is for it",
	}
}

// sample is what an archive compiles to.
type sample struct {
	name    string
	in      render.Input
	program *render.Program
	diags   diag.List // of compiling
}

// samples are the archives that can be read and compiled and that ask for no options, which stand for other servers than a plain one.
func samples(t *testing.T) []sample {
	t.Helper()
	root := process.Root(t)
	paths, err := filepath.Glob(filepath.Join(root, archives))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	asked := left()
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if comment := string(archive.Comment); strings.Contains(comment, "\noptions: ") || strings.Contains(comment, "\nroots: ") {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), ".txtar")
		if _, ok := asked[name]; ok {
			delete(asked, name)
			continue
		}
		if in, ok := load(archive); ok {
			if program, diags := engine.Compile(in, render.Options{KubernetesVersion: version}); !failed(diags) {
				all = append(all, sample{name, in, program, diags})
			}
		}
	}
	for name := range asked {
		t.Errorf("%s is to be left out, and is not there", name)
	}
	return all
}

// load reads the files of an archive. It is not ok when they cannot all be read.
func load(archive *txtar.Archive) (render.Input, bool) {
	fsys, observed := fstest.MapFS{}, fstest.MapFS{}
	for _, f := range archive.Files {
		switch first, _, _ := strings.Cut(f.Name, "/"); first {
		case "want":
		case "observed", "observed.yaml":
			observed[f.Name] = &fstest.MapFile{Data: f.Data}
		default:
			fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	set, diags := input.Load(fsys, []string{"."}, input.Options{Ignore: []string{"crds", "library"}})
	in := render.Input{RGDs: input.Nodes(set.RGDs), CRDs: input.Nodes(set.CRDs), Objects: input.Nodes(set.Objects)}
	for _, dir := range []string{"crds", "library"} {
		if _, err := fsys.Stat(dir); err != nil {
			continue
		}
		known, problems := input.Load(fsys, []string{dir}, input.Options{})
		diags = append(diags, problems...)
		in.Library = append(in.Library, input.Nodes(known.RGDs)...)
		for _, n := range input.Nodes(known.CRDs) {
			kinds, problems := catalog.ReadCRD(n)
			diags = append(diags, problems...)
			in.Known = append(in.Known, kinds...)
		}
	}
	if len(observed) > 0 {
		live, problems := input.LoadObserved(observed, []string{"."}, input.Options{})
		diags = append(diags, problems...)
		in.Observed = eval.Whole(live)
	}
	return in, !failed(diags)
}

func failed(list diag.List) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
}
