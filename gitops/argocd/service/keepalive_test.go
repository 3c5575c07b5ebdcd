package service

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// ping is an HTTP/2 PING frame: the length, the type, no flags, no stream, and eight bytes of anything.
const ping = "\x00\x00\x08\x06\x00\x00\x00\x00\x00krowave!"

// TestKeepAlive: Argo CD's clients ping while they wait, and a server that takes this for an attack breaks renders off.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	if got := New(Options{}).options.KeepAlive; got != 10*time.Second {
		t.Errorf("pings may come every %v, want 10 s: clients send them every 20 s", got)
	}
	for name, c := range map[string]struct {
		reason string
		least  time.Duration
		code   codes.Code
	}{
		"allowed": {reason: "pings that are not too frequent", least: time.Nanosecond, code: codes.OK},
		"refused": {reason: "pings that are: the option has an effect", least: time.Hour, code: codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate()
			s := start(t, Options{KeepAlive: c.least, Renderer: g.stub()}, Listen{})
			s.client() // it is there
			var raw net.Conn
			conn, err := grpc.NewClient("passthrough:x", grpc.WithTransportCredentials(insecure.NewCredentials()),
				grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
					var err error
					raw, err = new(net.Dialer).DialContext(ctx, "unix", s.socket)
					return raw, err
				}))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			done := make(chan error, 1)
			go func() {
				_, err := small(t, "waits").generate(t.Context(), plugin.NewConfigManagementPluginServiceClient(conn))
				done <- err
			}()
			<-g.called
			for range 10 {
				if _, err := raw.Write([]byte(ping)); err != nil {
					break // the server has hung up
				}
			}
			if c.code != codes.OK {
				if err := <-done; status.Code(err) != c.code {
					t.Errorf("%s: %v, want %v", c.reason, err, c.code)
				}
			}
			close(g.open)
			if c.code == codes.OK {
				if err := <-done; err != nil {
					t.Errorf("%s: %v", c.reason, err)
				}
			}
		})
	}
}
