package wave

import (
	"maps"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// moved are the waves that an expression gave the objects of a node.
type moved struct {
	low, high int
	phase     Phase
	key       string
	at        *source.Node
}

// moved collects the nodes of an instance whose wave an expression decides, by their paths.
func (n *numbering) moved(l *layout, instance int) map[string]moved {
	all := map[string]moved{}
	for _, o := range n.result.Objects {
		if o.Instance != instance || o.Node == "" {
			continue
		}
		at, _ := find(l, o.Node)
		a := ofObject(o.Value).read()
		if !at.author.dynamic || a.key == "" {
			continue
		}
		m, ok := all[o.Node]
		if !ok {
			m = moved{low: a.wave, high: a.wave, phase: a.phase, key: a.key, at: o.At}
		}
		m.low, m.high = min(m.low, a.wave), max(m.high, a.wave)
		all[o.Node] = m
	}
	return all
}

// compare reports waves of expressions that contradict the graph. Nothing else moves for them,
// since it would move again with the values of the instance.
func (n *numbering) compare(l *layout, all map[string]moved) {
	for _, path := range slices.Sorted(maps.Keys(all)) {
		m := all[path]
		at, in := find(l, path)
		if m.phase != Sync {
			continue
		}
		if m.low < at.floor {
			n.tooLow(in, at, path, m)
			continue
		}
		prefix, id := "", path
		if cut := strings.LastIndex(path, "/"); cut >= 0 {
			prefix, id = path[:cut], path[cut+1:]
			if parent, _ := find(l, prefix); parent.wave <= m.high {
				n.tooHigh(m, path, prefix, parent.wave)
			}
		}
		if i, ok := in.graph.Index(id); ok {
			n.dependents(in, i, all, where{prefix, m})
		}
	}
}

// where is a node whose wave an expression decides.
type where struct {
	prefix string
	moved  moved
}

// dependents compares a node with those that wait for it.
func (n *numbering) dependents(l *layout, i int, all map[string]moved, w where) {
	for j, waits := range l.waits {
		if !slices.Contains(waits, i) || l.places[j].author.phase != Sync {
			continue
		}
		id := l.graph.Nodes[j].Base().ID
		path := strings.TrimPrefix(w.prefix+"/"+id, "/")
		wave := l.places[j].wave
		if nested := l.places[j].nested; nested != nil {
			wave = n.options.step(max(nested.floor, n.first()))
		}
		if m, ok := all[path]; ok {
			wave = m.low
		}
		if w.moved.high+n.gap(l.graph.Nodes[i], n.entry(l.graph.Nodes[j])) > wave {
			n.tooHigh(w.moved, l.graph.Nodes[i].Base().ID, id, wave)
		}
	}
}

func (n *numbering) tooLow(l *layout, at place, path string, m moved) {
	d := n.diags.Errorf(diag.WaveContradiction, m.at.Lookup("metadata", "annotations", m.key).Span(),
		"%q has wave %d, but what it waits for allows no wave below %d", path, m.low, at.floor).
		WithHint("give it wave %d or higher, or leave the annotation out", at.floor)
	id := path[strings.LastIndex(path, "/")+1:]
	if i, ok := l.graph.Index(id); ok && at.after >= 0 {
		related(d, l, i, at.after)
	}
}

func (n *numbering) tooHigh(m moved, id, dependent string, wave int) {
	n.diags.Errorf(diag.WaveContradiction, m.at.Lookup("metadata", "annotations", m.key).Span(),
		"%q has wave %d, but %q, which waits for it, has wave %d", id, m.high, dependent, wave).
		WithHint("what waits moves along with a number, but not with an expression; give both a wave")
}
