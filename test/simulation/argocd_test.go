package simulation_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/application"
)

// TestSimulationOfArgoCD plays schedules of Argo CD with the plugin and Observations, as TestSimulation does of Flux.
func TestSimulationOfArgoCD(t *testing.T) {
	t.Parallel()
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	var sum argo
	for s := *seed; s < *seed+uint64(*schedules); s++ { //nolint:gosec // a number of schedules is positive
		w := playArgo(e, s, *steps)
		if w.violation != "" {
			small, n := shortestArgo(e, s, *steps)
			t.Fatalf("seed %d: %s\nwith %d steps: %s\n%s", s, w.violation, n, small.violation, strings.Join(small.log, "\n"))
		}
		if *schedules == 1 {
			t.Log(strings.Join(w.log, "\n"))
		}
		sum.renders += w.renders
		sum.holds += w.holds
		sum.saved += w.saved
		sum.unsynced += w.unsynced
		sum.pruned += w.pruned
		sum.raced += w.raced
		sum.rescued += w.rescued
	}
	t.Logf("%d schedules, %d renders: %d held something, %d were refused since it was delivered, %d for want of a cache in sync; %d objects pruned, "+
		"%d of them held before it was written down that they are delivered; %d times Git had to help",
		*schedules, sum.renders, sum.holds, sum.saved, sum.unsynced, sum.pruned, sum.raced, sum.rescued)
	tame := min(sum.pruned, sum.holds, sum.saved, sum.unsynced, sum.rescued) == 0
	if *schedules >= 100 && (tame || sum.raced*100 > sum.pruned) {
		t.Error("the schedules are too tame to prove anything")
	}
}

// secretID is a Secret that was there before, and that no Application has.
const secretID = "Secret/creds"

// argo is everything: Git, Argo CD, the plugin, the cluster with its controllers and the observer, and what the invariants remember.
type argo struct {
	random *rand.Rand
	engine *engine
	git    repository

	cluster      map[string]*there
	observations map[string]*v1alpha1.Observation
	plugin       plugin
	observer     observer

	// Argo CD: the commit that it has heard of, the manifests that it keeps, whether it is to render anew, and the sync that runs.
	target    repository
	kept      *rendering
	hard      bool
	operation *operation
	synced    int

	faults       bool
	uid, changes int
	versions     int // of the API server
	stuck        *application.HeldError

	// By ID: the last commit without the object, and the one with which it was delivered.
	lastUnwanted, deliveredAt map[string]int
	everAsked                 map[string]bool

	// refused is the commit whose render failed last.
	refused int

	// renders are counted; holds are those that held something, saved those that failed since it was delivered, unsynced those without a
	// cache in sync.
	renders, holds, saved, unsynced, pruned, raced, rescued int

	log       []string
	violation string
}

func newArgo(e *engine, seed uint64) *argo {
	w := &argo{
		random: rand.New(rand.NewPCG(seed, 1)), engine: e, git: repository{shops: map[string]shop{}},
		cluster: map[string]*there{}, observations: map[string]*v1alpha1.Observation{},
		observer: observer{seen: map[string]*there{}, noted: map[string]string{}}, faults: true,
		lastUnwanted: map[string]int{}, deliveredAt: map[string]int{}, everAsked: map[string]bool{},
	}
	w.plugin = w.newPlugin()
	secret := map[string]any{
		"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"password": encodedMarker()},
		"metadata": map[string]any{"name": "creds", "namespace": "default", "annotations": map[string]any{
			"kubectl.kubernetes.io/last-applied-configuration": marker,
		}},
	}
	w.cluster[secretID] = &there{object: secret, uid: w.nextUID(), status: map[string]any{"arn": "none", "token": marker}}
	w.push()
	return w
}

func (w *argo) trace(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.search("the log", text)
	w.log = append(w.log, text)
}

func (w *argo) violate(format string, args ...any) {
	if w.violation == "" {
		w.violation = fmt.Sprintf(format, args...)
		w.log = append(w.log, "VIOLATION: "+w.violation)
	}
}

// encodedMarker is the marker as a Secret has it.
func encodedMarker() string { return base64.StdEncoding.EncodeToString([]byte(marker)) }

