package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// Listen says where to serve.
type Listen struct {
	// Socket is the path of the Unix socket; see [Socket].
	Socket string
	// Mode are the permissions of the socket. Whoever may write to it may connect.
	Mode fs.FileMode
	// HTTP is the address of /healthz, /readyz and /metrics; "" is none.
	HTTP string
	// Metrics are what /metrics shows; nil shows none.
	Metrics prometheus.Gatherer
	// Grace is how long requests under way may take to end when the service stops; those that do not are broken off.
	Grace time.Duration
}

// Run serves until the context ends, and then stops: it says that it is not serving, removes the socket, and lets requests
// under way end. The socket appears when the server has proved that it answers. The error is nil after a stop.
func (s *Service) Run(ctx context.Context, l Listen) error {
	socket, err := bind(ctx, l.Socket, l.Mode)
	if err != nil {
		return err
	}
	server, state := s.Server()
	failed := make(chan error, 2)
	clients := &visited{Listener: socket}
	go func() { failed <- server.Serve(clients) }()
	defer server.Stop()
	web, err := s.listenHTTP(ctx, l, failed)
	if err == nil {
		defer func() { _ = web.Close() }() // whoever reads metrics now asks again
		err = Healthcheck(ctx, socket.hidden, healthpb.HealthCheckResponse_NOT_SERVING)
	}
	if err == nil {
		s.setReady(state, true)
		err = socket.publish()
	}
	if err != nil {
		socket.discard()
		return err
	}
	s.options.Log.InfoContext(ctx, "serving", "socket", l.Socket, "http", l.HTTP)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.setReady(state, false)
	s.options.Log.InfoContext(ctx, "stopping", "grace_seconds", l.Grace.Seconds())
	err = errors.Join(err, socket.retract())
	hard := time.AfterFunc(l.Grace, server.Stop)
	defer hard.Stop()
	clients.leave(ctx, l.Grace)
	server.GracefulStop()
	return err
}

// setReady says on all ways whether requests are welcome.
func (s *Service) setReady(state *health.Server, ready bool) { //nolint:revive // it is what it says
	s.ready.Store(ready)
	if ready {
		setServing(state, healthpb.HealthCheckResponse_SERVING)
		return
	}
	state.Shutdown()
}

// listenHTTP serves HTTP, if that is wanted. What ends it before its time goes to failed.
func (s *Service) listenHTTP(ctx context.Context, l Listen, failed chan<- error) (*http.Server, error) {
	web := &http.Server{
		Handler: s.handler(l.Metrics), ReadHeaderTimeout: handshake, ReadTimeout: handshake, WriteTimeout: time.Minute, IdleTimeout: idle, MaxHeaderBytes: 1 << 14,
	}
	if l.HTTP == "" {
		return web, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", l.HTTP)
	if err != nil {
		return web, fmt.Errorf("listen for HTTP: %w", err)
	}
	go func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve HTTP: %w", err)
		}
	}()
	return web, nil
}
