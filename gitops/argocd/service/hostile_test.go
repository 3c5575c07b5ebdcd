package service

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// stalled sends the first n bytes of an upload and then nothing, until it leaves.
func (s *server) stalled(p parcel, n int) (answer <-chan error, leave context.CancelFunc) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	stream, err := s.client().GenerateManifest(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.send(stream, n); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- stream.RecvMsg(&plugin.ManifestResponse{}) }()
	return done, cancel
}

// TestMute: a connection that does not speak keeps nobody from being served.
func TestMute(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Concurrency: 1}, Listen{})
	s.served()
	var dialer net.Dialer
	for _, greeting := range []string{"", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"} {
		c, err := dialer.DialContext(t.Context(), "unix", s.socket)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := c.Write([]byte(greeting)); err != nil {
			t.Fatal(err)
		}
		s.served()
	}
}

// TestSlowSender: an upload that stops is over at the deadline, and gives back what it holds.
func TestSlowSender(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Timeout: 2 * time.Second, UploadBytes: mebibyte, TreeBytes: mebibyte}, Listen{})
	p := small(t, "slow")
	for _, n := range []int{0, len(p.bytes) / 2} {
		answer, _ := s.stalled(p, n)
		err := <-answer
		if got := status.Convert(err); got.Code() != codes.DeadlineExceeded || !strings.Contains(got.Message(), "receiving the upload took") {
			t.Errorf("after %d bytes: %v, want DeadlineExceeded and where the time went", n, err)
		}
		until(t, "the memory is given back", func() bool {
			free := s.budget.TryAcquire(s.budgetSize)
			if free {
				s.budget.Release(s.budgetSize)
			}
			return free
		})
	}
	s.served()
	if _, err := p.generate(t.Context(), s.client()); err != nil {
		t.Errorf("the same upload, whole: %v", err)
	}
}

// TestDisconnect: an upload that breaks off fails nobody who sends the same.
func TestDisconnect(t *testing.T) {
	t.Parallel()
	s := start(t, Options{TreeBytes: mebibyte}, Listen{})
	p := small(t, "same")
	broken, leave := s.stalled(p, len(p.bytes)/2)
	until(t, "it is being unpacked", func() bool {
		s.trees.mu.Lock()
		defer s.trees.mu.Unlock()
		return len(s.trees.unpacking) == 1
	})
	waiting := s.background(t.Context(), p)
	until(t, "another one waits", func() bool { return s.value("krowave_cmp_requests_in_flight") == 2 })
	leave()
	if err := <-broken; status.Code(err) != codes.Canceled {
		t.Errorf("the first: %v, want Canceled", err)
	}
	if r := <-waiting; r.err != nil {
		t.Errorf("the second: %v", r.err)
	}
	until(t, "the first is counted", func() bool { return s.value("krowave_cmp_errors_total", classCanceled) == 1 })
	if got := s.value("krowave_cmp_uploads_total", "miss"); got != 1 {
		t.Errorf("%v uploads unpacked whole, want 1", got)
	}
}

// TestStalledLeader: who waits for a stalled upload of the same checksum loses patience and is served.
func TestStalledLeader(t *testing.T) {
	t.Parallel()
	s := start(t, Options{TreeBytes: mebibyte}, Listen{})
	p := small(t, "same")
	s.stalled(p, len(p.bytes)/2)
	until(t, "it is being unpacked", func() bool {
		s.trees.mu.Lock()
		defer s.trees.mu.Unlock()
		return len(s.trees.unpacking) == 1
	})
	if _, err := p.generate(t.Context(), s.client()); err != nil {
		t.Error(err)
	}
}

// TestNoRoom: an upload that finds no room waits for it, and is told so at the deadline.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Timeout: 2 * time.Second, UploadBytes: mebibyte}, Listen{})
	if !s.budget.TryAcquire(s.budgetSize) {
		t.Fatal("there is no room to take")
	}
	_, err := small(t, "waits").generate(t.Context(), s.client())
	if status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("%v, want DeadlineExceeded", err)
	}
	s.budget.Release(s.budgetSize)
	s.served()
}

// TestDrained: an error that is known after the first bytes is answered when all are read.
func TestDrained(t *testing.T) {
	t.Parallel()
	p := pack(t, ".", map[string]string{"a.yaml": "a"}, nil)
	p.bytes = append(p.bytes, make([]byte, 8*mebibyte)...) // not an archive any more, and much of it
	p.meta.Size = int64(len(p.bytes))
	s := start(t, Options{}, Listen{})
	_, err := p.generate(t.Context(), s.client())
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("%v, want InvalidArgument and no broken stream", err)
	}
	s.served()
}

// TestStop: requests under way end, new ones find no socket.
func TestStop(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := start(t, Options{Renderer: g.stub()}, Listen{})
	done := s.background(t.Context(), small(t, "last"))
	<-g.called
	s.stop()
	until(t, "the socket is gone", func() bool {
		var dialer net.Dialer
		c, err := dialer.DialContext(t.Context(), "unix", s.socket)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	close(g.open)
	if r := <-done; r.err != nil {
		t.Errorf("the request under way: %v", r.err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestStopHard: a request that does not end is broken off when the time is up.
func TestStopHard(t *testing.T) {
	t.Parallel()
	called := make(chan struct{})
	s := start(t, Options{Renderer: stub{generate: func(ctx context.Context, _ application.Request) (*application.Answer, error) {
		close(called)
		<-ctx.Done()
		return nil, ctx.Err()
	}}}, Listen{Grace: time.Millisecond})
	done := s.background(t.Context(), small(t, "last"))
	<-called
	s.stop()
	if r := <-done; r.err == nil {
		t.Error("it was answered")
	}
	if err := <-s.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}
