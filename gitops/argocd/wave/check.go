package wave

import (
	"fmt"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// contradiction reports a wave that somebody wrote into a template, and that is lower than what
// a node waits for: the template's own node, or one whose nested RGD has the template.
func (p *planner) contradiction(l *layout, i int, at place, written pin) {
	id, before := l.graph.Nodes[i].Base().ID, l.graph.Nodes[at.after].Base()
	who := fmt.Sprintf("%q", id)
	if written.base != l.graph.Nodes[i].Base() {
		who = fmt.Sprintf("%q, which is part of %q,", written.base.ID, id)
	}
	d := p.diags.Errorf(diag.WaveContradiction, written.base.Source.Template.Lookup("metadata", "annotations", written.author.key).Span(),
		"%s has wave %d, but %q, which it waits for, has wave %d", who, written.author.wave, before.ID, l.places[at.after].wave).
		WithHint("give it wave %d or higher, or leave the annotation out", at.floor)
	related(d, l, i, at.after)
}

// related adds why a node waits for another one, and where that one gets its wave from.
func related(d *diag.Diagnostic, l *layout, i, after int) {
	before := l.graph.Nodes[after].Base()
	if span, ok := reference(l, i, after); ok {
		d.WithRelated(span, "%q waits for %q here", l.graph.Nodes[i].Base().ID, before.ID)
	}
	if key := l.places[after].author.key; key != "" {
		d.WithRelated(before.Source.Template.Lookup("metadata", "annotations", key).Span(), "%q has its wave here", before.ID)
		return
	}
	d.WithRelated(before.Source.IDNode.Span(), "%q is declared here", before.ID)
}

// reference is where a node refers to another one, or to an external one that waits for it.
func reference(l *layout, i, to int) (source.Span, bool) {
	for _, ref := range l.graph.References(i) {
		if ref.To == to {
			return ref.Span, true
		}
	}
	for _, ref := range l.graph.References(i) {
		if external(l.graph.Nodes[ref.To]) {
			if _, ok := reference(l, ref.To, to); ok {
				return ref.Span, true
			}
		}
	}
	return source.Span{}, false
}

// belowChildren reports the instance of a nested RGD that would come before its children.
func (p *planner) belowChildren(l *layout, i int, at place) {
	base := l.graph.Nodes[i].Base()
	p.diags.Errorf(diag.WaveContradiction, base.Source.Template.Lookup("metadata", "annotations", at.author.key).Span(),
		"%q has wave %d, but its resources take waves up to %d", base.ID, at.author.wave, at.floor-1).
		WithHint("an instance comes after all of its resources: give it wave %d or higher, or leave the annotation out", at.floor)
}

// phases reports a node that waits for one of a later phase.
func (p *planner) phases(l *layout, i, after int) {
	base, before := l.graph.Nodes[i].Base(), l.graph.Nodes[after].Base()
	phase, later := ofTemplate(base).read().phase, l.places[after].author.phase
	a, known := phase.order()
	b, also := later.order()
	if !known || !also || b <= a {
		return
	}
	d := p.diags.Errorf(diag.WavePhase, hookSpan(base), "%q is applied in the phase %s, but %q, which it waits for, comes in %s", base.ID, phase, before.ID, later).
		WithHint("make both hooks of one phase, or take the reference out")
	if span, ok := reference(l, i, after); ok {
		d.WithRelated(span, "%q waits for %q here", base.ID, before.ID)
	}
	d.WithRelated(hookSpan(before), "this puts %q into %s", before.ID, later)
}

// early reports an instance that would be applied in an earlier phase than what it consists of.
func (p *planner) early(at source.Span, who string, phase Phase) {
	p.diags.Errorf(diag.WavePhase, at, "%q is applied in the phase %s, but its resources come in %s", who, phase, Sync).
		WithHint("an instance comes after all of its resources: leave the hook out")
}

// hookSpan is the annotation that makes a hook of a node; the id of a node that is none, as it
// is in the phase of all that are not hooks.
func hookSpan(base *graph.Base) source.Span {
	annotated := base.Source.Template.Lookup("metadata", "annotations")
	for _, key := range []string{hookAnnotation, helmHookAnnotation} {
		if _, ok := annotated.Field(key); ok {
			return annotated.Get(key).Span()
		}
	}
	return base.Source.IDNode.Span()
}
