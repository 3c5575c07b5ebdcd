package simulation_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// operation is a sync of Argo CD: waves of objects, each healthy before the next one, and then what is to be pruned.
type operation struct {
	made  *rendering
	steps []func() progress
}

// progress is what comes of a step.
type progress int

const (
	done progress = iota
	waiting
	failed
)

// reconcile takes one step of Argo CD's application controller: of the sync that runs, or else of a comparison.
func (w *argo) reconcile() {
	if w.random.IntN(3) == 0 || w.operation == nil {
		w.compare()
	}
	op := w.operation
	if op == nil {
		return
	}
	if len(op.steps) == 0 {
		w.trace("commit %d is synced", op.made.git.revision)
		w.operation, w.synced = nil, op.made.git.revision
		w.changes++
		return
	}
	next := op.steps[0]()
	if w.fails() {
		next = failed
	}
	switch next {
	case done:
		op.steps = op.steps[1:]
	case failed:
		w.trace("the sync of commit %d fails", op.made.git.revision)
		w.operation = nil
	case waiting:
		if w.faults && w.random.IntN(40) == 0 {
			w.trace("the sync of commit %d is terminated", op.made.git.revision)
			w.operation = nil
		}
	}
}

// compare renders what is not kept, and begins a sync if the cluster differs. Manifests are kept by the commit; a hard refresh
// renders anew. A render that fails leaves nothing to compare with, and nothing happens.
func (w *argo) compare() {
	if w.target.revision < w.git.revision && (!w.faults || w.random.IntN(2) == 0) {
		w.target = w.git
	}
	if w.target.revision == 0 || w.fails() {
		return
	}
	if stale := w.kept == nil || w.kept.git.revision != w.target.revision; stale || w.hard {
		if w.faults && !w.hard && w.refused == w.target.revision && w.random.IntN(8) > 0 {
			return // what failed is not tried again at once
		}
		w.hard = false
		w.kept = w.render(w.target)
	}
	if w.kept == nil || w.operation != nil || !w.differs(w.kept) {
		return
	}
	w.begin(w.kept)
}

// differs says that the cluster is not as the manifests say.
func (w *argo) differs(r *rendering) bool {
	there := map[string]bool{}
	for _, m := range r.manifests {
		there[m.id] = true
		if o := w.cluster[m.id]; o == nil || o.applied != m.text {
			return true
		}
	}
	return len(w.extra(there)) > 0 || w.synced != r.git.revision
}

// extra are the objects that Argo CD has applied and that are not among some.
func (w *argo) extra(there map[string]bool) []string {
	var ids []string
	for _, id := range sorted(w.cluster) {
		if o := w.cluster[id]; o.applied != "" && !there[id] {
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return -cmp.Compare(w.cluster[a].wave, w.cluster[b].wave) })
	return ids
}

// begin plans a sync.
func (w *argo) begin(r *rendering) {
	op := &operation{made: r}
	w.operation = op
	order := slices.Clone(r.manifests)
	slices.SortStableFunc(order, func(a, b *manifest) int { return cmp.Compare(a.wave, b.wave) })
	there := map[string]bool{}
	var wave []*manifest
	for i, m := range order {
		there[m.id] = true
		op.steps = append(op.steps, func() progress { return w.apply(m, r) })
		wave = append(wave, m)
		if i+1 < len(order) && order[i+1].wave == m.wave {
			continue
		}
		members := wave
		op.steps = append(op.steps, func() progress { return w.await(members) })
		wave = nil
	}
	for _, id := range w.extra(there) {
		op.steps = append(op.steps, func() progress { return w.prune(id, r) })
	}
}

// apply applies one object.
func (w *argo) apply(m *manifest, r *rendering) progress {
	if m.kind == "Shop" && w.cluster["CustomResourceDefinition/shops.kro.run"] == nil {
		w.violate("%s is applied before its CRD", m.id)
	}
	o := w.cluster[m.id]
	if o != nil && o.terminating {
		return waiting
	}
	if o == nil {
		w.trace("%s is created", m.id)
		w.deliveredAt[m.id] = r.git.revision
		w.cluster[m.id] = &there{uid: w.nextUID()}
	} else if o.applied == m.text {
		return done
	}
	w.put(m.id, func(o *there) { o.applied, o.object, o.wave = m.text, m.object, m.wave })
	if m.kind == "Observation" && !w.observed(m) {
		return failed
	}
	return done
}

