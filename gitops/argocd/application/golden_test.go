package application

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/gitops/argocd/parameters"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/emit"
)

var update = flag.Bool("update", false, "rewrite the want/ sections of testdata")

// newEngine makes the one engine of all tests.
var newEngine = sync.OnceValues(render.NewEngine)

func renderer(tb testing.TB, o Options) *Renderer {
	tb.Helper()
	engine, err := newEngine()
	if err != nil {
		tb.Fatal(err)
	}
	return newRenderer(engine, o)
}

// scenario is an archive: the files of a repository, and what comes of an application in it. Its comment says what it
// is about, then may have lines "path: PATH" (of the application; "app" without it), "env: NAME=VALUE",
// "ask: announce discover" and "values: none" for a cluster that has no Observations yet. The file parameters.json holds the parameters; the sections want/… what is expected.
type scenario struct {
	file    string
	archive *txtar.Archive
	request Request
	ask     []string
	options Options
}

const wants = "want/"

// unknown is a cluster of which nothing is known yet.
type unknown struct{}

func (unknown) Observed(context.Context, string) (Snapshot, error) {
	return Snapshot{Version: "0"}, nil
}

func (u unknown) Current(ctx context.Context, application string, _ []types.NamespacedName) (Snapshot, error) {
	return u.Observed(ctx, application)
}

func scenarios(tb testing.TB) map[string]*scenario {
	tb.Helper()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no archives: %v", err)
	}
	all := make(map[string]*scenario, len(paths))
	for _, file := range paths {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".txtar")
		all[name] = newScenario(file, archive)
	}
	return all
}

func newScenario(file string, archive *txtar.Archive) *scenario {
	fsys := fstest.MapFS{}
	s := &scenario{file: file, archive: archive, request: Request{Files: fsys, Digest: file, Path: "app", Env: map[string]string{}}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "path":
			s.request.Path = text
		case "env":
			name, value, _ := strings.Cut(text, "=")
			s.request.Env[name] = value
		case "ask":
			s.ask = strings.Fields(text)
		case "values":
			s.options.Values = unknown{}
		}
	}
	for _, f := range archive.Files {
		switch {
		case f.Name == "parameters.json":
			s.request.Env[parameters.Variable] = string(f.Data)
		case !strings.HasPrefix(f.Name, wants):
			fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return s
}

// TestArchives renders every archive and compares what comes of it with its want/ sections.
func TestArchives(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.sections(t)
			if *update {
				s.rewrite(t, got)
				return
			}
			want := map[string]string{}
			for _, f := range s.archive.Files {
				if section, ok := strings.CutPrefix(f.Name, wants); ok {
					want[section] = string(f.Data)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", s.file, diff)
			}
		})
	}
}

// rewrite replaces the want/ sections.
func (s *scenario) rewrite(t *testing.T, sections map[string]string) {
	t.Helper()
	files := slices.DeleteFunc(slices.Clone(s.archive.Files), func(f txtar.File) bool { return strings.HasPrefix(f.Name, wants) })
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		files = append(files, txtar.File{Name: wants + name, Data: []byte(sections[name])})
	}
	if err := os.WriteFile(s.file, txtar.Format(&txtar.Archive{Comment: s.archive.Comment, Files: files}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sections are what comes of the scenario.
func (s *scenario) sections(t *testing.T) map[string]string {
	t.Helper()
	r := renderer(t, s.options)
	sections := map[string]string{}
	answer, err := r.Generate(t.Context(), s.request)
	if err != nil {
		sections["error"] = errorText(t, err)
	} else {
		sections["manifests.yaml"] = documents(t, answer.Manifests)
		for _, h := range answer.Held {
			sections["held"] += fmt.Sprintf("%s %s waits for %q after %q\n", h.Instance, h.Node, h.Paths, h.After)
		}
		for _, d := range answer.Warnings {
			sections["warnings"] += lineOf(d) + "\n"
		}
	}
	if slices.Contains(s.ask, "discover") {
		found, err := r.Discover(t.Context(), s.request)
		sections["discover"] = fmt.Sprintf("%t %v\n", found, err)
	}
	if slices.Contains(s.ask, "announce") {
		list, err := r.Announce(t.Context(), s.request)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			line := fmt.Sprintf("%s (%s of %s", a.GetName(), a.GetCollectionType(), a.GetItemType())
			if a.GetRequired() {
				line += ", required"
			}
			line += ")"
			if a.GetTitle() == "" { // the fixed ones are in the reference
				line += fmt.Sprintf(" %q %q %v: %s", a.GetString_(), a.GetArray(), a.GetMap(), a.GetTooltip())
			}
			sections["announcements"] += line + "\n"
		}
	}
	return sections
}

// errorText is an error of the user with its type.
func errorText(t *testing.T, err error) string {
	t.Helper()
	var invalid *InvalidError
	var held *HeldError
	switch {
	case errors.As(err, &invalid):
		return "invalid\n" + err.Error() + "\n"
	case errors.As(err, &held):
		return "held\n" + err.Error() + "\n"
	}
	t.Errorf("want an error of the user, got %T: %v", err, err)
	return err.Error()
}

// documents are manifests as YAML. Of a CRD only the metadata is shown: package crd is tested elsewhere.
func documents(t *testing.T, manifests []string) string {
	t.Helper()
	var objects []map[string]any
	for _, m := range manifests {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(m), &o); err != nil {
			t.Fatal(err)
		}
		if o["kind"] == "CustomResourceDefinition" {
			o = map[string]any{"apiVersion": o["apiVersion"], "kind": o["kind"], "metadata": o["metadata"]}
		}
		objects = append(objects, o)
	}
	var b strings.Builder
	if err := emit.YAML(&b, objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDeterminism: the same request gives the same bytes, also from the source hydrator, which tells nothing about the
// cluster, from what was kept, and when nothing can be kept.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := bytesOf(t, renderer(t, Options{}), s.request)
			kept := renderer(t, Options{Render: render.Options{Workers: 4}})
			for i, env := range []map[string]string{
				{"KUBE_VERSION": "1.34.1", "KUBE_API_VERSIONS": "v1,apps/v1,apps/v1/Deployment"},
				{"KUBE_VERSION": "", "KUBE_API_VERSIONS": ""},
				{"ARGOCD_APP_REVISION": "0123456789", "ARGOCD_APP_NAME": "other", "PARAM_MODE": "children"},
				{"KUBE_VERSION": "1.20"},
			} {
				q := s.request
				q.Env = maps.Clone(q.Env)
				maps.Copy(q.Env, env)
				for _, r := range []*Renderer{kept, renderer(t, Options{AnswerBytes: -1, ProgramBytes: -1, FileBytes: -1})} {
					if diff := cmp.Diff(want, bytesOf(t, r, q)); diff != "" {
						t.Errorf("render %d: -want +got\n%s", i, diff)
					}
				}
				q.Digest = ""
				if diff := cmp.Diff(want, bytesOf(t, kept, q)); diff != "" {
					t.Errorf("render %d without a digest: -want +got\n%s", i, diff)
				}
			}
		})
	}
}

// bytesOf is everything that a request gives.
func bytesOf(t *testing.T, r *Renderer, q Request) string {
	t.Helper()
	answer, err := r.Generate(t.Context(), q)
	if err != nil {
		return fmt.Sprintf("%T %s", err, err)
	}
	text := strings.Join(answer.Manifests, "\n")
	for _, d := range answer.Warnings {
		text += "\n" + lineOf(d)
	}
	return text + fmt.Sprint(answer.Held, answer.Objects)
}
