package simulation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

// controller is the reconciler of one GraphArtifact. Its caches are late; what it wrote itself it reads with a
// resourceVersion, so that a write after a stale read fails like one that the API server refuses.
type controller struct {
	git          commit
	observations map[string]seen
	// applied, attempted and owned are what the consumer says of itself.
	applied, attempted string
	owned              map[string]bool
	// steps are the writes that are left of a reconcile. Before and after each the process may die.
	steps []func()
	dirty bool
}

// sync brings the caches up to date, or some of them.
func (w *world) sync(all bool) {
	c := &w.controller
	pick := func() bool { return all || w.random.IntN(2) == 0 }
	if pick() && c.git.revision != w.git.revision {
		c.git, c.dirty = w.git, true
	}
	if pick() {
		c.applied, c.attempted, c.owned = w.consumer.applied, w.consumer.attempted, maps.Clone(w.consumer.inventory)
		c.dirty = true
	}
	for _, id := range sorted(w.observations) {
		if pick() && c.observations[id] != w.observations[id] {
			c.observations[id] = w.observations[id]
			c.dirty = true
		}
	}
	for id := range c.observations {
		if _, asked := w.observations[id]; !asked {
			delete(c.observations, id)
		}
	}
}

// crash loses everything that is not written, and storage when there is no volume.
func (w *world) crash() {
	w.trace("the controller dies with %d writes to go", len(w.controller.steps))
	w.controller = controller{git: w.git, observations: map[string]seen{}, dirty: true}
	w.sync(true)
	if w.loses {
		w.trace("storage is lost")
		w.storage = map[string]map[string][]byte{}
		w.lost = true
	}
}

// control takes one step of the controller.
func (w *world) control() {
	c := &w.controller
	if len(c.steps) > 0 {
		step := c.steps[0]
		c.steps = c.steps[1:]
		if w.fails() {
			w.trace("a write fails with %d to go", len(c.steps))
			c.steps, c.dirty = nil, true
			return
		}
		step()
		return
	}
	if c.dirty {
		c.dirty = false
		w.reconcile()
	}
}

func (w *world) input() decision.Input {
	c := &w.controller
	objects, held := c.git.render(func(id string) string { return c.observations[id].value })
	in := decision.Input{
		Objects: objects, Held: held, Inventory: w.inventory, Cluster: map[string]decision.State{}, Current: w.published,
		Applied: c.applied, Owned: c.owned, Last: w.storage[w.published],
	}
	if c.attempted != c.applied && c.attempted != w.published || in.Applied == "" {
		in.Applied = decision.NothingApplied
	}
	if in.Owned == nil {
		in.Owned = map[string]bool{}
	}
	for id, s := range c.observations {
		in.Cluster[id] = s.State
	}
	return in
}

// reconcile decides, and plans the writes.
func (w *world) reconcile() {
	in, git := w.input(), w.controller.git
	d, err := decision.Decide(in)
	w.checkSecrets(d.Waiting)
	w.stuck = nil
	if err != nil {
		w.trace("nothing is published: %v", err)
		if lost, ok := errors.AsType[*decision.LostManifestError](err); ok {
			w.stuck = lost.IDs
		}
		return
	}
	manifests := map[string][]byte{}
	for _, m := range d.Manifests {
		manifests[m.ID] = m.JSON
	}
	revision := decision.Digest(encode(manifests))[:8]
	inventory := d.Inventory(revision)
	c := &w.controller
	c.steps = append(c.steps, func() { w.ask(git, inventory) })
	c.steps = append(c.steps, func() {
		w.miss(inventory)
		w.inventory = stored(inventory)
		w.checkSecrets(w.inventory)
	})
	if !d.Publish {
		return
	}
	c.steps = append(c.steps, func() {
		if w.storage[revision] == nil {
			w.changes++
			c.dirty = true
		}
		w.storage[revision] = manifests
	})
	c.steps = append(c.steps, func() { w.publish(revision, manifests, in, git) })
}

// miss notes objects that are taken for gone because the watch is late, and that the consumer does not know either.
func (w *world) miss(inventory []v1alpha1.InventoryEntry) {
	for _, e := range w.inventory {
		there := slices.ContainsFunc(inventory, func(next v1alpha1.InventoryEntry) bool { return next.ID == e.ID })
		if o := w.cluster[e.ID]; !there && o != nil && !w.consumer.inventory[e.ID] {
			w.missed[e.ID] = true
		}
	}
}

// stored is what the API server gives back.
func stored(inventory []v1alpha1.InventoryEntry) []v1alpha1.InventoryEntry {
	var back []v1alpha1.InventoryEntry
	if err := json.Unmarshal(encode(inventory), &back); err != nil {
		panic(err)
	}
	return back
}

// ask writes the specs of Observations: all nodes that Git wants, and all that are delivered and not known to be gone.
func (w *world) ask(git commit, inventory []v1alpha1.InventoryEntry) {
	asked := map[string]bool{}
	for name, nodes := range git.instances {
		asked[instanceID(name)] = true
		for _, n := range nodes {
			asked[nodeID(name, n)] = true
		}
	}
	for _, e := range inventory {
		if e.Instance != "" {
			asked[e.ID] = true
		}
	}
	maps.DeleteFunc(w.observations, func(id string, _ seen) bool { return !asked[id] })
	for id := range asked {
		if _, there := w.observations[id]; !there {
			w.observations[id] = seen{}
		}
	}
}

func (w *world) publish(revision string, manifests map[string][]byte, in decision.Input, git commit) {
	before := w.current
	w.current = manifests
	if w.published != revision {
		w.trace("publish %s with %v", revision, names(manifests))
		w.changes++
		w.publications++
		w.publishedAt[revision] = w.publications
	}
	w.published = revision
	wanted := git.wanted()
	for _, id := range sorted(before) {
		if _, there := manifests[id]; !there {
			w.leftAt[id] = w.publications
			if wanted[id] {
				w.violate("%s leaves the artifact, though Git wants it at commit %d", short(id), git.revision)
			}
		}
	}
	for _, id := range sorted(manifests) {
		if _, there := before[id]; !there {
			if _, known := w.deliveredAt[id]; !known {
				w.deliveredAt[id] = git.revision
			}
			w.checkGrowth(id, in)
		}
	}
	for _, old := range sorted(w.storage) {
		if old != revision && w.random.IntN(2) == 0 {
			delete(w.storage, old)
		}
	}
}

func names(manifests map[string][]byte) []string {
	var all []string
	for _, id := range sorted(manifests) {
		all = append(all, fmt.Sprintf("%s=%s", short(id), decode(manifests[id]).Spec))
	}
	return all
}
