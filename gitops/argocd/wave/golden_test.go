package wave_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

var update = flag.Bool("update", false, "rewrite the golden sections")

// newEngine makes the one engine of all tests.
var newEngine = sync.OnceValues(render.NewEngine)

// outcome is what comes of an input.
type outcome struct {
	program    *render.Program
	result     *render.Result
	placements []wave.Placement
	objects    []map[string]any
	diags      diag.List
}

// settings are what an archive says in the line "options: NAME=VALUE…" of its comment.
type settings struct {
	mode  render.Mode
	waves wave.Options
}

// settle renders the files and places the objects.
func settle(tb testing.TB, files fstest.MapFS, s settings) outcome {
	tb.Helper()
	engine, err := newEngine()
	if err != nil {
		tb.Fatal(err)
	}
	set, diags := input.Load(files, []string{"."}, input.Options{Ignore: []string{"observed.yaml"}})
	in := render.Input{RGDs: input.Nodes(set.RGDs), CRDs: input.Nodes(set.CRDs), Objects: input.Nodes(set.Objects)}
	if files["observed.yaml"] != nil {
		observed, problems := input.LoadObserved(files, []string{"observed.yaml"}, input.Options{})
		in.Observed, diags = eval.Whole(observed), append(diags, problems...)
	}
	program, more := engine.Compile(in, render.Options{Mode: s.mode, AllowEmpty: true})
	diags = append(diags, more...)
	out := outcome{program: program}
	out.result, more = program.Render()
	if diags = append(diags, more...); diags.HasErrors() {
		var text bytes.Buffer
		_ = diag.Print(&text, diags.Sorted(), diag.Style{})
		tb.Fatalf("the input does not render:\n%s", text.String())
	}
	out.placements, _ = wave.Place(program, out.result, s.waves)
	out.objects, out.diags = wave.Annotate(program, out.result, s.waves)
	return out
}

// TestGolden renders every archive below testdata and holds what comes of it against the
// sections that it has: waves, with phase and reason; manifests.yaml; diagnostics.
func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, want := fstest.MapFS{}, map[string]string{}
			for _, f := range archive.Files {
				if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
					want[name] = string(f.Data)
				} else {
					files[f.Name] = &fstest.MapFile{Data: f.Data}
				}
			}
			got := settle(t, files, options(t, archive)).sections(t)
			if _, ok := want["manifests.yaml"]; !ok {
				delete(got, "manifests.yaml")
			}
			if *update {
				save(t, path, archive, got)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got (make update rewrites the sections):\n%s", diff)
			}
		})
	}
}

// options reads the comment of an archive.
func options(t *testing.T, archive *txtar.Archive) settings {
	t.Helper()
	s := settings{}
	for line := range strings.Lines(string(archive.Comment)) {
		words, ok := strings.CutPrefix(line, "options: ")
		if !ok {
			continue
		}
		for word := range strings.FieldsSeq(words) {
			var err error
			switch name, value, _ := strings.Cut(word, "="); name {
			case "mode":
				s.mode = render.Mode(value)
			case "strategy":
				s.waves.Strategy = wave.Strategy(value)
			case "base":
				s.waves.Base, err = strconv.Atoi(value)
			case "stride":
				s.waves.Stride, err = strconv.Atoi(value)
			default:
				err = fmt.Errorf("there is no option %q", name)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func (o outcome) sections(t *testing.T) map[string]string {
	t.Helper()
	sections := map[string]string{}
	var text bytes.Buffer
	if err := diag.Print(&text, o.diags, diag.Style{}); err != nil {
		t.Fatal(err)
	}
	if text.Len() > 0 {
		sections["diagnostics"] = text.String()
	}
	if o.diags.HasErrors() {
		return sections
	}
	var waves, manifests bytes.Buffer
	for i, object := range o.objects {
		at := o.placements[i]
		fmt.Fprintf(&waves, "%s %3d  %s — %s\n", at.Phase, at.Wave, o.title(i), at.Reason)
		if at.Author != (annotation(object, "argocd.argoproj.io/sync-wave") == annotation(o.result.Objects[i].Value, "argocd.argoproj.io/sync-wave")) {
			t.Errorf("%s: author is %v, but the annotation says %q", o.title(i), at.Author, annotation(object, "argocd.argoproj.io/sync-wave"))
		}
	}
	if err := emit.YAML(&manifests, o.objects); err != nil {
		t.Fatal(err)
	}
	sections["waves"], sections["manifests.yaml"] = waves.String(), manifests.String()
	return sections
}

// title names an object of the result, and the node that made it.
func (o outcome) title(i int) string {
	object := o.result.Objects[i]
	metadata, _ := object.Value["metadata"].(map[string]any)
	text := fmt.Sprintf("%v/%v", object.Value["kind"], metadata["name"])
	if object.Node != "" {
		text += " (" + object.Node + ")"
	}
	return text
}

func annotation(object map[string]any, key string) any {
	metadata, _ := object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	return annotations[key]
}

func save(t *testing.T, path string, archive *txtar.Archive, sections map[string]string) {
	t.Helper()
	files := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want/") })
	for _, name := range []string{"waves", "manifests.yaml", "diagnostics"} {
		if text, ok := sections[name]; ok {
			files = append(files, txtar.File{Name: "want/" + name, Data: []byte(text)})
		}
	}
	text := txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: files})
	if bytes.Equal(text, txtar.Format(archive)) {
		return
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
