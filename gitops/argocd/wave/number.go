package wave

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/rgd"
)

// numbering gives the objects of a result their waves.
type numbering struct {
	*planner
	result     *render.Result
	placements []Placement
}

// authored reports waves that Argo CD would not read as their author means them.
func (n *numbering) authored() {
	for _, o := range n.result.Objects {
		metadata, _ := o.Value["metadata"].(map[string]any)
		annotations, _ := metadata["annotations"].(map[string]any)
		value, ok := annotations[waveAnnotation]
		if !ok {
			continue
		}
		text, isText := value.(string)
		if _, ok := number(text); isText && ok {
			continue
		}
		at := o.At.Lookup("metadata", "annotations", waveAnnotation).Span()
		if at.File() == nil {
			at = o.At.Span()
		}
		if isText {
			n.diags.Errorf(diag.WaveNumber, at, "the sync wave %q is not a whole number of at most 32 bits", text).
				WithHint("Argo CD takes what it cannot read for wave 0")
		} else {
			n.diags.Errorf(diag.WaveNumber, at, "the sync wave is not a string").
				WithHint("put the number in quotes")
		}
	}
}

// others places what belongs to no instance: definitions, RGDs and instances that a cluster's
// kro is to expand, and what passes through.
func (n *numbering) others() {
	for i, o := range n.result.Objects {
		if o.Instance >= 0 {
			continue
		}
		gvk := kindOf(o.Value)
		at, reason := n.options.Base, "it waits for nothing"
		switch g := n.kinds[gvk]; {
		case gvk == schema.FromAPIVersionAndKind(rgd.APIVersion, rgd.Kind):
			if g := n.named(o); g != nil {
				at, reason = n.defined(g), "RGDs come after the kinds that they use"
			}
		case g != nil:
			at, reason = n.options.step(n.defined(g)+1), fmt.Sprintf("it comes after the RGD %q", g.RGD.Name)
			n.atLeast(i, at, reason)
		case gvk.Kind == "CustomResourceDefinition":
			reason = "definitions come first"
		}
		n.set(i, at, reason)
	}
}

// named is the compiled RGD of a document.
func (n *numbering) named(o render.Object) *graph.Graph {
	name, _ := textAt(o.Value, "metadata", "name")
	for _, g := range n.graphs {
		if g.RGD.Name == name {
			return g
		}
	}
	return nil
}

// defined is the wave of an RGD that goes to the cluster as it is: after those whose kinds it uses.
func (n *numbering) defined(g *graph.Graph) int {
	if key, wave := writtenWave(g); key != "" {
		return wave
	}
	at := n.options.Base + 1
	for _, node := range g.Nodes {
		if inner := n.kinds[node.Base().GVK]; inner != nil && !external(node) {
			at = max(at, n.defined(inner)+1)
		}
	}
	return n.options.step(at)
}

// writtenWave is the wave that the author of an RGD gave the RGD itself.
func writtenWave(g *graph.Graph) (key string, wave int) {
	object, _ := g.RGD.Node.JSON().(map[string]any)
	a := ofObject(object).read()
	return a.key, a.wave
}

// set places an object; what its author wrote counts.
func (n *numbering) set(i, wave int, reason string) {
	a := ofObject(n.result.Objects[i].Value).read()
	n.placements[i] = Placement{Phase: a.phase, Wave: wave, Reason: reason}
	if a.key != "" {
		n.placements[i] = Placement{Phase: a.phase, Wave: a.wave, Author: true, Reason: "its author says so"}
	}
}

// atLeast reports an instance whose author wants it before what it consists of.
func (n *numbering) atLeast(i, floor int, reason string) {
	o := n.result.Objects[i]
	if a := ofObject(o.Value).read(); a.key != "" && a.phase == Sync && a.wave < floor {
		n.diags.Errorf(diag.WaveContradiction, o.At.Lookup("metadata", "annotations", a.key).Span(),
			"the instance has wave %d, but %s", a.wave, reason).
			WithHint("give it wave %d or higher, or leave the annotation out", floor)
	}
}

// instance places the objects of one instance, the instance itself last.
func (n *numbering) instance(instance int) {
	g := n.kinds[kindOf(n.result.Instances[instance].Value)]
	if g == nil {
		return
	}
	l := n.layout(g, lowest)
	moved := n.moved(l, instance)
	n.compare(l, moved)
	floor, highest := n.end(l), l.highest
	for path, m := range moved {
		if m.phase == Sync && m.high >= floor {
			floor, highest = m.high+1, path
		}
	}
	for i, o := range n.result.Objects {
		switch {
		case o.Instance != instance:
		case o.Node != "":
			at, in := find(l, o.Node)
			n.set(i, at.wave, n.reason(in, at))
		default:
			reason := "an instance comes after the definition of its kind"
			if highest != "" {
				reason = fmt.Sprintf("it comes after all of its resources, of which %q has wave %d", highest, floor-1)
			}
			n.atLeast(i, floor, reason)
			n.set(i, n.options.step(floor), reason)
			if order, known := n.placements[i].Phase.order(); known && order < synced && highest != "" {
				_, name := n.result.Instances[instance].Names()
				n.early(o.At.Lookup("metadata", "annotations").Span(), name, n.placements[i].Phase)
			}
		}
	}
}

// reason says why a node has its computed wave.
func (n *numbering) reason(l *layout, at place) string {
	switch {
	case at.nested != nil:
		return "it comes after all of its resources"
	case at.after < 0 && at.floor == lowest:
		return "it waits for nothing"
	case at.after < 0:
		return "the resource that it is part of waits"
	}
	before := l.graph.Nodes[at.after]
	id := before.Base().ID
	switch {
	case at.floor == l.places[at.after].wave:
		return fmt.Sprintf("%q comes before it in the same wave, by its kind", id)
	case Gates(before):
		return fmt.Sprintf("it waits until %q is healthy", id)
	}
	return fmt.Sprintf("it comes after %q", id)
}

// find is the place of a node by the ids on the way to it, and the layout that it is in.
func find(l *layout, path string) (place, *layout) {
	id, rest, nested := strings.Cut(path, "/")
	i, ok := l.graph.Index(id)
	switch {
	case !ok:
		return place{after: -1, floor: lowest}, l
	case nested && l.places[i].nested != nil:
		return find(l.places[i].nested, rest)
	}
	return l.places[i], l
}

func kindOf(object map[string]any) schema.GroupVersionKind {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return schema.FromAPIVersionAndKind(apiVersion, kind)
}
