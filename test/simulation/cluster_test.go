package simulation_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/krowave/krowave/gitops/flux/decision"
)

// live is an object in the cluster.
type live struct {
	content     content
	uid         int
	ready       bool
	terminating bool
	value       string
}

// seen is what an Observation says of one object.
type seen struct {
	decision.State
	value string
}

func (w *world) ids() []string { return slices.Sorted(maps.Keys(w.cluster)) }

// operator is whatever controllers do in the cluster: they finish deletions, make objects ready and report values.
func (w *world) operator(id string) {
	o := w.cluster[id]
	switch {
	case o.terminating:
		w.trace("%s is gone", short(id))
		w.remove(id)
	case !o.ready || o.value == "":
		o.ready, o.value = true, fmt.Sprintf("value-%s-%d", short(id), o.uid)
		w.everReady[id] = true
		w.changes++
	}
}

// remove takes an object out of the cluster, and with a CRD all of its kind.
func (w *world) remove(id string) {
	delete(w.cluster, id)
	w.changes++
	if id != crdID {
		return
	}
	for _, other := range w.ids() {
		if isShop(other) {
			w.checkDeletion(other, "with its CRD")
			delete(w.cluster, other)
		}
	}
}

// mischief is what happens to objects that nobody asked for.
func (w *world) mischief(id string) {
	o := w.cluster[id]
	switch w.random.IntN(4) {
	case 0:
		w.trace("%s is not ready any more", short(id))
		o.ready = false
	case 1:
		w.trace("the status of %s vanishes", short(id))
		o.ready, o.value = false, ""
	case 2:
		if !o.terminating {
			w.trace("%s is recreated", short(id))
			w.uid++
			w.cluster[id] = &live{content: o.content, uid: w.uid}
		}
	default:
		if id != crdID && !o.terminating && w.random.IntN(3) == 0 {
			w.trace("%s is deleted by hand", short(id))
			delete(w.cluster, id)
			w.tampered[id] = true
		}
	}
}

// observe looks at one object that is asked for. Old values stay until the object reports.
func (w *world) observe(id string) {
	was := w.observations[id]
	now := seen{State: decision.State{Known: true}, value: was.value}
	if o := w.cluster[id]; o != nil {
		now.Exists, now.Ready = true, o.ready && !o.terminating
		if o.value != "" {
			now.value = o.value
		}
	}
	if now != was {
		w.observations[id] = now
		w.changes++
	}
}
