package service

import (
	"container/list"
	"context"
	"sync"

	"github.com/krowave/krowave/gitops/argocd/upload"
)

// trees keeps the trees of recent uploads by their checksum, the least recently used ones going
// first, and makes sure that of uploads with the same checksum one is unpacked at a time.
type trees struct {
	capacity int64 // in bytes

	mu        sync.Mutex
	size      int64
	byAge     *list.List // of keptTree, the youngest first
	entries   map[string]*list.Element
	unpacking map[string]*unpacking
}

// unpacking is an upload that is being unpacked. Its tree may be read once done is closed; nil says that it failed.
type unpacking struct {
	done chan struct{}
	tree *upload.Tree
}

type keptTree struct {
	checksum string
	tree     *upload.Tree
}

func newTrees(capacity int64) *trees {
	return &trees{capacity: capacity, byAge: list.New(), entries: map[string]*list.Element{}, unpacking: map[string]*unpacking{}}
}

// find answers a kept tree. If there is none, and nobody is unpacking it, the caller has to: it must then call
// unpacked, whatever happens. If somebody is, the answer is what to wait for.
func (t *trees) find(checksum string) (tree *upload.Tree, other *unpacking) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries[checksum]; ok {
		t.byAge.MoveToFront(e)
		kept, _ := e.Value.(keptTree)
		return kept.tree, nil
	}
	if other, ok := t.unpacking[checksum]; ok {
		return nil, other
	}
	t.unpacking[checksum] = &unpacking{done: make(chan struct{})}
	return nil, nil
}

// unpacked keeps the tree of a verified upload, nil when it failed, and hands it to those who wait for it.
func (t *trees) unpacked(checksum string, tree *upload.Tree) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(checksum, tree)
	one := t.unpacking[checksum]
	delete(t.unpacking, checksum)
	one.tree = tree
	close(one.done)
}

func (t *trees) keep(checksum string, tree *upload.Tree) {
	if tree == nil || tree.Bytes() > t.capacity || t.entries[checksum] != nil {
		return
	}
	t.entries[checksum] = t.byAge.PushFront(keptTree{checksum: checksum, tree: tree})
	t.size += tree.Bytes()
	for t.size > t.capacity {
		oldest, _ := t.byAge.Remove(t.byAge.Back()).(keptTree)
		delete(t.entries, oldest.checksum)
		t.size -= oldest.tree.Bytes()
	}
}

// bytes is the memory that the kept trees hold.
func (t *trees) bytes() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.size
}

// await waits until a channel is closed or the context ends, and reports the former.
func await(ctx context.Context, c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}