// await waits until a wave is healthy. Observations are not waited for. What somebody has deleted meanwhile ends the sync, and the next one
// makes it again.
func (w *argo) await(wave []*manifest) progress {
	for _, m := range wave {
		o := w.cluster[m.id]
		if o == nil {
			return failed
		}
		if m.kind != "Observation" && !o.healthy(m.kind) {
			return waiting
		}
	}
	return done
}

// prune deletes one object that the manifests of a sync lack.
func (w *argo) prune(id string, r *rendering) progress {
	o := w.cluster[id]
	if o == nil || o.terminating {
		return done
	}
	w.trace("%s is pruned", id)
	w.pruned++
	w.checkPrune(id, r)
	if name, ok := strings.CutPrefix(id, "Observation/"); ok {
		last := w.observations[name].DeepCopy()
		last.ResourceVersion = w.nextVersion()
		w.plugin.events = append(w.plugin.events, event{observation: last, gone: true})
		delete(w.observations, name)
		delete(w.observer.noted, name)
	}
	w.put(id, func(o *there) { o.terminating = true })
	if w.random.IntN(2) == 0 || strings.HasPrefix(id, "Observation/") {
		delete(w.cluster, id)
	}
	return done
}

// checkPrune: whatever is pruned, Git has given it up since it was delivered. The one exception is what an older sync delivers
// while a newer commit has been rendered already, before it was written down that it is delivered: that is counted.
func (w *argo) checkPrune(id string, r *rendering) {
	at, delivered := w.deliveredAt[id]
	if !delivered || !w.git.wanted()[id] || w.lastUnwanted[id] >= at {
		return
	}
	if !r.known[id] && r.git.wanted()[id] {
		w.raced++
		w.trace("%s was held when commit %d was rendered, before it was written down that it is delivered", id, r.git.revision)
		return
	}
	w.violate("%s is pruned by commit %d, though Git wants it since commit %d", id, r.git.revision, at)
}

// checkEnd: everything that Git wants is there as it wants it, with the values that the cluster has, and nothing else is.
func (w *argo) checkEnd() {
	wanted := w.git.wanted()
	secret := w.git.shape.login == secretLogin
	for _, id := range sorted(wanted) {
		held := secret && strings.HasSuffix(id, "-login")
		switch o := w.cluster[id]; {
		case o == nil && !held:
			w.violate("%s is not there in the end", id)
		case o != nil && held:
			w.violate("%s is there in the end, though it reads a Secret", id)
		case o != nil && !o.healthy(strings.Split(id, "/")[0]):
			w.violate("%s is not healthy in the end", id)
		}
	}
	for _, id := range sorted(w.cluster) {
		if !wanted[id] && id != secretID {
			w.violate("%s is there in the end, and nobody wants it", id)
		}
	}
	if w.violation != "" {
		return
	}
	for name := range maps.Keys(w.git.shops) {
		bucket, policy := w.cluster["Bucket/"+name+"-bucket"], w.cluster["Policy/"+name+"-policy"]
		spec, _ := policy.object["spec"].(map[string]any)
		w.checkValue(policy, "resource", spec["resource"], w.git.shape.policy, bucket.status["arn"])
		w.checkValue(policy, "token", spec["token"], w.git.shape.token, bucket.status["token"])
		for _, part := range w.git.shops[name].names() {
			o := w.cluster["ConfigMap/"+name+"-"+part]
			data, _ := o.object["data"].(map[string]any)
			w.checkValue(o, "resource", data["resource"], w.git.shape.parts, bucket.status["arn"])
		}
		if w.git.shape.role {
			o := w.cluster["Role/"+name+"-role"]
			spec, _ := o.object["spec"].(map[string]any)
			w.checkValue(o, "policy", spec["policy"], true, policy.status["arn"])
		}
	}
}

// checkValue: a field that reads a value has what the cluster has in the end.
func (w *argo) checkValue(o *there, field string, got any, reads bool, value any) { //nolint:revive // it is what Git says
	want := any("static")
	if reads {
		want = value
	}
	if got != want {
		w.violate("%s of %v is %v in the end, want %v", field, o.object["metadata"], got, want)
	}
}
