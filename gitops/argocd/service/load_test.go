package service

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/application"
)

// gate is a renderer that says when it is called and answers when it may.
type gate struct {
	called chan context.Context
	open   chan struct{}
}

func newGate() gate { return gate{called: make(chan context.Context, 100), open: make(chan struct{})} }

func (g gate) stub() stub {
	return stub{generate: func(ctx context.Context, q application.Request) (*application.Answer, error) {
		g.called <- ctx
		select {
		case <-g.open:
			return answer(q.Digest), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

// result is how a request went.
type result struct {
	manifests []string
	err       error
}

// background asks without waiting for the answer.
func (s *server) background(ctx context.Context, p parcel) <-chan result {
	s.t.Helper()
	c := s.client() //nolint:contextcheck // the request may end before the test, the connection does not
	done := make(chan result, 1)
	go func() {
		manifests, err := p.generate(ctx, c)
		done <- result{manifests: manifests, err: err}
	}()
	return done
}

// TestShared: twenty callers who ask for the same get one render of one unpacked upload.
func TestShared(t *testing.T) {
	t.Parallel()
	const callers = 20
	g := newGate()
	s := start(t, Options{Renderer: g.stub(), TreeBytes: 1 << 20, Concurrency: 4}, Listen{})
	p := small(t, "same")
	var all []<-chan result
	for range callers {
		all = append(all, s.background(t.Context(), p))
	}
	until(t, "all share a render", func() bool { return s.value("krowave_cmp_renders_total", "shared") == callers-1 })
	close(g.open)
	for _, done := range all {
		if r := <-done; r.err != nil || !cmp.Equal(r.manifests, []string{p.meta.GetChecksum()}) {
			t.Errorf("%v %v, want the answer", r.manifests, r.err)
		}
	}
	if len(g.called) != 1 || s.value("krowave_cmp_renders_total", "own") != 1 {
		t.Errorf("rendered %d times, want once", len(g.called))
	}
	if miss, hit := s.value("krowave_cmp_uploads_total", "miss"), s.value("krowave_cmp_uploads_total", "hit"); miss != 1 || hit != callers-1 {
		t.Errorf("%v uploads unpacked and %v not, want 1 and %d", miss, hit, callers-1)
	}
}

// TestNotShared: what can have another answer is rendered on its own; what cannot is not.
func TestNotShared(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a/x.yaml": "", "b/x.yaml": ""}
	base := func() request {
		p := pack(t, "a", files, nil)
		return request{q: application.Request{Digest: p.meta.GetChecksum(), Path: "a", Env: map[string]string{"ARGOCD_APP_PARAMETERS": "[]", "KUBE_VERSION": "1.36"}}}
	}
	for name, c := range map[string]struct {
		reason string
		change func(*request)
		// offline: there are no live values.
		offline, same bool
	}{
		"nothing":    {reason: "the same", change: func(*request) {}, same: true},
		"path":       {reason: "another application of the repository", change: func(r *request) { r.q.Path = "b" }},
		"digest":     {reason: "another commit", change: func(r *request) { r.q.Digest = "0" }},
		"parameters": {reason: "other parameters", change: func(r *request) { r.q.Env["ARGOCD_APP_PARAMETERS"] = `[{"name":"mode"}]` }},
		"name":       {reason: "live values are those of an application", change: func(r *request) { r.q.Env["ARGOCD_APP_NAME"] = "x" }},
		"nameless":   {reason: "without live values the name of an application changes nothing", change: func(r *request) { r.q.Env["ARGOCD_APP_NAME"] = "x" }, offline: true, same: true},
		"namespace":  {reason: "instances get it", change: func(r *request) { r.q.Env["ARGOCD_APP_NAMESPACE"] = "x" }, offline: true},
		"revision":   {reason: "the files say it all", change: func(r *request) { r.q.Env["ARGOCD_APP_REVISION"] = "x" }, same: true},
		"files":      {reason: "other files, whatever is said of them", change: func(r *request) { r.q.Files = treeOf(t, 10) }},
		"cluster":    {reason: "the source hydrator sends none", change: func(r *request) { r.q.Env["KUBE_VERSION"] = "" }, same: true},
		"copies":     {reason: "parameters in a lossy form", change: func(r *request) { r.q.Env["PARAM_MODE"] = "x" }, same: true},
	} {
		other := base()
		c.change(&other)
		variables := application.Variables(!c.offline)
		if same := other.key(variables) == base().key(variables); same != c.same {
			t.Errorf("%s: %s: same key: %v, want %v", name, c.reason, same, c.same)
		}
	}
}

// TestSharedByContent: two archives of one commit differ, and what can be read of them does not.
func TestSharedByContent(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := start(t, Options{Renderer: g.stub(), Concurrency: 2}, Listen{})
	files := map[string]string{"a.yaml": "a: b\n", ".git/index": "one checkout"}
	first := s.background(t.Context(), pack(t, ".", files, nil))
	files[".git/index"] = "another checkout"
	second := s.background(t.Context(), pack(t, ".", files, nil))
	until(t, "they share a render", func() bool { return s.value("krowave_cmp_renders_total", "shared") == 1 })
	close(g.open)
	for _, done := range []<-chan result{first, second} {
		if r := <-done; r.err != nil {
			t.Error(r.err)
		}
	}
	if len(g.called) != 1 {
		t.Errorf("rendered %d times, want once", len(g.called))
	}
}

// TestCallerLeaves: a render goes on for those who still wait, and ends with the last of them.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := start(t, Options{Renderer: g.stub()}, Listen{})
	p := small(t, "same")
	ctx, leave := context.WithCancel(t.Context())
	first := s.background(ctx, p)
	render := <-g.called
	second := s.background(t.Context(), p)
	until(t, "the second joins", func() bool { return s.value("krowave_cmp_renders_total", "shared") == 1 })
	leave()
	if r := <-first; status.Code(r.err) != codes.Canceled {
		t.Errorf("the first: %v, want Canceled", r.err)
	}
	until(t, "the server sees it", func() bool { return s.value("krowave_cmp_errors_total", classCanceled) == 1 })
	if err := render.Err(); err != nil {
		t.Errorf("the render ended with its first caller: %v", err)
	}
	g.open <- struct{}{}
	if r := <-second; r.err != nil {
		t.Errorf("the second: %v", r.err)
	}

	ctx, leave = context.WithCancel(t.Context())
	last := s.background(ctx, p)
	render = <-g.called
	leave()
	<-last
	<-render.Done()
	close(g.open)
	s.served()
}

// TestTurns: one render at a time, in the order of arrival; nobody is turned away.
func TestTurns(t *testing.T) {
	t.Parallel()
	const callers = 5
	var mu sync.Mutex
	var order []string
	g := newGate()
	inner := g.stub()
	s := start(t, Options{Renderer: stub{generate: func(ctx context.Context, q application.Request) (*application.Answer, error) {
		mu.Lock()
		order = append(order, q.Digest)
		mu.Unlock()
		return inner.Generate(ctx, q)
	}}, Concurrency: 1}, Listen{})
	var want []string
	var all []<-chan result
	for i := range callers {
		p := small(t, string(rune('a'+i)))
		want = append(want, p.meta.GetChecksum())
		all = append(all, s.background(t.Context(), p))
		if i == 0 {
			<-g.called
		}
		until(t, "it waits for its turn", func() bool { return s.value("krowave_cmp_queue_length") == float64(i) })
	}
	close(g.open)
	for _, done := range all {
		if r := <-done; r.err != nil {
			t.Error(r.err)
		}
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("-arrived +rendered\n%s", diff)
	}
}
