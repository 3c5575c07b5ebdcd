package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Socket is the path of a plugin's socket. Its name is the registration: Argo CD looks for <name>.sock.
func Socket(dir, name, version string) string {
	if version != "" {
		name += "-" + version
	}
	return filepath.Join(dir, name+".sock")
}

// socket is a listening socket that appears under its path only when it is published: repo-server waits without
// limit for whoever accepts its connection and does not speak.
type socket struct {
	net.Listener

	path, hidden string
	published    os.FileInfo
}

// longest is the length of a socket's path, in bytes, that every system can bind.
const longest = 103

// bind listens under a hidden name beside the path.
func bind(ctx context.Context, path string, mode fs.FileMode) (*socket, error) {
	hidden := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if len(hidden) > longest {
		return nil, fmt.Errorf("socket %s: the path has %d bytes, and %d is the most that a socket can have", path, len(path), longest-len(hidden)+len(path))
	}
	for _, name := range []string{path, hidden} {
		if err := vacant(ctx, name); err != nil {
			return nil, err
		}
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", hidden)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // by then the name may be another server's
	}
	s := &socket{Listener: l, path: path, hidden: hidden}
	if err := os.Chmod(hidden, mode); err != nil {
		s.discard()
		return nil, fmt.Errorf("set the mode of the socket: %w", err)
	}
	return s, nil
}

// vacant removes the socket that a dead server has left.
func vacant(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look for an old socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s exists and is not a socket", path)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var dialer net.Dialer
	if c, err := dialer.DialContext(ctx, "unix", path); err == nil {
		_ = c.Close() // it was opened to see whether that works
		return fmt.Errorf("%s: another server answers there", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	return nil
}

// publish gives the socket its name.
func (s *socket) publish() error {
	info, err := os.Lstat(s.hidden)
	if err == nil {
		err = os.Rename(s.hidden, s.path)
	}
	if err != nil {
		return fmt.Errorf("publish the socket: %w", err)
	}
	s.published = info
	return nil
}

// retract takes the name away, unless it has become that of another server.
func (s *socket) retract() error {
	info, err := os.Lstat(s.path)
	if err != nil || s.published == nil || !os.SameFile(info, s.published) {
		return nil //nolint:nilerr // what is not there need not be removed
	}
	s.published = nil
	if err := os.Remove(s.path); err != nil {
		return fmt.Errorf("remove the socket: %w", err)
	}
	return nil
}

// discard gives up a socket that was not published.
func (s *socket) discard() {
	_ = s.Close()           // there is nothing to lose
	_ = os.Remove(s.hidden) // the next start removes it
}
