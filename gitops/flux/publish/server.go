package publish

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"time"
)

// How long a client may take.
const (
	headTimeout = 10 * time.Second
	// writeTimeout is long: it is the time for a whole artifact over a slow network.
	writeTimeout = 5 * time.Minute
	idleTimeout  = 2 * time.Minute
	// stopTimeout is how long requests may take that have begun when the server stops.
	stopTimeout = 5 * time.Second
	headerBytes = 16 << 10
)

// Handler serves the artifacts by their paths: GET and HEAD of what Publish stored, and nothing else. There is no index.
func (s *Store) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Store) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/")
	if !ok || !isArtifact(name) {
		http.NotFound(w, r)
		return
	}
	f, err := s.open(name)
	if err != nil {
		http.NotFound(w, r) // whatever is wrong with it, there is nothing to be had
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("ETag", `"`+strings.TrimSuffix(path.Base(name), extension)+`"`)
	// The time of a file is when it was stored here, which says nothing about its content.
	http.ServeContent(w, r, "", time.Time{}, f)
}

// Serve serves Handler on a listener until the context ends, and then lets requests finish for a moment. It closes the listener.
// The error is that of the listener.
func (s *Store) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headTimeout, ReadTimeout: headTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve artifacts: %w", err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(within); err != nil {
		if err := server.Close(); err != nil { // who still reads has had the time
			return fmt.Errorf("stop serving artifacts: %w", err)
		}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve artifacts: %w", err)
	}
	return nil
}
