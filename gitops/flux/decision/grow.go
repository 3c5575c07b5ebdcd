package decision

import (
	"cmp"
	"maps"
	"slices"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// verdict is what becomes of an object of the render.
type verdict struct {
	// put says that the artifact has the object as the render gives it.
	put bool
	// waitFor are the IDs of the objects, and the held nodes, that its manifest waits for.
	waitFor []string
}

// grow puts the objects in whose turn has come, and keeps the earlier manifests of those that wait.
func (p *plan) grow() {
	levels := map[int32]*v1alpha1.LevelStatus{}
	for i := range p.in.Objects {
		o := &p.in.Objects[i]
		level := levels[o.Level]
		if level == nil {
			level = &v1alpha1.LevelStatus{Level: o.Level}
			levels[o.Level] = level
		}
		level.Objects++
		v := p.verdict(o)
		if v.put {
			p.put(o)
		} else {
			p.wait(address{o.Instance, o.Node}, ReasonNotReady, v.waitFor)
		}
		if v.put || p.keep(o) {
			level.Delivered++
		}
		if v.put && p.satisfies(o) {
			level.Ready++
		}
	}
	for _, level := range slices.SortedFunc(maps.Values(levels), func(a, b *v1alpha1.LevelStatus) int {
		return cmp.Compare(a.Level, b.Level)
	}) {
		p.out.Levels = append(p.out.Levels, *level)
	}
}

// verdict decides about one object after those that it needs.
func (p *plan) verdict(o *Object) *verdict {
	if v := p.verdicts[o.ID]; v != nil {
		return v
	}
	// A graph has no objects that need each other. If there were some, they would go together.
	v := &verdict{put: true}
	p.verdicts[o.ID] = v
	e, delivered := p.delivered(o.ID)
	if !p.ordered() || delivered && e.Digest == o.Digest {
		return v
	}
	for _, id := range slices.Concat(o.Needs, p.behind[o.ID]) {
		if id != o.ID && !p.met(id) {
			v.waitFor = append(v.waitFor, id)
		}
	}
	v.waitFor = append(v.waitFor, p.parts[o.ID]...)
	if len(v.waitFor) > 0 {
		// An order that is lost is better than an object that is.
		_, known := p.last(e)
		v.put = delivered && !known
	}
	return v
}

// met says that what needs the object can go.
func (p *plan) met(id string) bool {
	need := p.objects[id]
	if need == nil {
		return p.ready(id)
	}
	return p.verdict(need).put && p.satisfies(need)
}

// satisfies says that an object which the artifact has as the render gives it keeps nothing waiting.
func (p *plan) satisfies(o *Object) bool {
	if !o.Gates {
		return true
	}
	e, delivered := p.delivered(o.ID)
	return delivered && e.Digest == o.Digest && p.settled(e) && p.ready(o.ID)
}

// raise keeps the higher of two levels for the objects of an instance until the consumer has applied all changes of it: what is
// in the cluster may be either. What needs an object stays above it all the same.
func (p *plan) raise() {
	changing := map[string]bool{}
	for _, e := range p.next {
		if e.Replaces {
			changing[e.Instance] = true
		}
	}
	for i := range p.in.Objects {
		o := &p.in.Objects[i]
		e, there := p.next[o.ID]
		if !there || !changing[o.Instance] {
			continue
		}
		if was, known := p.entries[o.ID]; known {
			e.Level = max(e.Level, was.Level)
		}
		for _, id := range slices.Concat(o.Needs, p.behind[o.ID]) {
			if need, ok := p.next[id]; ok && need.Instance == o.Instance {
				e.Level = max(e.Level, need.Level+1)
			}
		}
		p.next[o.ID] = e
	}
}

// lift keeps what was above an object above it when a change brings the object to a higher level. What is held, kept or leaving
// has the level that it was delivered with, and of what it needs only that is known: that it was lower. The order among such
// objects stays the same.
func (p *plan) lift() {
	higher := map[string][]v1alpha1.InventoryEntry{}
	for i := range p.in.Objects {
		o := &p.in.Objects[i]
		if was, known := p.entries[o.ID]; known && o.Instance != "" && p.verdicts[o.ID].put && was.Level < p.next[o.ID].Level {
			higher[o.Instance] = append(higher[o.Instance], was)
		}
	}
	for id, e := range p.next {
		if v := p.verdicts[id]; v != nil && v.put || e.Node == "" {
			continue
		}
		var by int32
		for _, was := range higher[e.Instance] {
			if was.Level < e.Level {
				by = max(by, p.next[was.ID].Level-was.Level)
			}
		}
		e.Level += by
		p.next[id] = e
	}
}

// put delivers what the render gives.
func (p *plan) put(o *Object) {
	p.out.Manifests = append(p.out.Manifests, Manifest{ID: o.ID, JSON: o.Manifest, Origin: Rendered})
	next := v1alpha1.InventoryEntry{
		ID: o.ID, Version: o.Version, Instance: o.Instance, Node: o.Node, Level: o.Level, Digest: o.Digest,
	}
	was, known := p.entries[o.ID]
	if known && !was.Withdrawn && was.Digest == o.Digest {
		was = p.settle(was)
		next.Revision, next.Replaces = was.Revision, was.Replaces
	} else {
		// What the cluster says of an object that is there may be about what it was before.
		next.Replaces = known || p.in.Cluster[o.ID].Exists
	}
	p.next[o.ID] = next
}

// keep leaves a delivered object as it is. One that was withdrawn, and is wanted again before it is gone, is remembered.
func (p *plan) keep(o *Object) bool {
	e, known := p.entries[o.ID]
	if !known {
		return false
	}
	if e.Withdrawn {
		if !p.gone(e) {
			p.next[o.ID] = p.settle(e)
		}
		return false
	}
	manifest, _ := p.last(e)
	p.stay(e, manifest, Kept)
	return true
}
