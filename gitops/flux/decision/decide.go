package decision

import (
	"cmp"
	"maps"
	"slices"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Decide says what the next artifact contains. The error is an [*EmptyRenderError] or a [*LostManifestError]; nothing may
// be published then, the inventory stays as it is, and the decision says only what is waited for.
func Decide(in Input) (*Decision, error) {
	if in.Options.Deleting {
		in.Objects, in.Held = nil, nil
	}
	if len(in.Objects) == 0 && len(in.Held) == 0 && !in.Options.AllowEmpty && !in.Options.Deleting {
		return &Decision{}, &EmptyRenderError{}
	}
	p := newPlan(in)
	p.grow()
	p.raise()
	p.carry()
	p.shrink()
	p.lift()
	p.report()
	if len(p.lost) > 0 {
		slices.Sort(p.lost)
		return &Decision{Waiting: p.out.Waiting, Levels: p.out.Levels}, &LostManifestError{IDs: p.lost}
	}
	return p.out, nil
}

// plan is a decision in the making.
type plan struct {
	in      Input
	objects map[string]*Object
	entries map[string]v1alpha1.InventoryEntry
	held    heldIndex
	// behind are the IDs that an instance comes after because they are its nodes; parts are its held nodes.
	behind   map[string][]string
	parts    map[string][]string
	verdicts map[string]*verdict
	// next is the inventory to come. An entry without a revision gets that of the artifact.
	next map[string]v1alpha1.InventoryEntry
	// rest are the manifests that the render does not give.
	rest []Manifest
	lost []string
	out  *Decision
}

func newPlan(in Input) *plan {
	p := &plan{
		in:       in,
		objects:  make(map[string]*Object, len(in.Objects)),
		entries:  make(map[string]v1alpha1.InventoryEntry, len(in.Inventory)),
		held:     indexHeld(in.Held),
		behind:   map[string][]string{},
		parts:    map[string][]string{},
		verdicts: make(map[string]*verdict, len(in.Objects)),
		next:     make(map[string]v1alpha1.InventoryEntry, len(in.Objects)),
		out:      &Decision{},
	}
	for _, e := range in.Inventory {
		if e.Withdrawn && (p.neverLeft(e.ID) || p.cameLate(e)) {
			e.Withdrawn, e.Replaces = false, false
		}
		p.entries[e.ID] = e
	}
	p.in.Objects = make([]Object, 0, len(in.Objects))
	for _, o := range in.Objects {
		if p.objects[o.ID] != nil {
			continue
		}
		if o.Digest == "" {
			o.Digest = Digest(o.Manifest)
		}
		p.in.Objects = append(p.in.Objects, o)
		p.objects[o.ID] = &o
	}
	p.nest()
	return p
}

// nest finds what every instance, nested ones too, comes after.
func (p *plan) nest() {
	instances := map[address]string{}
	for _, o := range p.in.Objects {
		if o.Instance != "" {
			instances[address{o.Instance, o.Node}] = o.ID
		}
	}
	for _, o := range p.in.Objects {
		for _, a := range (address{o.Instance, o.Node}).above() {
			if id, ok := instances[a]; ok {
				p.behind[id] = append(p.behind[id], o.ID)
			}
		}
	}
	for _, h := range p.in.Held {
		for _, a := range (address{h.Instance, h.Node}).above() {
			if id, ok := instances[a]; ok && id != h.ID {
				p.parts[id] = append(p.parts[id], h.Node)
			}
		}
	}
}

// ordered says that readiness matters.
func (p *plan) ordered() bool { return p.in.Options.Ordering != v1alpha1.OrderingNone }

// settled says that the consumer has done what the last change of an entry asks of it. It has, too, if it has applied what
// it was given last and that agrees with the entry, however many artifacts were in between.
func (p *plan) settled(e v1alpha1.InventoryEntry) bool {
	if !e.Replaces && !e.Withdrawn || p.in.Applied == "" || p.in.Applied == e.Revision {
		return true
	}
	if p.in.Applied != p.in.Current || p.in.Last == nil {
		return false
	}
	manifest, there := p.in.Last[e.ID]
	if e.Withdrawn {
		return !there
	}
	return there && Digest(manifest) == e.Digest
}

// settle is the entry after what the consumer says.
func (p *plan) settle(e v1alpha1.InventoryEntry) v1alpha1.InventoryEntry {
	if !e.Withdrawn {
		e.Replaces = e.Replaces && !p.settled(e)
	} else if !e.Replaces || isSecret(e.ID) {
		e.Manifest = nil
	}
	return e
}

// delivered is the entry of an object that is in the artifact, or was meant to be.
func (p *plan) delivered(id string) (v1alpha1.InventoryEntry, bool) {
	e, ok := p.entries[id]
	return e, ok && !e.Withdrawn
}

// ready says that what needs the object need not wait, whatever content the object has.
func (p *plan) ready(id string) bool {
	state := p.in.Cluster[id]
	return state.Known && state.Exists && state.Ready
}

// stay leaves a delivered object in the artifact with the manifest that it was delivered with.
func (p *plan) stay(e v1alpha1.InventoryEntry, manifest []byte, origin Origin) {
	next := recorded(e, manifest)
	if next.Digest == e.Digest {
		next = p.settle(next)
	} else {
		// The inventory is ahead of an artifact that was not published. Some consumer may have seen it all the same.
		next.Revision, next.Replaces = "", true
	}
	p.next[e.ID] = next
	p.rest = append(p.rest, Manifest{ID: e.ID, JSON: manifest, Origin: origin})
}

// carry keeps what was delivered and is held.
func (p *plan) carry() {
	for _, id := range slices.Sorted(maps.Keys(p.entries)) {
		e := p.entries[id]
		if p.objects[id] != nil || e.Withdrawn || !p.held.has(e) {
			continue
		}
		manifest, ok := p.last(e)
		switch {
		case ok:
			p.stay(e, manifest, Carried)
		case !p.neverCame(id):
			p.next[id] = e
			p.lost = append(p.lost, id)
		}
	}
}

// neverCame says that an object stands in the inventory because of an artifact that was never published: it is neither in
// the cluster nor in what the consumer was given and may not have applied yet.
func (p *plan) neverCame(id string) bool {
	state := p.in.Cluster[id]
	given := p.in.Last == nil && p.in.Current != "" && p.in.Applied != p.in.Current
	return state.Known && !state.Exists && !given && !p.in.Owned[id]
}

// neverLeft says that an object was withdrawn for an artifact that was never published: it still stands in what the consumer
// was given. Whether the consumer has applied that does not matter: it may be about to.
func (p *plan) neverLeft(id string) bool {
	_, there := p.in.Last[id]
	return there
}

// cameLate says that an object which was not there when it was withdrawn has come since, by an attempt to apply that failed
// half way. The consumer has applied what came after, and would leave it behind.
func (p *plan) cameLate(e v1alpha1.InventoryEntry) bool {
	state := p.in.Cluster[e.ID]
	return e.Replaces && e.Manifest != nil && p.settled(e) && state.Known && state.Exists && p.in.Owned != nil && !p.in.Owned[e.ID]
}

// report fills in what the caller sees.
func (p *plan) report() {
	slices.SortFunc(p.rest, func(a, b Manifest) int { return cmp.Compare(a.ID, b.ID) })
	p.out.Manifests = append(p.out.Manifests, p.rest...)
	p.out.inventory = slices.SortedFunc(maps.Values(p.next), func(a, b v1alpha1.InventoryEntry) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Level, b.Level), cmp.Compare(a.ID, b.ID))
	})
	p.reportHeld()
	slices.SortFunc(p.out.Waiting, func(a, b v1alpha1.WaitingNode) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Reason, b.Reason),
			slices.Compare(a.For, b.For))
	})
	slices.Sort(p.out.Withdrawn)
	p.out.Publish = len(p.out.Manifests) > 0 || len(p.in.Inventory) > 0 || p.in.Options.AllowEmpty || p.in.Options.Deleting
}

// wait reports a node; what it waits for is sorted and has no doubles.
func (p *plan) wait(a address, reason string, waitFor []string) {
	waitFor = slices.Clone(waitFor)
	slices.Sort(waitFor)
	p.out.Waiting = append(p.out.Waiting,
		v1alpha1.WaitingNode{Instance: a.instance, Node: a.node, Reason: reason, For: slices.Compact(waitFor)})
}

// reportHeld reports every held node: as carried forward where something of it stays in the artifact.
func (p *plan) reportHeld() {
	carried := map[int]bool{}
	for _, m := range p.rest {
		if m.Origin == Carried {
			for _, i := range p.held.of(p.entries[m.ID]) {
				carried[i] = true
			}
		}
	}
	for i, h := range p.in.Held {
		reason := ReasonHeld
		if carried[i] {
			reason = ReasonCarriedForward
		}
		p.wait(address{h.Instance, h.Node}, reason, h.Paths)
	}
}