// search looks for a value of a Secret.
func (w *argo) search(where, text string) {
	if strings.Contains(text, marker) || strings.Contains(text, encodedMarker()) {
		w.violate("a value of a Secret stands in %s", where)
	}
}

// fails says that a call of the API fails.
func (w *argo) fails() bool { return w.faults && w.random.IntN(30) == 0 }

// push makes a commit.
func (w *argo) push() {
	next, what := w.git.change(w.random)
	w.commit(next, what)
}

func (w *argo) commit(next repository, what string) {
	before := w.git.wanted()
	w.git = next
	w.trace("commit %d: %s: %+v", next.revision, what, next.shape)
	after := next.wanted()
	for _, ids := range []map[string]bool{before, w.ever()} {
		for id := range ids {
			if !after[id] {
				w.lastUnwanted[id] = next.revision
			}
		}
	}
	w.changes++
}

// ever are the objects that were delivered.
func (w *argo) ever() map[string]bool {
	ids := map[string]bool{}
	for id := range w.deliveredAt {
		ids[id] = true
	}
	return ids
}

// pick is one key of a map, or "".
func pick[V any](random *rand.Rand, m map[string]V) string {
	keys := sorted(m)
	if len(keys) == 0 {
		return ""
	}
	return keys[random.IntN(len(keys))]
}

// isOperated reports a kind that has a controller.
func isOperated(id string) bool {
	kind, _, _ := strings.Cut(id, "/")
	return kind == "Bucket" || kind == "Policy" || kind == "Role"
}

// step lets something happen.
func (w *argo) step() {
	switch n := w.random.IntN(100); {
	case n < 3:
		w.push()
	case n < 4:
		w.disturb()
	case n < 8:
		w.trace("the observer restarts")
		w.observer.noted = map[string]string{}
		if w.random.IntN(2) == 0 {
			w.observer.seen = map[string]*there{}
			w.see(true)
		}
	case n < 11:
		if id := pick(w.random, w.cluster); isOperated(id) || strings.HasPrefix(id, "ConfigMap/") {
			w.harm(id)
		}
	case n < 55:
		w.reconcile()
	case n < 66:
		w.listen(false)
	case n < 73:
		w.see(false)
	case n < 80:
		if name := pick(w.random, w.observations); name != "" {
			w.observe(name)
		}
	case n < 86:
		if name := pick(w.random, w.observations); name != "" {
			w.request(name)
		}
	default:
		if id := pick(w.random, w.cluster); isOperated(id) || id != "" && w.cluster[id].terminating {
			w.operate(id)
		}
	}
}

// calm ends all faults and lets everybody work until nothing changes any more.
func (w *argo) calm() {
	w.trace("calm")
	w.faults = false
	for idle, rounds := 0, 0; idle < 4 && w.violation == ""; rounds++ {
		before := w.changes
		for _, id := range sorted(w.cluster) {
			if isOperated(id) || w.cluster[id].terminating {
				w.operate(id)
			}
		}
		w.see(true)
		for _, name := range sorted(w.observations) {
			w.observe(name)
			w.listen(true)
			w.request(name)
			w.request(name)
		}
		w.listen(true)
		for range 40 {
			w.reconcile()
		}
		if idle++; w.changes != before {
			idle = 0
		}
		if idle > 2 && w.stuck != nil {
			idle = 0
			w.rescue()
		}
		if rounds > 200 {
			w.violate("there is no end of changes")
		}
	}
}

// rescue does what the message about held resources leads to: nothing reads what nobody knows.
func (w *argo) rescue() {
	w.rescued++
	next := repository{revision: w.git.revision + 1, shape: shape{status: true, login: min(w.git.shape.login, plainLogin)}, shops: w.git.shops}
	w.commit(next, "nothing reads values any more")
}

// playArgo is one schedule: so many steps, and then calm.
func playArgo(e *engine, seed uint64, steps int) *argo {
	w := newArgo(e, seed)
	for range steps {
		if w.violation != "" {
			return w
		}
		w.step()
	}
	if w.calm(); w.violation == "" {
		w.checkEnd()
	}
	return w
}

// shortestArgo finds the fewest steps with which a seed fails.
func shortestArgo(e *engine, seed uint64, steps int) (*argo, int) {
	for n := range steps {
		if w := playArgo(e, seed, n); w.violation != "" {
			return w, n
		}
	}
	return playArgo(e, seed, steps), steps
}
