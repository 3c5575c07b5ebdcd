package service

import (
	"context"
	"sync"

	"github.com/krowave/krowave/gitops/argocd/application"
)

// flights shares work among callers that ask for the same thing at the same time.
type flights[V any] struct {
	mu  sync.Mutex
	all map[string]*flight[V]
}

// flight is work under way. Its value and error may be read once done is closed.
type flight[V any] struct {
	started chan struct{} // closed when the work has got its turn
	done    chan struct{}
	value   V
	err     error

	callers int // guarded by flights.mu
	cancel  context.CancelFunc
}

// work computes a value; it calls started once when it has got its turn.
type work[V any] func(ctx context.Context, started func()) (V, error)

// join answers the flight of a key and whether it was under way already. The work gets a context that
// is not the caller's: it ends when the last caller has left. Each caller must leave exactly once.
func (f *flights[V]) join(ctx context.Context, key string, do work[V]) (*flight[V], bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other, ok := f.all[key]; ok {
		other.callers++
		return other, true
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // fly calls cancel
	one := &flight[V]{started: make(chan struct{}), done: make(chan struct{}), callers: 1, cancel: cancel}
	if f.all == nil {
		f.all = map[string]*flight[V]{}
	}
	f.all[key] = one
	go f.fly(ctx, key, one, do)
	return one, false
}

func (f *flights[V]) fly(ctx context.Context, key string, one *flight[V], do work[V]) {
	defer one.cancel()
	defer close(one.done)
	defer f.forget(key, one)
	one.err = application.Guard(func() (err error) {
		one.value, err = do(ctx, sync.OnceFunc(func() { close(one.started) }))
		return err
	})
}

// leave is called by each caller when it wants no more. The last one to leave stops the work, and
// whoever asks after that starts anew.
func (f *flights[V]) leave(key string, one *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one.callers--
	if one.callers == 0 {
		one.cancel()
		f.drop(key, one)
	}
}

func (f *flights[V]) forget(key string, one *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(key, one)
}

func (f *flights[V]) drop(key string, one *flight[V]) {
	if f.all[key] == one {
		delete(f.all, key)
	}
}

// wait waits for the work to end, and calls onStart when it has got its turn.
func (one *flight[V]) wait(ctx context.Context, onStart func()) (V, error) {
	select {
	case <-one.started:
		onStart()
	case <-one.done:
		select {
		case <-one.started: // both were so, and which is seen first is chance
			onStart()
		default:
		}
	case <-ctx.Done():
	}
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		var none V
		return none, context.Cause(ctx)
	}
}
