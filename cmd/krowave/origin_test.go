package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/fieldpath"
)

// TestOriginsOfExamples: in every object of every example each value has exactly one origin,
// which has this value, and text behind it unless nobody wrote any.
func TestOriginsOfExamples(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		examples++
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			f := &inputFlags{}
			c := &cobra.Command{}
			f.addTo(c)
			f.addInstancesTo(c)
			f.addLimitsTo(c)
			if err := f.check(c, nil); err != nil {
				t.Fatal(err)
			}
			j, err := renderAll(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, f, []string{filepath.Join("../../examples", e.Name())})
			if err != nil || j.result == nil {
				t.Fatal(err, j)
			}
			explained := 0
			for at, o := range j.result.Objects {
				if o.Instance >= 0 {
					explained++
					checkOrigins(t, j, at)
				}
			}
			if explained == 0 {
				t.Error("no object belongs to an instance")
			}
		})
	}
	if examples == 0 {
		t.Error("there are no examples")
	}
}

func checkOrigins(t *testing.T, j *job, at int) {
	t.Helper()
	o := j.result.Objects[at]
	want := map[string]string{}
	leaves(want, fieldpath.Path{}, o.Value)
	got := map[string]string{}
	for _, origin := range j.program.Origins(j.result, at) {
		leaves(got, origin.Path, origin.Value)
		if origin.Span.Start().Line == 0 && origin.Cause != render.ByNamespace && origin.Cause != render.ByOption {
			t.Errorf("%s: %s is from %s, but from nowhere", o.Node, origin.Path, origin.Cause)
		}
		for _, e := range origin.Expressions {
			for _, r := range j.program.Readings(j.result, at, e) {
				if r.Known && r.Cause != render.ByObserved && r.Cause != render.ByNamespace && r.Cause != render.ByOption && r.Span.Start().Line == 0 {
					t.Errorf("%s: %s reads %s from %s, but from nowhere", o.Node, origin.Path, r.Path, r.Cause)
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -values of the object +values of its origins\n%s", o.Node, diff)
	}
}

// leaves adds the values inside a value that are no objects and lists, and empty ones.
// A value that is there twice shows in its text.
func leaves(into map[string]string, at fieldpath.Path, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			leaves(into, at.Key(k), v[k])
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, item := range v {
			leaves(into, at.Index(i), item)
		}
		if len(v) > 0 {
			return
		}
	}
	into[at.String()] += fmt.Sprintf("%T %v;", v, v)
}
