package render_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
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
