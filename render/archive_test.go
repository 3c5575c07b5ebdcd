package render_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

// wants is the directory of the golden sections.
const wants = "want/"

// newEngine makes the one engine of all tests, so that they also share it as callers do.
var newEngine = sync.OnceValues(render.NewEngine)

// scenario is an archive of testdata: the files of a user, what was asked of the command
// and what comes of it. Its comment says in a paragraph what it is about, then may have
// lines "options: WORD… NAME=VALUE…" and "roots: PATH…", whose words stand for flags of the command.
//
// What is in crds/ is given as --crds, library/ as --rgds, observed/ and observed.yaml
// as --observed, and all other files are the input.
type scenario struct {
	path    string
	archive *txtar.Archive
	options render.Options
	limits  input.Limits
	roots   []string
}

// scenarios are all archives, by their names.
func scenarios(tb testing.TB) map[string]*scenario {
	tb.Helper()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no archives: %v", err)
	}
	all := make(map[string]*scenario, len(paths))
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		s, err := newScenario(archive)
		if err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		s.path = path
		all[strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), "testdata/"), ".txtar")] = s
	}
	return all
}

func newScenario(archive *txtar.Archive) (*scenario, error) {
	s := &scenario{archive: archive, roots: []string{"."}}
	for line := range strings.Lines(string(archive.Comment)) {
		if words, ok := strings.CutPrefix(line, "roots: "); ok {
			s.roots = strings.Fields(words)
		}
		if words, ok := strings.CutPrefix(line, "options: "); ok {
			for word := range strings.FieldsSeq(words) {
				if err := s.option(word); err != nil {
					return nil, err
				}
			}
		}
	}
	return s, nil
}

func (s *scenario) option(word string) error {
	name, value, _ := strings.Cut(word, "=")
	numbers := map[string]*int{
		"max-items": &s.options.MaxItems, "max-objects": &s.options.MaxObjects, "max-dimensions": &s.options.MaxDimensions,
		"file-bytes": &s.limits.FileBytes, "files": &s.limits.Files, "documents": &s.limits.Documents, "depth": &s.limits.Depth,
	}
	switches := map[string]*bool{
		"strict": &s.options.Strict, "refuse-objects": &s.options.RefuseObjects, "allow-empty": &s.options.AllowEmpty,
		"omit": &s.options.Omit, "drop-nulls": &s.options.DropNulls,
	}
	texts := map[string]*string{"namespace": &s.options.Namespace, "kubernetes": &s.options.KubernetesVersion, "mode": (*string)(&s.options.Mode)}
	var err error
	switch {
	case switches[name] != nil:
		*switches[name] = true
	case texts[name] != nil:
		*texts[name] = value
	case numbers[name] != nil:
		*numbers[name], err = strconv.Atoi(value)
	case name == "budget":
		s.options.Budget, err = strconv.ParseUint(value, 10, 64)
	default:
		err = fmt.Errorf("there is no option %q", name)
	}
	return err
}

// want are the golden sections of the archive.
func (s *scenario) want() map[string]string {
	sections := map[string]string{}
	for _, f := range s.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, wants); ok {
			sections[name] = string(f.Data)
		}
	}
	return sections
}

// role is what a file is given as.
func role(name string) string {
	first, _, inside := strings.Cut(name, "/")
	switch {
	case first+"/" == wants:
		return "want"
	case name == "observed.yaml" || first == "observed":
		return "observed"
	case inside && (first == "crds" || first == "library"):
		return first
	}
	return "input"
}

// fsys are the files of the user. A file whose content is "symlink TARGET" is a symbolic link.
func (s *scenario) fsys() fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range s.archive.Files {
		if role(f.Name) == "want" {
			continue
		}
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		if target, ok := strings.CutPrefix(string(f.Data), "symlink "); ok {
			fsys[f.Name] = &fstest.MapFile{Data: []byte(strings.TrimSpace(target)), Mode: fs.ModeSymlink}
		}
	}
	return fsys
}

// given are the paths that are given with the flags of a role, and those of krowave.yaml.
func (s *scenario) given(as string, configured []string) []string {
	paths := slices.Clone(configured)
	for _, f := range s.archive.Files {
		if first, _, _ := strings.Cut(f.Name, "/"); role(f.Name) == as && !slices.Contains(paths, first) {
			paths = append(paths, first)
		}
	}
	return paths
}

// load reads the files as the command does. The options of krowave.yaml are added to o.
func (s *scenario) load(o *render.Options) (render.Input, diag.List) {
	var in render.Input
	fsys, reading := s.fsys(), input.Options{Limits: s.limits}
	file, diags := config.Find(fsys, s.roots, nil)
	o.Strict, o.Omit, o.DropNulls = o.Strict || file.Strict, o.Omit || file.Features.Omit, o.DropNulls || file.Nulls == "drop"
	set := func(roots, ignore []string) *input.Set {
		if len(roots) == 0 {
			return &input.Set{}
		}
		reading := reading
		reading.Ignore = ignore
		found, problems := input.Load(fsys, roots, reading)
		diags = append(diags, problems...)
		return found
	}
	rgds, crds, live := s.given("library", file.RGDs), s.given("crds", file.CRDs), s.given("observed", file.Observed)
	main, library, known := set(s.roots, slices.Concat(rgds, crds, live, file.Ignore)), set(rgds, nil), set(crds, nil)
	in.RGDs, in.CRDs, in.Objects = input.Nodes(main.RGDs), input.Nodes(main.CRDs), input.Nodes(main.Objects)
	in.Library = input.Nodes(library.RGDs)
	for _, n := range slices.Concat(input.Nodes(library.CRDs), input.Nodes(known.CRDs)) {
		kinds, problems := catalog.ReadCRD(n)
		diags = append(diags, problems...)
		in.Known = append(in.Known, kinds...)
	}
	if len(live) > 0 {
		observed, problems := input.LoadObserved(fsys, live, reading)
		diags = append(diags, problems...)
		in.Observed = eval.Whole(observed)
	}
	return in, diags
}

// outcome is what a render of a scenario gives.
type outcome struct {
	program *render.Program
	result  *render.Result // nil when there are errors
	diags   diag.List      // sorted
}

// render does what the command does.
func (s *scenario) render(tb testing.TB, workers int) outcome {
	tb.Helper()
	engine, err := newEngine()
	if err != nil {
		tb.Fatal(err)
	}
	o := s.options
	o.Workers = workers
	in, diags := s.load(&o)
	o.AllowEmpty = o.AllowEmpty || diags.HasErrors()
	if o.Strict {
		diags = diags.Strict()
	}
	var out outcome
	var more diag.List
	out.program, more = engine.Compile(in, o)
	diags = append(diags, more...)
	if out.program != nil {
		out.result, more = out.program.Render()
		diags = append(diags, more...)
	}
	if out.diags = diags.Sorted(); out.diags.HasErrors() {
		out.result = nil
	}
	return out
}
