package simulation_test

import (
	"maps"
	"slices"
	"strings"
)

// consumer is a kustomize-controller: it applies an artifact, CRDs first, and then prunes what its own inventory has and
// the artifact lacks. What it applied in an attempt that fails is not in its inventory.
type consumer struct {
	inventory map[string]bool
	applied   string
	appliedAt int // of the publications
	attempted string
	retry     bool
	steps     []func() bool
}

func isShop(id string) bool { return strings.HasSuffix(id, "_Shop") }

// consume takes one step; each is a call of the API that may fail.
func (w *world) consume() {
	k := &w.consumer
	if len(k.steps) == 0 {
		w.attempt()
		return
	}
	step := k.steps[0]
	k.steps = k.steps[1:]
	if w.fails() || !step() {
		w.trace("the consumer fails at %s", k.attempted)
		k.steps, k.retry = nil, true
	}
}

// attempt begins to apply what the ExternalArtifact names.
func (w *world) attempt() {
	k := &w.consumer
	if w.published == "" || w.published == k.attempted && !k.retry && w.random.IntN(4) > 0 {
		return
	}
	manifests, ok := w.storage[w.published]
	if !ok {
		return
	}
	revision := w.published
	k.attempted, k.retry = revision, false
	ids := slices.SortedFunc(maps.Keys(manifests), func(a, b string) int {
		if (a == crdID) != (b == crdID) {
			return map[bool]int{true: -1, false: 1}[a == crdID]
		}
		return strings.Compare(a, b)
	})
	for _, id := range ids {
		k.steps = append(k.steps, func() bool { return w.apply(id, manifests[id]) })
	}
	k.steps = append(k.steps, func() bool { return w.record(ids, revision) })
}

func (w *world) apply(id string, manifest []byte) bool {
	if crd := w.cluster[crdID]; isShop(id) && (crd == nil || crd.terminating) {
		return false
	}
	made := decode(manifest)
	o := w.cluster[id]
	if o == nil {
		w.trace("%s is created", short(id))
		w.uid++
		w.cluster[id] = &live{content: made, uid: w.uid}
		w.changes++
		return true
	}
	if o.content.Spec != made.Spec || !slices.Equal(o.content.Needs, made.Needs) {
		o.content, o.ready = made, false
		w.changes++
	}
	return true
}

// record writes the inventory, and plans to prune.
func (w *world) record(ids []string, revision string) bool {
	k := &w.consumer
	before := k.inventory
	k.inventory = maps.Clone(before)
	for _, id := range ids {
		k.inventory[id] = true
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(before))) {
		if !slices.Contains(ids, id) {
			k.steps = append(k.steps, func() bool { return w.prune(id) })
		}
	}
	k.steps = append(k.steps, func() bool {
		if k.applied != revision {
			w.trace("the consumer has applied %s", revision)
			w.changes++
		}
		k.applied, k.appliedAt = revision, w.publishedAt[revision]
		return true
	})
	return true
}

func (w *world) prune(id string) bool {
	delete(w.consumer.inventory, id)
	o := w.cluster[id]
	if o == nil {
		return true
	}
	w.trace("%s is pruned", short(id))
	w.pruned++
	w.changes++
	w.checkDeletion(id, "pruned")
	w.checkReverse(id)
	o.terminating, o.ready = true, false
	if w.random.IntN(2) == 0 {
		w.remove(id)
	}
	return true
}
