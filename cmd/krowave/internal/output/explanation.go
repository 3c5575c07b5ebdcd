package output

import (
	"slices"

	"github.com/krowave/krowave/cmd/krowave/internal/drawing"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
)

// Explanation says of every node of some instances what became of it and why.
type Explanation struct {
	Header
	Instances []ExplainedInstance `json:"instances"`
}

// ExplainedInstance is one instance.
type ExplainedInstance struct {
	Identity
	Place
	RGD   string          `json:"rgd"`
	Nodes []ExplainedNode `json:"nodes"`
}

// ExplainedNode is one node. The instance itself is the last one, under the name that
// expressions have for it.
type ExplainedNode struct {
	ID         string     `json:"id"`
	APIVersion string     `json:"apiVersion"`
	Kind       string     `json:"kind"`
	Type       string     `json:"type"`
	Outcome    string     `json:"outcome"`
	Level      int        `json:"level"`
	Start      int        `json:"start"`
	Chain      []Link     `json:"chain"`
	Waits      []NodeWait `json:"waits,omitempty"`
	// After are the held nodes that a held node comes after.
	After   []string          `json:"after,omitempty"`
	Absent  []Absence         `json:"absent,omitempty"`
	Objects []ExplainedObject `json:"objects"`
}

// Link is one dependency in a chain.
type Link struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Field      string `json:"field"`
	Expression string `json:"expression"`
	Place
}

// NodeWait is a value that a held node waits for.
type NodeWait struct {
	Address string `json:"address"`
	Wait
}

// Absence is a reason for which a node is excluded.
type Absence struct {
	Address string `json:"address"`
	Because string `json:"because,omitempty"`
	Condition
}

// ExplainedObject is one object of a node.
type ExplainedObject struct {
	Namespace string  `json:"namespace,omitempty"`
	Name      string  `json:"name"`
	Fields    []Field `json:"fields,omitempty"`
}

// Field is a field of an object and where it comes from.
type Field struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
	Cause string `json:"cause"`
	Text  string `json:"text,omitempty"`
	Place
	Reads []Read `json:"reads,omitempty"`
}

// Read is a place that an expression looked at.
type Read struct {
	Path  string `json:"path"`
	Known bool   `json:"known"`
	Value any    `json:"value"`
	Cause string `json:"cause"`
	Place
}

// InstanceNode is the id of the instance itself.
const InstanceNode = "schema"

// Question is what to explain; the zero value is everything but fields.
type Question struct {
	Instance int    // position in the result, or -1 for all
	Node     string // id, or "" for all
	Field    fieldpath.Path
}

// NewExplanation answers a question about a result.
func NewExplanation(p *render.Program, r *render.Result, q Question) Explanation {
	e := Explanation{Header: header("Explanation"), Instances: []ExplainedInstance{}}
	for at, i := range r.Instances {
		if q.Instance >= 0 && q.Instance != at {
			continue
		}
		x := explainer{program: p, result: r, field: q.Field}
		explained := ExplainedInstance{Identity: identity(i), Place: PlaceOf(i.At.Span()), RGD: i.RGD, Nodes: []ExplainedNode{}}
		for _, n := range append(x.nodes(at), x.itself(at)) {
			if q.Node == "" || q.Node == n.ID {
				explained.Nodes = append(explained.Nodes, n)
			}
		}
		e.Instances = append(e.Instances, explained)
	}
	return e
}

// explainer turns what the engine says into the document.
type explainer struct {
	program *render.Program
	result  *render.Result
	field   fieldpath.Path
}

func (x explainer) nodes(instance int) []ExplainedNode {
	var all []ExplainedNode
	for _, n := range x.program.Explain(x.result, instance) {
		gvk := n.Node.Base().GVK
		e := ExplainedNode{
			ID: n.ID, APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, Type: KindOf(n).String(), Outcome: string(n.Outcome),
			Level: n.Level, Start: n.Start, Chain: []Link{}, Objects: []ExplainedObject{},
		}
		for _, c := range n.Chain {
			e.Chain = append(e.Chain, Link{From: c.From, To: c.To, Field: c.Field, Expression: c.Expression.Text(), Place: PlaceOf(c.Expression.Span())})
		}
		for _, h := range n.Held {
			e.wait(h)
		}
		for _, a := range n.Absent {
			absent := newAbsent(a)
			e.Absent = append(e.Absent, Absence{absent.Address, absent.Because, absent.Condition})
		}
		for _, at := range n.Objects {
			e.Objects = append(e.Objects, x.object(at))
		}
		all = append(all, e)
	}
	return all
}

// wait adds the reasons of a held node, in nested collections those of one item.
func (e *ExplainedNode) wait(h eval.Held) {
	held := newHeld(h)
	for _, w := range held.Waits {
		e.Waits = append(e.Waits, NodeWait{held.Address, w})
	}
	e.After = append(e.After, held.After...)
}

// itself is the instance as the last node.
func (x explainer) itself(instance int) ExplainedNode {
	i := x.result.Instances[instance]
	id := identity(i)
	n := ExplainedNode{
		ID: InstanceNode, APIVersion: id.APIVersion, Kind: id.Kind, Type: "instance", Outcome: string(render.Rendered),
		Level: i.Levels, Start: i.Levels, Chain: []Link{}, Objects: []ExplainedObject{},
	}
	for at, o := range x.result.Objects {
		if o.Instance == instance && o.Node == "" {
			n.Objects = append(n.Objects, x.object(at))
		}
	}
	return n
}

func (x explainer) object(at int) ExplainedObject {
	o := x.result.Objects[at]
	metadata, _ := o.Value["metadata"].(map[string]any)
	e := ExplainedObject{}
	e.Namespace, _ = metadata["namespace"].(string)
	e.Name, _ = metadata["name"].(string)
	if x.field.IsRoot() {
		return e
	}
	for _, origin := range x.program.Origins(x.result, at) {
		if origin.Path.Overlaps(x.field) {
			e.Fields = append(e.Fields, x.origin(at, origin))
		}
	}
	return e
}

func (x explainer) origin(object int, o render.Origin) Field {
	f := Field{Path: o.Path.String(), Value: o.Value, Cause: string(o.Cause), Text: o.Span.Text(), Place: PlaceOf(o.Span)}
	for _, e := range o.Expressions {
		for _, r := range x.program.Readings(x.result, object, e) {
			read := Read{Path: r.Path, Known: r.Known, Value: r.Value, Cause: string(r.Cause), Place: PlaceOf(r.Span)}
			if !slices.ContainsFunc(f.Reads, func(known Read) bool { return known.Path == read.Path }) {
				f.Reads = append(f.Reads, read)
			}
		}
	}
	return f
}

// KindOf is what a node is.
func KindOf(n render.Node) drawing.Kind {
	switch n.Node.(type) {
	case *graph.External, *graph.ExternalCollection:
		return drawing.External
	case *graph.Collection:
		return drawing.Collection
	case *graph.Resource:
	}
	if n.Nested != nil {
		return drawing.Nested
	}
	return drawing.Resource
}
