package service

import (
	"context"
	"net"
	"sync"
	"time"
)

// settle is how long a server that stops goes on accepting: its socket has lost its name, and what had connected before is
// still to be accepted.
const settle = 500 * time.Millisecond

// visited is a listener that knows how many of its connections are open.
//
// Argo CD's client dials once and then waits, without limit and with the lock of the repository, for that one
// connection to become ready. So none may be closed before it has spoken, and the client closes it when it is done.
type visited struct {
	net.Listener

	mu   sync.Mutex
	open int
	none chan struct{} // closed when open becomes 0
}

// Accept is part of [net.Listener].
func (l *visited) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open++; l.open == 1 {
		l.none = make(chan struct{})
	}
	return &visit{Conn: conn, closed: sync.OnceFunc(l.closed)}, nil
}

func (l *visited) closed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open--; l.open == 0 {
		close(l.none)
	}
}

// leave goes on serving until everybody who had connected has gone, at least for a moment and at most for half of the grace.
func (l *visited) leave(ctx context.Context, grace time.Duration) {
	ctx = context.WithoutCancel(ctx)
	moment, cancel := context.WithTimeout(ctx, min(settle, grace/2))
	defer cancel()
	<-moment.Done()
	l.mu.Lock()
	none, open := l.none, l.open
	l.mu.Unlock()
	if open == 0 {
		return
	}
	rest, cancel := context.WithTimeout(ctx, grace/2)
	defer cancel()
	select {
	case <-none:
	case <-rest.Done():
	}
}

// visit is a connection of a visited listener.
type visit struct {
	net.Conn

	closed func()
}

// Close is part of [net.Conn].
func (c *visit) Close() error {
	defer c.closed()
	return c.Conn.Close()
}
