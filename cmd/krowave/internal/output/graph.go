package output

import "github.com/krowave/krowave/cmd/krowave/internal/drawing"

// Graphs are the drawings of the graph command.
type Graphs struct {
	Header
	Items []Graph `json:"items"`
}

// Graph is one RGD, or one instance.
type Graph struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Levels int    `json:"levels"`
	Nodes  []Node `json:"nodes"`
	Edges  []Edge `json:"edges"`
}

// Node is one resource of a graph.
type Node struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Type  string   `json:"type"`
	State string   `json:"state,omitempty"`
	Level int      `json:"level"`
	Notes []string `json:"notes,omitempty"`
}

// Edge leads from a node to one that needs it.
type Edge struct {
	From        string   `json:"from"`
	To          string   `json:"to"`
	Expressions []string `json:"expressions"`
}

// NewGraphs is the document of drawings.
func NewGraphs(graphs []drawing.Graph) Graphs {
	document := Graphs{Header: header("Graphs"), Items: []Graph{}}
	for _, g := range graphs {
		item := Graph{Name: g.Name, Title: g.Title, Levels: g.LastLevel, Nodes: []Node{}, Edges: []Edge{}}
		for _, n := range g.Nodes {
			item.Nodes = append(item.Nodes, Node{ID: n.ID, Title: n.Text, Type: n.Kind.String(), State: n.State.String(), Level: n.Level, Notes: n.Notes})
			for _, need := range n.Needs {
				item.Edges = append(item.Edges, Edge{From: g.Nodes[need.To].ID, To: n.ID, Expressions: need.Texts})
			}
		}
		document.Items = append(document.Items, item)
	}
	return document
}
