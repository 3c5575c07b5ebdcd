package wave

import (
	"math"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
)

// lowest is the floor of a node that waits for nothing.
const lowest = math.MinInt

// planner lays out RGDs: it looks at graphs and at nothing that an instance says.
type planner struct {
	options Options
	kinds   map[schema.GroupVersionKind]*graph.Graph
	graphs  []*graph.Graph
	entries map[*graph.Graph]int
	layouts map[corner]*layout
	diags   diag.List
}

func newPlanner(p *render.Program, o Options) *planner {
	plan := &planner{
		options: o, graphs: p.Graphs(), kinds: map[schema.GroupVersionKind]*graph.Graph{},
		entries: map[*graph.Graph]int{}, layouts: map[corner]*layout{},
	}
	for _, g := range plan.graphs {
		plan.kinds[g.InstanceGVK()] = g
	}
	return plan
}

// corner is where an RGD is laid out. An RGD that is nested in several places is laid out
// once for each wave that it starts with.
type corner struct {
	graph *graph.Graph
	floor int
}

// layout is the waves of an RGD's nodes.
type layout struct {
	graph  *graph.Graph
	floor  int
	waits  [][]int // by node: the nodes that it waits for, without external ones
	places []place // by node
	// top is the highest wave of what the RGD puts into the phase Sync; highest is the node's id.
	top     int
	highest string
	pins    []pin // waves of the author's that no dependency within the RGD has been compared with
}

// place is the wave of one node.
type place struct {
	author author // as the template has it
	wave   int    // of the node's own objects; those of a nested RGD come before
	floor  int    // what the nodes that it waits for allow; [lowest] when it waits for none
	after  int    // the node that decides about the floor, or -1
	nested *layout
}

// pin is a wave that somebody wrote into the template of a node.
type pin struct {
	base   *graph.Base
	author author
}

// layout numbers the nodes of an RGD that may start at a floor.
func (p *planner) layout(g *graph.Graph, floor int) *layout {
	at := corner{g, floor}
	if l := p.layouts[at]; l != nil {
		return l
	}
	l := &layout{graph: g, floor: floor, waits: p.waits(g), places: make([]place, len(g.Nodes)), top: lowest}
	p.layouts[at] = l
	for _, i := range g.Order.Topological {
		if !external(g.Nodes[i]) {
			p.place(l, i)
		}
	}
	return l
}

// place numbers one node after those that it waits for.
func (p *planner) place(l *layout, i int) {
	base := l.graph.Nodes[i].Base()
	at := place{author: ofTemplate(base).read(), floor: l.floor, after: -1}
	phase := at.author.phase
	nested := p.kinds[base.GVK]
	if nested != nil {
		phase = Sync // the hook, if it is one, is the instance, not its children
	}
	for _, d := range l.waits[i] {
		p.phases(l, i, d)
		if before := l.places[d]; before.author.phase == phase {
			if need := before.wave + p.gap(l.graph.Nodes[d], p.entry(l.graph.Nodes[i])); need >= at.floor {
				at.floor, at.after = need, d
			}
		}
	}
	if nested != nil {
		at.nested = p.layout(nested, at.floor)
		l.pins = append(l.pins, p.pinned(l, i, at)...)
		if order, known := at.author.phase.order(); known && order < synced && at.nested.top > lowest {
			p.early(hookSpan(base), base.ID, at.author.phase)
		}
		at.floor, at.after = max(at.floor, p.end(at.nested)), -1
	}
	at.wave = p.options.step(max(at.floor, p.first()))
	if at.author.key != "" {
		at.wave = at.author.wave
		switch {
		case at.wave >= at.floor:
			l.pins = append(l.pins, pin{base, at.author})
		case at.nested != nil:
			p.belowChildren(l, i, at)
		case at.after >= 0:
			p.contradiction(l, i, at, pin{base, at.author})
		default:
			l.pins = append(l.pins, pin{base, at.author})
		}
	}
	l.places[i] = at
	l.raise(base.ID, at)
}

// pinned compares what authors wrote into a nested RGD with what its instance waits for,
// and answers the waves that are still to be compared with what waits further out.
func (p *planner) pinned(l *layout, i int, at place) []pin {
	var open []pin
	for _, inner := range at.nested.pins {
		if at.after >= 0 && inner.author.phase == Sync && inner.author.wave < at.floor {
			p.contradiction(l, i, at, inner)
			continue
		}
		open = append(open, inner)
	}
	return open
}

// raise notes the highest wave.
func (l *layout) raise(id string, at place) {
	if at.nested != nil && at.nested.top > l.top {
		l.top, l.highest = at.nested.top, id+"/"+at.nested.highest
	}
	if at.author.phase == Sync && at.wave > l.top {
		l.top, l.highest = at.wave, id
	}
}

// first is the lowest wave of nodes. The definitions of instances are in the base wave, and
// nothing waits for them but instances.
func (p *planner) first() int {
	if p.options.Strategy == Level {
		return p.options.step(p.options.Base + 1)
	}
	return p.options.Base
}

// end is the lowest wave of the instance of an RGD: above all children, and above the
// definition of its kind also where it has none.
func (p *planner) end(l *layout) int {
	return max(p.options.Base+1, l.floor, l.top+1)
}

// gap is how many waves lie at least between a node and one of an order of kinds that waits for it.
func (p *planner) gap(before graph.Node, order int) int {
	if p.options.Strategy == Level || Gates(before) || kindOrder(before.Base().GVK.Kind) >= order {
		return 1
	}
	return 0
}

// entry is the order of the kind of a node. For a nested RGD it is the lowest one of all objects
// that may be in its first wave.
func (p *planner) entry(n graph.Node) int {
	nested := p.kinds[n.Base().GVK]
	if nested == nil {
		return kindOrder(n.Base().GVK.Kind)
	}
	if order, ok := p.entries[nested]; ok {
		return order
	}
	waits, lowest := p.waits(nested), 0
	for i, inner := range nested.Nodes {
		if !external(inner) && (len(waits[i]) == 0 || ofTemplate(inner.Base()).read().key != "") {
			lowest = min(lowest, p.entry(inner))
		}
	}
	p.entries[nested] = lowest
	return lowest
}

// waits are, by node, the nodes that it waits for. An external object is not applied: who
// waits for it waits for what its reference waits for.
func (p *planner) waits(g *graph.Graph) [][]int {
	waits := make([][]int, len(g.Nodes))
	for _, i := range g.Order.Topological {
		for _, d := range g.Nodes[i].Base().Dependencies {
			if external(g.Nodes[d]) {
				waits[i] = append(waits[i], waits[d]...)
			} else {
				waits[i] = append(waits[i], d)
			}
		}
		slices.Sort(waits[i])
		waits[i] = slices.Compact(waits[i])
	}
	return waits
}

func external(n graph.Node) bool { return n.Base().Source.External != nil }
