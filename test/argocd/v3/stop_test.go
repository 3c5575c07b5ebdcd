package argocd_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/util/app/discovery"

	"github.com/krowave/krowave/test/argocd/sidecar"
)

// TestStopUnderLoad: whoever connects just when a server stops gets an answer or an error. Argo CD dials once and then
// waits without limit for that connection to become ready, so one that was accepted by nobody would hang for ever,
// with the lock of its repository. It is not parallel, as TestRestart.
func TestStopUnderLoad(t *testing.T) { //nolint:paralleltest // see above
	const name, stops, clients = "leaving", 20, 8
	dir := repo(t, webapp(t))
	for range stops {
		s, err := sidecar.Start(context.WithoutCancel(t.Context()), filepath.Join(bin, "cmp-server"), "serve", "--socket-dir", filepath.Join(bin, "sockets"), "--name", name)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		var connected sync.Once
		first, done := make(chan struct{}), make(chan struct{})
		for range clients {
			group.Go(func() {
				for {
					conn, _, err := discovery.DetectConfigManagementPlugin(t.Context(), filepath.Join(dir, "apps", "web"), dir, name, nil, nil)
					if err != nil {
						return
					}
					_ = conn.Close()
					connected.Do(func() { close(first) })
				}
			})
		}
		go func() {
			group.Wait()
			close(done)
		}()
		<-first
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		select {
		case <-done:
		case <-ctx.Done():
			t.Fatal("a client still waits for a server that has stopped")
		}
		cancel()
	}
}
