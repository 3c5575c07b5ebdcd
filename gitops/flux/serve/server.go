package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// How long a client may take, and how much it may say.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	// writeTimeout is long: a node with little network fetches 64 MiB in it.
	writeTimeout = 5 * time.Minute
	idleTimeout  = time.Minute
	// stopTimeout is how long fetches that have begun may take when the server stops.
	stopTimeout = 10 * time.Second
	headerBytes = 16 << 10
)

// Run serves on a listener until the context ends, then lets fetches that have begun end, and closes the listener.
// The error is nil then.
func Run(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve artifacts on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := server.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop serving artifacts on %s: %w", l.Addr(), err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve artifacts on %s: %w", l.Addr(), err)
	}
	return nil
}
