package demand

import (
	"slices"
	"strings"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/graph"
)

// unresolved are the ids of nodes of an instance that are held and have no object that is known by name, and empty are those of
// collections without an item. Both are in the order of the RGD.
func unresolved(ask render.Ask, i render.Instance) (held, empty []string) {
	var waiting, excluded []string
	for _, h := range i.Held {
		waiting = appendOwn(waiting, ask.Address, h.Address)
	}
	for _, a := range i.Absent {
		excluded = appendOwn(excluded, ask.Address, a.Address)
	}
	for _, n := range ask.Graph.Nodes {
		id := n.Base().ID
		if slices.ContainsFunc(ask.Nodes, func(n render.AskedNode) bool { return n.Base.ID == id }) {
			continue
		}
		_, collection := n.(*graph.Collection)
		switch {
		case slices.Contains(waiting, id):
			held = append(held, id)
		case collection && !slices.Contains(excluded, id):
			empty = append(empty, id)
		}
	}
	return held, empty
}

// appendOwn adds the id in an address if it is of a node of the instance at another address itself.
func appendOwn(ids []string, instance, address string) []string {
	if instance != "" {
		rest, inside := strings.CutPrefix(address, instance+"/")
		if !inside {
			return ids
		}
		address = rest
	}
	if strings.Contains(address, "/") {
		return ids
	}
	id, _, _ := strings.Cut(address, "[")
	return append(ids, id)
}
