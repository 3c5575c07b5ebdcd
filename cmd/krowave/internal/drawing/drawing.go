// Package drawing draws the resources of an RGD and what they wait for.
//
// In: a [Graph], in words that people see. Out: text as a tree, a Mermaid flowchart, a
// DOT graph, or an SVG picture. Levels go from top to bottom. The same graph gives the
// same bytes on every machine: the layout computes with integers and never looks at
// fonts.
//
// The package knows nothing of RGDs, expressions or Kubernetes. Texts may hold anything; each
// writer escapes them for its format.
package drawing

import (
	"cmp"
	"slices"
)

// Graph is one drawing.
type Graph struct {
	Name  string // of the RGD, or of the instance
	Title string // what it defines, or is
	// Nodes are in an order in which every node comes after those that it needs.
	Nodes []Node
	// Last is the text of what comes on a level of its own behind all nodes; "" is nothing.
	Last      string
	LastLevel int
}

// Node is one resource.
type Node struct {
	ID    string
	Text  string // what it is, such as "apps/v1 Deployment"
	Kind  Kind
	State State
	Level int
	Notes []string // conditions, iterators, what it waits for
	Needs []Need   // each node at most once
}

// Need is an arrow to a node.
type Need struct {
	To    int      // position in [Graph.Nodes], before the node that has the need
	Texts []string // the expressions behind it
}

// Kind is the shape of a node.
type Kind uint8

// The kinds of nodes.
const (
	Resource   Kind = iota
	Collection      // many objects
	External        // read, never rendered
	Nested          // an instance of another RGD
)

// String names the kind in words.
func (k Kind) String() string {
	switch k {
	case Collection:
		return "collection"
	case External:
		return "external"
	case Nested:
		return "nested"
	case Resource:
	}
	return "resource"
}

// State is what became of a node.
type State uint8

// The states of nodes.
const (
	Plain  State = iota
	Held         // waits for a run-time value
	Absent       // excluded
)

// String names the state in words, "" for a plain node.
func (s State) String() string {
	switch s {
	case Held:
		return "held"
	case Absent:
		return "absent"
	case Plain:
	}
	return ""
}

// label are the lines of text of a node.
func (n Node) label() []string {
	lines := []string{n.ID, n.Text}
	if s := n.State.String(); s != "" {
		lines = append(lines, s)
	}
	return append(lines, n.Notes...)
}

// levels are the positions of the nodes by level, levels without nodes left out.
func (g Graph) levels() [][]int {
	order := make([]int, len(g.Nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.Nodes[a].Level, g.Nodes[b].Level) })
	var levels [][]int
	for at, i := range order {
		if at == 0 || g.Nodes[order[at-1]].Level != g.Nodes[i].Level {
			levels = append(levels, nil)
		}
		levels[len(levels)-1] = append(levels[len(levels)-1], i)
	}
	return levels
}
