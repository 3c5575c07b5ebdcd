package decision

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// leaving is an object that Git has given up and that is in the artifact.
type leaving struct {
	entry    v1alpha1.InventoryEntry
	manifest []byte
	found    bool
}

// shrinking is what the order of withdrawal depends on, by instance.
type shrinking struct {
	// top are the highest levels on which objects leave, and at the IDs there.
	top map[string]int32
	at  map[string][]string
	// users are delivered objects that stay as they were, though Git may want them otherwise: they may use what leaves.
	users map[string][]v1alpha1.InventoryEntry
	// coming are the objects that are not delivered yet.
	coming map[address][]string
}

// shrink withdraws what Git has given up, one level of each instance at a time.
func (p *plan) shrink() {
	s := p.shrinking()
	var objects, crds []leaving
	for _, id := range slices.Sorted(maps.Keys(p.entries)) {
		e := p.entries[id]
		if !p.unwanted(e) {
			continue
		}
		s.add(e)
		if e.Withdrawn {
			p.next[id] = p.settle(e)
			p.wait(address{e.Instance, e.Node}, ReasonDeleting, []string{id})
			continue
		}
		l := leaving{entry: e}
		l.manifest, l.found = p.last(e)
		if isCRD(id) {
			crds = append(crds, l)
		} else {
			objects = append(objects, l)
		}
	}
	for _, l := range objects {
		p.leave(l, p.blockers(l.entry, s))
	}
	for _, l := range crds {
		p.leaveCRD(l)
	}
}

// unwanted says that Git has given an object up, and that it is not gone.
func (p *plan) unwanted(e v1alpha1.InventoryEntry) bool {
	if p.objects[e.ID] != nil {
		return false
	}
	if e.Withdrawn {
		return !p.gone(e)
	}
	return !p.held.has(e)
}

// shrinking collects what blocks withdrawals, once the artifact has everything that it is to have.
func (p *plan) shrinking() *shrinking {
	s := &shrinking{
		top: map[string]int32{}, at: map[string][]string{},
		users: map[string][]v1alpha1.InventoryEntry{}, coming: map[address][]string{},
	}
	for _, m := range p.rest {
		e := p.entries[m.ID]
		s.users[e.Instance] = append(s.users[e.Instance], e)
	}
	for i := range p.in.Objects {
		o := &p.in.Objects[i]
		if e, there := p.next[o.ID]; !there || e.Withdrawn {
			a := address{o.Instance, o.Node}
			s.coming[a] = append(s.coming[a], o.ID)
		}
	}
	return s
}

// add notes an object that leaves.
func (s *shrinking) add(e v1alpha1.InventoryEntry) {
	top, known := s.top[e.Instance]
	if e.Instance == "" || known && depth(e) < top {
		return
	}
	if !known || depth(e) > top {
		s.top[e.Instance], s.at[e.Instance] = depth(e), nil
	}
	s.at[e.Instance] = append(s.at[e.Instance], e.ID)
}

// depth is the level on which an entry is withdrawn. The instance stands above all of its nodes.
func depth(e v1alpha1.InventoryEntry) int32 {
	if e.Node == "" {
		return math.MaxInt32
	}
	return e.Level
}

// gone says that a withdrawn object is not there any more. Nobody looks at objects without an instance: the consumer's word
// is all there is.
func (p *plan) gone(e v1alpha1.InventoryEntry) bool {
	state := p.in.Cluster[e.ID]
	if e.Instance == "" {
		return p.settled(e) && (!state.Known || !state.Exists)
	}
	return p.settled(e) && state.Known && !state.Exists
}

// blockers are what must happen before an object is withdrawn: objects above it must be gone, those that may use it must
// come as Git wants them, and those of its node, which may replace it, must come at all. An object that the consumer would
// not prune, since it forgets what it applied in an attempt that failed, must be applied once more.
func (p *plan) blockers(e v1alpha1.InventoryEntry, s *shrinking) []string {
	if !p.ordered() || e.Instance == "" {
		return nil
	}
	var found []string
	if depth(e) < s.top[e.Instance] {
		found = append(found, s.at[e.Instance]...)
	}
	for _, user := range s.users[e.Instance] {
		if depth(user) > depth(e) {
			found = append(found, user.ID)
		}
	}
	if state := p.in.Cluster[e.ID]; p.in.Owned != nil && !p.in.Owned[e.ID] && (!state.Known || state.Exists) {
		found = append(found, e.ID)
	}
	return append(found, s.coming[address{e.Instance, e.Node}]...)
}

// leave withdraws an object that nothing blocks. One whose manifest is lost cannot stay either way.
func (p *plan) leave(l leaving, blockers []string) {
	e := l.entry
	a := address{e.Instance, e.Node}
	if l.found && len(blockers) > 0 {
		p.stay(e, l.manifest, Leaving)
		p.wait(a, ReasonDeleting, blockers)
		return
	}
	// One that has not come yet may still come, out of an attempt to apply that is under way.
	late := l.found && p.in.Owned != nil && !p.in.Owned[e.ID] && e.Instance != "" && p.ordered()
	if e.Manifest = nil; late {
		e = recorded(e, l.manifest)
	}
	e.Withdrawn, e.Replaces, e.Revision = true, late, ""
	p.next[e.ID] = e
	p.out.Withdrawn = append(p.out.Withdrawn, e.ID)
	p.wait(a, ReasonDeleting, []string{e.ID})
}

// leaveCRD withdraws a CRD after the last object of its kind, since those are deleted with it.
func (p *plan) leaveCRD(l leaving) {
	group, kind := definition(l)
	var others map[string]bool
	if kind == "" {
		others = p.defined(group)
	}
	var wanted bool
	var blockers []string
	for id, e := range p.next {
		if i := ParseID(id); i.Group != group || isCRD(id) || kind != "" && i.Kind != kind || others[i.Kind] {
			continue
		}
		blockers = append(blockers, id)
		wanted = wanted || !e.Withdrawn && !p.unwanted(e)
	}
	switch {
	case wanted && !l.found:
		p.next[l.entry.ID] = l.entry
		p.lost = append(p.lost, l.entry.ID)
	case !wanted && !p.ordered():
		p.leave(l, nil)
	default:
		p.leave(l, blockers)
	}
}

// defined are the kinds of a group that CRDs of the render define.
func (p *plan) defined(group string) map[string]bool {
	kinds := map[string]bool{}
	for i := range p.in.Objects {
		o := &p.in.Objects[i]
		if !isCRD(o.ID) {
			continue
		}
		l := leaving{manifest: o.Manifest, found: true}
		l.entry.ID = o.ID
		if g, kind := definition(l); g == group && kind != "" {
			kinds[kind] = true
		}
	}
	return kinds
}

// definition is what a CRD defines. Without its manifest the kind is not known.
func definition(l leaving) (group, kind string) {
	var crd struct {
		Spec struct {
			Group string `json:"group"`
			Names struct {
				Kind string `json:"kind"`
			} `json:"names"`
		} `json:"spec"`
	}
	if l.found && json.Unmarshal(l.manifest, &crd) == nil && crd.Spec.Group != "" {
		return crd.Spec.Group, crd.Spec.Names.Kind
	}
	_, group, _ = strings.Cut(ParseID(l.entry.ID).Name, ".")
	return group, ""
}
