package render_test

import (
	"context"
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render/expr"
)

const (
	// fuzzBytes is the size of an input: what is found in a large one is found in a small one.
	fuzzBytes = 1 << 15
	// fuzzTime is more than any input of that size may take, on a machine that does other things as well.
	fuzzTime = 20 * time.Second
	// fuzzMemory is more than any input of that size may allocate, in bytes.
	fuzzMemory = 4 << 30
)

// FuzzRender renders archives of any content. It never panics, takes neither long nor much memory, answers the same
// whatever the number of goroutines, points into the input only, and what it puts out can be read again.
func FuzzRender(f *testing.F) {
	for _, s := range scenarios(f) {
		f.Add(txtar.Format(&txtar.Archive{Comment: s.archive.Comment, Files: s.inputs()}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > fuzzBytes {
			t.Skip("too large")
		}
		s, err := newScenario(txtar.Parse(data))
		if err != nil {
			t.Skip("options that do not exist")
		}
		within(t, func() {
			first, second := s.render(t, 1), s.render(t, 4)
			if diff := cmp.Diff(first.sections(t), second.sections(t)); diff != "" {
				t.Errorf("the result depends on the number of goroutines: -1 +4\n%s", diff)
			}
			checkProblems(t, unique(s), first.diags)
			if first.result == nil {
				return
			}
			for _, o := range first.result.Objects {
				checkRoundTrip(t, o.Value)
			}
		})
	})
}

// unique is the scenario with one file of each name, the last one, as a file system has it.
func unique(s *scenario) *scenario {
	last := map[string]int{}
	for i, f := range s.archive.Files {
		last[f.Name] = i
	}
	var files []txtar.File
	for i, f := range s.archive.Files {
		if last[f.Name] == i {
			files = append(files, f)
		}
	}
	return s.with(files)
}

// within fails the test when a function takes too long or allocates too much.
func within(t *testing.T, f func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), fuzzTime)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("it takes longer than %s", fuzzTime)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > fuzzMemory {
		t.Errorf("it allocates %d MiB", n>>20)
	}
}

// FuzzExpression puts an expression into every place that can have one: alone and within text, in a field of a known and of an
// unknown type, in conditions, lists and the status.
func FuzzExpression(f *testing.F) {
	for _, s := range scenarios(f) {
		for _, file := range s.inputs() {
			text := string(file.Data)
			for _, m := range expr.ScanText(text).Matches {
				f.Add(text[m.Start+2 : m.End-1])
			}
		}
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if len(expression) > fuzzBytes/8 {
			t.Skip("too large")
		}
		within(t, func() {
			s := placed(t, expression)
			first, second := s.render(t, 1), s.render(t, 1)
			if diff := cmp.Diff(first.sections(t), second.sections(t)); diff != "" {
				t.Errorf("the second render gives something else: -first +second\n%s", diff)
			}
			checkProblems(t, s, first.diags)
			if first.result == nil {
				return
			}
			for _, o := range first.result.Objects {
				checkRoundTrip(t, o.Value)
			}
		})
	})
}

// placed is a scenario with an expression in many places, each in an RGD of its own, so that one that is refused does not
// hide what the others come to.
func placed(tb testing.TB, expression string) *scenario {
	tb.Helper()
	alone, within := "${"+expression+"}", "a ${"+expression+"} b"
	object := func(kind, name string, more map[string]any) map[string]any {
		o := map[string]any{"apiVersion": "v1", "kind": kind, "metadata": map[string]any{"name": name}}
		maps.Copy(o, more)
		return o
	}
	resources := map[string]map[string]any{
		"Field":   {"template": object("ConfigMap", "field", map[string]any{"data": map[string]any{"v": alone}})},
		"Text":    {"template": object("ConfigMap", "text", map[string]any{"data": map[string]any{"v": within}})},
		"Any":     {"template": object("ConfigMap", "any", map[string]any{"apiVersion": "example.com/v1", "kind": "Thing", "spec": map[string]any{"v": []any{alone}}})},
		"Number":  {"template": object("Service", "number", map[string]any{"spec": map[string]any{"ports": []any{map[string]any{"port": alone}}}})},
		"Include": {"template": object("ConfigMap", "include", nil), "includeWhen": []any{alone}},
		"Ready":   {"template": object("ConfigMap", "ready", nil), "readyWhen": []any{alone}},
		"Each":    {"template": object("ConfigMap", "${string(i)}", map[string]any{"data": map[string]any{"v": "${string(dyn(i))}"}}), "forEach": []any{map[string]any{"i": alone}}},
		"Status":  {"template": object("ConfigMap", "status", nil)},
	}
	spec := map[string]any{
		"name": "string | default=web", "count": "integer | default=3", "ratio": "float | default=0.5", "flag": "boolean | default=true",
		"list": `[]string | default=["a","b"]`, "map": `map[string]string | default={"a":"b"}`, "free": "object", "missing": "string",
	}
	var files []txtar.File
	add := func(name string, value any) {
		data, err := json.Marshal(value)
		if err != nil {
			tb.Fatal(err)
		}
		files = append(files, txtar.File{Name: name, Data: data})
	}
	for _, kind := range slices.Sorted(maps.Keys(resources)) {
		tested := map[string]any{"id": "tested"}
		maps.Copy(tested, resources[kind])
		schema := map[string]any{"apiVersion": "v1", "kind": kind, "spec": spec}
		if kind == "Status" {
			schema["status"] = map[string]any{"alone": alone, "list": []any{within}, "conditions": []any{alone}}
		}
		add(kind+".json", map[string]any{
			"apiVersion": "kro.run/v1alpha1", "kind": "ResourceGraphDefinition", "metadata": map[string]any{"name": strings.ToLower(kind)},
			"spec": map[string]any{"schema": schema, "resources": []any{
				map[string]any{"id": "db", "template": object("Service", "db", map[string]any{"spec": map[string]any{"ports": []any{map[string]any{"port": 80}}}})},
				map[string]any{"id": "config", "externalRef": object("ConfigMap", "platform", nil)},
				tested,
			}},
		})
		add(kind+"-instance.json", map[string]any{
			"apiVersion": "kro.run/v1", "kind": kind, "metadata": map[string]any{"name": "demo", "namespace": strings.ToLower(kind)},
			"spec": map[string]any{"free": map[string]any{"a": 1, "b": []any{nil, "x"}, "c": 0.5}},
		})
	}
	add("observed.yaml", object("ConfigMap", "platform", map[string]any{
		"metadata": map[string]any{"name": "platform", "namespace": "field"}, "data": map[string]any{"a": "b", "c": nil},
	}))
	return &scenario{archive: &txtar.Archive{Files: files}, roots: []string{"."}}
}
