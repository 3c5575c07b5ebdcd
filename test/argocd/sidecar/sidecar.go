// Package sidecar runs plugin servers as processes, for the suites that drive them with Argo CD's own clients.
//
// In: commands of the main module, and files. Out: servers that serve on sockets, and repositories on disk. The
// suites are modules of their own, one for each major version of Argo CD, with the versions of Kubernetes libraries that
// Argo CD needs and that the product must not have; so they start the product instead of importing it, and this
// package imports nothing but the standard library.
//
// What is built and started belongs to the caller, who stops it. Everything is safe for concurrent use.
package sidecar

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Build builds a command of the main module, named by its directory from the root, into a directory and returns its path.
func Build(ctx context.Context, root, command, dir string) (string, error) {
	binary := filepath.Join(dir, filepath.Base(command))
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./"+command)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", command, err, out)
	}
	return binary, nil
}

// Server is a running server.
type Server struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu  sync.Mutex
	log bytes.Buffer
}

// serving is what a server writes to its standard error when it serves.
const serving = "serving"

// Start starts a server and waits until it serves.
func Start(ctx context.Context, binary string, args ...string) (*Server, error) {
	s := &Server{cmd: exec.CommandContext(ctx, binary, args...), done: make(chan struct{})}
	// Nothing of the environment of whoever runs the tests changes what they test.
	s.cmd.Env = []string{}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	ready := make(chan struct{})
	go s.watch(stderr, ready)
	select {
	case <-ready:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("%s ended before it served:\n%s", filepath.Base(binary), s.Log())
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("%s does not serve: %w\n%s", filepath.Base(binary), ctx.Err(), s.Log()), s.Kill())
	}
}

// watch keeps what the server writes, and waits for its end.
func (s *Server) watch(stderr io.Reader, ready chan<- struct{}) {
	defer close(s.done)
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		s.mu.Lock()
		s.log.WriteString(line)
		s.mu.Unlock()
		if ready != nil && strings.Contains(line, serving) {
			close(ready)
			ready = nil
		}
		if err != nil {
			_ = s.cmd.Wait() // how a server ends that is killed is no news
			return
		}
	}
}

// Log is what the server has written to its standard error so far.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// Kill ends the server as the kernel does when memory is short, and waits until it has ended.
func (s *Server) Kill() error { return s.end(syscall.SIGKILL) }

// Stop asks the server to stop, as Kubernetes does, and waits until it has ended.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

func (s *Server) end(signal os.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.done
	return nil
}

// Write writes files into a directory, with the directories that they need.
func Write(dir string, files map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, []byte(files[name]), 0o600); err != nil {
			return err
		}
	}
	return nil
}
