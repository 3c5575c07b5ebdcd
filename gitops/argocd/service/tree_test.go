package service

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/krowave/krowave/gitops/archive"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// treeOf is a tree that holds about n bytes.
func treeOf(t *testing.T, n int) *upload.Tree {
	t.Helper()
	tree, err := archive.FromFS(fstest.MapFS{"a.yaml": {Data: []byte(strings.Repeat("x", n))}}, upload.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestTrees: what is kept stays below the bound, and what was used least recently goes first.
func TestTrees(t *testing.T) {
	t.Parallel()
	tree := treeOf(t, 1000)
	kept := newTrees(3 * tree.Bytes())
	add := func(checksum string, tree *upload.Tree) {
		if found, wait := kept.find(checksum); found != nil || wait != nil {
			t.Fatalf("%s is there already", checksum)
		}
		kept.unpacked(checksum, tree)
	}
	has := func(checksum string) bool {
		kept.mu.Lock()
		defer kept.mu.Unlock()
		return kept.entries[checksum] != nil
	}
	for _, checksum := range []string{"a", "b", "c"} {
		add(checksum, tree)
	}
	if found, _ := kept.find("a"); found != tree {
		t.Error("a is gone before the bound is reached")
	}
	add("d", tree)
	if has("b") || !has("a") || !has("c") || !has("d") {
		t.Errorf("kept a %v, b %v, c %v, d %v; want all but b, which was used least recently", has("a"), has("b"), has("c"), has("d"))
	}
	add("failed", nil)
	add("large", treeOf(t, 4000))
	if has("failed") || has("large") || kept.bytes() != 3*tree.Bytes() {
		t.Errorf("failed %v, large %v, %d bytes; want neither, and %d", has("failed"), has("large"), kept.bytes(), 3*tree.Bytes())
	}
}

// TestUnpackedOnce: who sends what is being unpacked waits for that, and gets the tree even when it is not kept.
func TestUnpackedOnce(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	tree := treeOf(t, 10)
	if found, other := s.trees.find("same"); found != nil || other != nil {
		t.Fatal("it is there already")
	}
	_, other := s.trees.find("same")
	if other == nil {
		t.Fatal("the second has nobody to wait for")
	}
	s.trees.unpacked("same", tree)
	if !await(t.Context(), other.done) || other.tree != tree || s.trees.bytes() != 0 {
		t.Errorf("the second gets %v, and %d bytes are kept; want the tree, and nothing", other.tree, s.trees.bytes())
	}
	a := &admission{service: s, ctx: t.Context(), checksum: "same"}
	if a.find(); !a.leads || a.tree != nil {
		t.Errorf("the third leads %v and has the tree %v, want that it unpacks", a.leads, a.tree)
	}
}

// TestWeights: a large tree takes more turns, and never more than there are.
func TestWeights(t *testing.T) {
	t.Parallel()
	s := New(Options{Concurrency: 2})
	for size, want := range map[int]int64{10: 1, large: 2, 4 * large: 2} {
		tree := treeOf(t, 10)
		if size > 10 {
			many := fstest.MapFS{}
			for i := range size / (8 * mebibyte) {
				many[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: make([]byte, 8*mebibyte)}
			}
			var err error
			if tree, err = archive.FromFS(many, upload.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.weightOf(tree); got != want {
			t.Errorf("a tree of %d bytes takes %d turns, want %d", size, got, want)
		}
	}
	if got := s.weightOf(fstest.MapFS{}); got != 1 {
		t.Errorf("what is no upload takes %d turns, want 1", got)
	}
}
