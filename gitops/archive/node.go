package archive

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// node is a file, a directory or a symbolic link of a tree. It does not change once the tree is built.
type node struct {
	name   string
	parent *node // nil at the root
	kind   fs.FileMode

	// A file.
	size    int64
	data    []byte
	missing string // why there is no content; "" when there is

	// A directory. The map serves building and is dropped after it.
	byName  map[string]*node
	entries []*node // in the order of names

	// A symbolic link. Where it leads is found when the tree is complete.
	target string
	state  linkState
	end    place
	chain  int // links behind this one, at most maxChain
}

// linkState says what is known of where a link leads.
type linkState int

const (
	unresolved linkState = iota
	resolving
	resolved
	circular
)

// place is where a path leads: to a node, or below it to what does not exist.
type place struct {
	node   *node
	absent int  // elements of the path below the node that do not exist
	lost   bool // something on the way does not exist, so the path leads nowhere
}

func (n *node) isDir() bool { return n.kind == fs.ModeDir }

func (n *node) isLink() bool { return n.kind == fs.ModeSymlink }

// child returns the entry of a directory, nil when there is none.
func (n *node) child(name string) *node {
	if n.byName != nil {
		return n.byName[name]
	}
	at, ok := slices.BinarySearchFunc(n.entries, name, func(e *node, name string) int { return cmp.Compare(e.name, name) })
	if !ok {
		return nil
	}
	return n.entries[at]
}

// path is the node's name from the root.
func (n *node) path() string {
	if n.parent == nil {
		return "."
	}
	var elements []string
	for ; n.parent != nil; n = n.parent {
		elements = append(elements, n.name)
	}
	slices.Reverse(elements)
	return strings.Join(elements, "/")
}

// maxChain is how many links may stand behind one another.
const maxChain = 255

// resolve finds where a link leads, following the links on the way. It returns an error for a link that leaves the
// tree and for chains that are too long; a link that leads nowhere, or in a circle, hurts only who opens it. Every link is
// followed once, so the work is that of reading all targets.
func (n *node) resolve(above int) error {
	switch {
	case n.state == resolving:
		n.state = circular
		return nil
	case n.state != unresolved:
		return nil
	case above >= maxChain:
		return n.tooLong()
	}
	n.state = resolving
	at := place{node: n.parent}
	for element := range strings.SplitSeq(n.target, "/") {
		next, err := n.step(at, element, above)
		if err != nil {
			return err
		}
		at = next
	}
	if n.state == resolving {
		n.state, n.end = resolved, at
	}
	return nil
}

func (n *node) tooLong() error {
	return rejectf(n.path(), "the symbolic link leads through more than %d others", maxChain)
}

// step follows one element of a link's target.
func (n *node) step(at place, element string, above int) (place, error) {
	switch {
	case element == "" || element == ".":
		return at, nil
	case element == ".." && at.absent > 0:
		return place{node: at.node, absent: at.absent - 1, lost: true}, nil
	case element == "..":
		if at.node.parent == nil {
			return place{}, rejectf(n.path(), "the symbolic link to %s leaves the tree", Shown(n.target))
		}
		return place{node: at.node.parent, lost: at.lost}, nil
	case at.absent > 0 || !at.node.isDir():
		return place{node: at.node, absent: at.absent + 1, lost: true}, nil
	}
	child := at.node.child(element)
	switch {
	case child == nil:
		return place{node: at.node, absent: 1, lost: true}, nil
	case !child.isLink():
		return place{node: child, lost: at.lost}, nil
	}
	return n.through(child, at, above)
}

// through follows another link on the way of this one.
func (n *node) through(link *node, at place, above int) (place, error) {
	if err := link.resolve(above + 1); err != nil {
		return place{}, err
	}
	if n.chain = max(n.chain, link.chain+1); n.chain > maxChain {
		return place{}, n.tooLong()
	}
	if link.state == circular {
		n.state = circular
		return place{node: at.node, absent: 1, lost: true}, nil
	}
	end := link.end
	end.lost = end.lost || at.lost
	return end, nil
}

// omitted is why a file of a tree has no content.
type omitted string

func (o omitted) Error() string { return "it was not kept from the archive: " + string(o) }

func tooLarge(size, limit int64) string {
	return fmt.Sprintf("it has %d bytes, more than %d", size, limit)
}
