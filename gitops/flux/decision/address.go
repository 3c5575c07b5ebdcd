package decision

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// address is a node of an instance; without a node it is the instance itself.
type address struct{ instance, node string }

// above are the addresses of the instances, the outermost first, that a node is part of.
func (a address) above() []address {
	if a.node == "" || a.instance == "" {
		return nil
	}
	all := []address{{a.instance, ""}}
	for i, r := range a.node {
		if r == '/' {
			all = append(all, address{a.instance, a.node[:i]})
		}
	}
	return all
}

// heldIndex finds held nodes by the objects that they made.
type heldIndex struct {
	ids   map[string][]int
	nodes map[address][]int
}

func indexHeld(held []HeldNode) heldIndex {
	x := heldIndex{ids: map[string][]int{}, nodes: map[address][]int{}}
	for i, h := range held {
		if h.ID != "" {
			x.ids[h.ID] = append(x.ids[h.ID], i)
		}
		if h.Node != "" || h.ID == "" {
			a := address{h.Instance, h.Node}
			x.nodes[a] = append(x.nodes[a], i)
		}
	}
	return x
}

func (x heldIndex) has(e v1alpha1.InventoryEntry) bool { return len(x.of(e)) > 0 }

// of are the positions of the held nodes that an entry belongs to: its own node, its collection, and all that it is part
// of.
func (x heldIndex) of(e v1alpha1.InventoryEntry) []int {
	found := slices.Clone(x.ids[e.ID])
	if e.Instance == "" {
		return found
	}
	for node := e.Node; ; node = node[:max(strings.LastIndexAny(node, "/["), 0)] {
		found = append(found, x.nodes[address{e.Instance, node}]...)
		if node == "" {
			return found
		}
	}
}
