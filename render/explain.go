package render

import (
	"slices"

	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Outcome is what became of a node in a render.
type Outcome string

// The outcomes.
const (
	Rendered Outcome = "rendered" // its objects are in the result; a collection may have none
	Held     Outcome = "held"     // it waits for a run-time value
	Absent   Outcome = "absent"   // a condition excludes it
	Read     Outcome = "read"     // an external node whose objects are known
)

// Node is one node of a rendered instance, what became of it and why.
type Node struct {
	// ID is the node's id; in a nested RGD the ids on the way to it, joined by slashes.
	ID   string
	Node graph.Node
	// Graph is the RGD that declares the node.
	Graph *graph.Graph
	// Nested is the RGD that the node's objects are instances of, or nil.
	Nested  *graph.Graph
	Outcome Outcome
	// Level is that of the node's own objects. Start is lower for an instance of a
	// nested RGD, which stands behind its children.
	Level, Start int
	// Chain is why the node does not start earlier: a longest chain of dependencies,
	// this node's own first. It is empty for a node that starts at once.
	Chain []Need
	// Held and Absent have more than one entry only for nodes in nested collections: then
	// one for each item, by its address.
	Held   []eval.Held
	Absent []eval.Absent
	// Objects are positions in the result.
	Objects []int
}

// Need is one dependency.
type Need struct {
	From, To   string // ids as in [Node.ID]
	Expression *expr.Checked
	Field      string      // where the expression stands, see [graph.Reference]
	Span       source.Span // the other node's id in the expression
}

// Explain accounts for every node of an instance of the result, in topological order;
// nodes of a nested RGD stand in front of the node that they belong to.
func (p *Program) Explain(r *Result, instance int) []Node {
	i := r.Instances[instance]
	program := p.programs[gvkOf(i.At)]
	if program == nil {
		return nil
	}
	e := explainer{program: p, held: map[string][]eval.Held{}, absent: map[string][]eval.Absent{}, objects: map[string][]int{}}
	for _, h := range i.Held {
		e.held[h.Node] = append(e.held[h.Node], h)
	}
	for _, a := range i.Absent {
		e.absent[a.Node] = append(e.absent[a.Node], a)
	}
	for at, o := range r.Objects {
		if o.Instance == instance && o.Node != "" {
			e.objects[o.Node] = append(e.objects[o.Node], at)
		}
	}
	e.graph(program, within{})
	return e.nodes
}

// Outline are the nodes of a compiled RGD, in topological order, without any outcome.
// Nodes of nested RGDs are not among them.
func (p *Program) Outline(g *graph.Graph) []Node {
	program := p.programs[g.InstanceGVK()]
	if program == nil {
		return nil
	}
	e := explainer{program: p, flat: true}
	e.graph(program, within{})
	for i := range e.nodes {
		e.nodes[i].Outcome = ""
	}
	return e.nodes
}

// Levels is the number of levels that the resources of an RGD take.
func (p *Program) Levels(g *graph.Graph) int {
	if program := p.programs[g.InstanceGVK()]; program != nil {
		return program.Levels()
	}
	return 0
}

// explainer collects the nodes of one instance.
type explainer struct {
	program *Program
	flat    bool // nested RGDs are not opened
	held    map[string][]eval.Held
	absent  map[string][]eval.Absent
	objects map[string][]int
	nodes   []Node
}

// within is the node whose nested RGD is being looked at.
type within struct {
	prefix string
	level  int
	chain  []Need
}

func (e *explainer) graph(p *eval.Program, in within) {
	g := p.Graph
	starts, ends := p.Starts(), p.Ends()
	chains := make([][]Need, len(g.Nodes))
	for _, i := range g.Order.Topological {
		base := g.Nodes[i].Base()
		chains[i] = in.chain
		if starts[i] > 0 {
			chains[i] = chain(g, i, in.prefix, func(to int) ([]Need, bool) { return chains[to], ends[to] == starts[i] })
		}
		n := Node{ID: in.prefix + base.ID, Node: g.Nodes[i], Graph: g, Chain: chains[i], Start: in.level + starts[i], Level: in.level + max(starts[i], ends[i]-1)}
		e.outcome(&n)
		if nested := e.program.nested(base.GVK); nested != nil && base.Source.External == nil {
			n.Nested = nested.Graph
			if !e.flat && n.Outcome == Rendered {
				e.graph(nested, within{prefix: n.ID + "/", level: n.Start, chain: n.Chain})
			}
		}
		e.nodes = append(e.nodes, n)
	}
}

// chain continues the chain of the first dependency that the node at a position has to wait for.
func chain(g *graph.Graph, node int, prefix string, longest func(to int) ([]Need, bool)) []Need {
	for _, ref := range g.References(node) {
		if rest, ok := longest(ref.To); ok {
			need := Need{
				From: prefix + g.Nodes[node].Base().ID, To: prefix + g.Nodes[ref.To].Base().ID,
				Expression: ref.Expression, Field: ref.Field, Span: ref.Span,
			}
			return slices.Concat([]Need{need}, rest)
		}
	}
	return nil
}

func (e *explainer) outcome(n *Node) {
	n.Held, n.Absent, n.Objects = e.held[n.ID], e.absent[n.ID], e.objects[n.ID]
	switch {
	case len(n.Held) > 0:
		n.Outcome = Held
	case len(n.Objects) > 0:
		n.Outcome = Rendered
	case len(n.Absent) > 0:
		n.Outcome = Absent
	default:
		n.Outcome = Rendered
		switch n.Node.(type) {
		case *graph.External, *graph.ExternalCollection:
			n.Outcome = Read
		case *graph.Resource, *graph.Collection:
		}
	}
}
