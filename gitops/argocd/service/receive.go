package service

import (
	"context"
	"fmt"
	"time"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

const (
	// mebibyte is the unit of the memory budget.
	mebibyte = 1 << 20
	// expansion is how much larger than its archive a tree is taken to be; manifests compress to a fifth or less.
	expansion = 8
	// patience is how long an upload waits for another one with the same checksum before it is unpacked itself: longer
	// than a sound upload takes, much shorter than a stalled one.
	patience = 2 * time.Second
)

// admission decides what becomes of one upload once its checksum is known: whether it is
// unpacked, and when. It belongs to the goroutine that receives.
type admission struct {
	service *Service
	ctx     context.Context //nolint:containedctx // upload.Options.Known has no context
	call    *call

	claimed  int64 // compressed bytes, as the metadata says
	reserved int64 // mebibytes of the budget
	checksum string
	tree     *upload.Tree // the kept one
	leads    bool         // others wait for this upload to be unpacked
	err      error        // the context ended while the upload waited
}

// known is [upload.Options].Known. It blocks: what the client still has to send waits in the client.
func (a *admission) known(checksum string) bool {
	a.call.watch.enter(queued)
	defer a.call.watch.enter(receiving)
	a.checksum = checksum
	if a.find(); a.tree != nil {
		return true
	}
	weight := min(max(a.claimed*expansion/mebibyte, 1), a.service.budgetSize)
	if a.err = a.service.budget.Acquire(a.ctx, weight); a.err != nil {
		return true // what is left is thrown away; nobody waits for it
	}
	a.reserved = weight
	return false
}

// find looks for a kept tree, and waits a while for one that is being unpacked.
func (a *admission) find() {
	ctx, cancel := context.WithTimeout(a.ctx, patience)
	defer cancel()
	for {
		tree, other := a.service.trees.find(a.checksum)
		switch {
		case tree != nil:
			a.tree = tree
			return
		case other == nil:
			a.leads = true
			return
		case !await(ctx, other.done):
			return
		case other.tree != nil:
			a.tree = other.tree
			return
		}
	}
}

// finish tells those who wait how it ended, and answers the tree of the upload.
func (a *admission) finish(u *upload.Upload) *upload.Tree {
	var unpacked *upload.Tree
	if u != nil {
		unpacked = u.Tree
	}
	if a.leads {
		a.service.trees.unpacked(a.checksum, unpacked)
	}
	if unpacked == nil {
		return a.tree
	}
	return unpacked
}

// release gives the budget back. The tree counts until the request is answered.
func (a *admission) release() {
	if a.reserved > 0 {
		a.service.budget.Release(a.reserved)
		a.reserved = 0
	}
}

// counted passes messages on and notes what the first one claims.
type counted struct {
	upload.Stream
	admission *admission
}

func (c *counted) Recv() (*plugin.AppStreamRequest, error) {
	m, err := c.Stream.Recv()
	if meta := m.GetMetadata(); meta != nil {
		c.admission.claimed = meta.GetSize()
		c.admission.call.identify(meta)
	}
	return m, err
}

// received is an upload with its tree.
type received struct {
	upload  *upload.Upload
	tree    *upload.Tree
	reused  bool   // the tree was at hand
	release func() // gives back what the tree holds of the budget
	err     error
}

// receive reads an upload to its end. When the context ends before that, it answers at once: the goroutine
// that reads ends with the stream, that is when the handler returns.
func (s *Service) receive(ctx context.Context, c *call, stream upload.Stream) (received, error) {
	done := make(chan received, 1)
	go func() {
		a := &admission{service: s, ctx: ctx, call: c}
		var r received
		r.err = application.Guard(func() (err error) {
			r.upload, err = upload.Receive(&counted{Stream: stream, admission: a}, upload.Options{Limits: s.options.Limits, Known: a.known})
			return err
		})
		if r.err != nil {
			r.upload = nil
		}
		r.tree, r.reused, r.release = a.finish(r.upload), a.tree != nil, a.release
		if r.err == nil {
			r.err = a.err
		}
		done <- r
	}()
	select {
	case r := <-done:
		if r.err == nil && r.tree == nil {
			r.err = fmt.Errorf("upload %s: unpacked to nothing", r.upload.Checksum)
		}
		return r, r.err
	case <-ctx.Done():
		go func() { (<-done).release() }()
		return received{release: func() {}}, context.Cause(ctx)
	}
}
