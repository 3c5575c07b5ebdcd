package service

import (
	"context"
	"io/fs"
	"strings"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// request is an upload that wants an answer.
type request struct {
	call *call
	q    application.Request
}

// key is the same for requests that have the same answer, which depends on some variables only. Archives of one commit have
// different checksums, since they hold the state of the checkout too; what can be read of them is the same.
func (r request) key(variables []string) string {
	digest := r.q.Digest
	if tree, ok := r.q.Files.(*upload.Tree); ok {
		digest = tree.Digest()
	}
	var b strings.Builder
	for _, part := range []string{digest, r.q.Path} {
		b.WriteString(part)
		b.WriteByte(0)
	}
	for _, name := range variables {
		b.WriteString(r.q.Env[name])
		b.WriteByte(0)
	}
	return b.String()
}

// share answers a request together with all that ask for the same at the same time.
func share[V any](ctx context.Context, s *Service, all *flights[V], r request, do func(context.Context, application.Request) (V, error)) (V, error) {
	var none V
	r.call.watch.enter(queued)
	key := r.key(s.options.Variables)
	one, shared := all.join(ctx, key, func(ctx context.Context, started func()) (V, error) {
		weight := s.weightOf(r.q.Files)
		s.options.Metrics.queue.Inc()
		err := s.turns.Acquire(ctx, weight)
		s.options.Metrics.queue.Dec()
		if err != nil {
			return none, err
		}
		defer s.turns.Release(weight)
		started()
		return do(ctx, r.q)
	})
	defer all.leave(key, one)
	if shared {
		r.call.joined()
		s.options.Metrics.renders.WithLabelValues("shared").Inc()
	} else {
		s.options.Metrics.renders.WithLabelValues("own").Inc()
	}
	return one.wait(ctx, func() { r.call.watch.enter(rendering) })
}

// large is the size of a tree, in bytes, from which on it takes the turns of several renders.
const large = 16 * mebibyte

// weightOf is how many turns a render of files takes.
func (s *Service) weightOf(files fs.FS) int64 {
	tree, ok := files.(*upload.Tree)
	if !ok {
		return 1
	}
	return min(1+tree.Bytes()/large, int64(s.options.Concurrency))
}
