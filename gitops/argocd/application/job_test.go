package application

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stuck is a file system that answers when it is let.
type stuck struct {
	fs.FS
	asked   func() // at every Open
	release <-chan struct{}
}

func (s stuck) Open(name string) (fs.File, error) {
	s.asked()
	<-s.release
	return s.FS.Open(name)
}

// files are a small application.
func smallApp() fstest.MapFS {
	return fstest.MapFS{"app/a.yaml": {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")}}
}

// TestDeadline: when the context ends the answer is a clear error at once; the work that is left keeps its place among
// the renders that run, until it ends.
func TestDeadline(t *testing.T) {
	t.Parallel()
	r := renderer(t, Options{Renders: 1})
	release, reached := make(chan struct{}), make(chan struct{})
	q := Request{Files: stuck{smallApp(), sync.OnceFunc(func() { close(reached) }), release}, Digest: "a", Path: "app"}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := r.Generate(ctx, q)
		failed <- err
	}()
	<-reached
	cancel()
	wantDeadline(t, <-failed, phaseRead)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Generate(ended, Request{Files: smallApp(), Digest: "b", Path: "app"})
	wantDeadline(t, err, phaseWait)

	close(release)
	answer, err := r.Generate(t.Context(), Request{Files: smallApp(), Digest: "b", Path: "app"})
	if err != nil || answer.Objects != 1 {
		t.Errorf("after the work that was left has ended: got %v, %v; want one object", answer, err)
	}
}

func wantDeadline(t *testing.T, err error, during string) {
	t.Helper()
	late, ok := errors.AsType[*DeadlineError](err)
	if !ok || !errors.Is(err, context.Canceled) {
		t.Fatalf("want a DeadlineError of a canceled context, got %v", err)
	}
	if late.During != during {
		t.Errorf("during %s, want %s", late.During, during)
	}
	if want := "during " + during; !strings.Contains(err.Error(), want) {
		t.Errorf("the text %q does not say %q", err, want)
	}
}

// TestPhases: an answer says where the time went, an error as well.
func TestPhases(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	at := time.Unix(0, 0)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Second)
		return at
	}
	r := renderer(t, Options{Clock: clock})
	answer, err := r.Generate(t.Context(), Request{Files: smallApp(), Path: "app"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Phase{{phaseWait, time.Second}, {phaseRead, time.Second}, {phaseCompile, time.Second}, {phaseRender, time.Second}, {phaseEncode, time.Second}}
	if diff := cmp.Diff(want, answer.Phases); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	late := &DeadlineError{During: phaseCompile, Phases: []Phase{{phaseRead, 1234 * time.Millisecond}, {phaseCompile, time.Minute}}, Err: context.DeadlineExceeded}
	if diff := cmp.Diff("context deadline exceeded during compile (read 1.2s, compile 1m0s)", late.Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// broken is a file system with a defect.
type broken struct{ files []fs.File }

func (b broken) Open(string) (fs.File, error) { return b.files[len(b.files)], nil }

// TestPanic: a defect is an error of the request that shows it, and of no other.
func TestPanic(t *testing.T) {
	t.Parallel()
	r := renderer(t, Options{Renders: 1})
	for range 2 {
		_, err := r.Generate(t.Context(), Request{Files: broken{}, Digest: "a", Path: "app"})
		defect, ok := errors.AsType[*PanicError](err)
		if !ok || !strings.Contains(string(defect.Stack), "broken.Open") {
			t.Fatalf("want a PanicError with the stack of the defect, got %v", err)
		}
	}
	if _, err := r.Generate(t.Context(), Request{Files: smallApp(), Digest: "b", Path: "app"}); err != nil {
		t.Errorf("the next request: %v", err)
	}
}
