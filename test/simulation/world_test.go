package simulation_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

// world is everything: Git, the API server with what is in it, the two controllers, and what the invariants remember.
type world struct {
	random *rand.Rand
	git    commit

	// What the API server has.
	cluster      map[string]*live
	observations map[string]seen
	inventory    []v1alpha1.InventoryEntry
	published    string
	current      map[string][]byte

	storage    map[string]map[string][]byte
	controller controller
	consumer   consumer

	// faults are on; loses is storage without a volume; lost says that it was lost.
	faults, loses, lost bool
	uid, changes        int

	// By ID: the last commit without the object, the commit that gave it up, and the one that was rendered when it was first
	// delivered.
	lastUnwanted, givenUp, deliveredAt map[string]int

	// publications are counted; leftAt is the one with which an object left.
	publications        int
	publishedAt, leftAt map[string]int

	everReady, tampered, missed     map[string]bool
	pruned, reversed, skipped, left int

	// stuck are the objects whose manifests are lost, and rescued counts the commits that helped.
	stuck   []string
	rescued int

	log       []string
	violation string
}

func newWorld(seed uint64) *world {
	w := &world{
		random:       rand.New(rand.NewPCG(seed, 0)),
		cluster:      map[string]*live{},
		observations: map[string]seen{},
		storage:      map[string]map[string][]byte{},
		faults:       true,
		lastUnwanted: map[string]int{},
		givenUp:      map[string]int{},
		deliveredAt:  map[string]int{},
		publishedAt:  map[string]int{},
		leftAt:       map[string]int{},
		everReady:    map[string]bool{},
		tampered:     map[string]bool{},
		missed:       map[string]bool{},
	}
	w.loses = w.random.IntN(2) == 0
	w.consumer.inventory = map[string]bool{}
	w.controller.observations = map[string]seen{}
	w.push()
	return w
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (w *world) trace(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *world) violate(format string, args ...any) {
	if w.violation == "" {
		w.violation = fmt.Sprintf(format, args...)
		w.trace("VIOLATION: %s", w.violation)
	}
}

// fails says that a call of the API fails.
func (w *world) fails() bool { return w.faults && w.random.IntN(30) == 0 }

// push makes a commit.
func (w *world) push() {
	before := w.git.wanted()
	next, what := change(w.random, w.git)
	w.git = next
	w.trace("commit %d: %s", next.revision, what)
	after := next.wanted()
	for id := range before {
		if !after[id] {
			w.lastUnwanted[id], w.givenUp[id] = next.revision, next.revision
		}
	}
	for id := range w.deliveredAt {
		if !after[id] {
			w.lastUnwanted[id] = next.revision
		}
	}
}

// step lets something happen.
func (w *world) step() {
	switch n := w.random.IntN(100); {
	case n < 4:
		w.push()
	case n < 6:
		w.crash()
	case n < 10:
		if ids := w.ids(); len(ids) > 0 {
			w.mischief(ids[w.random.IntN(len(ids))])
		}
	case n < 35:
		w.consume()
	case n < 60:
		w.control()
	case n < 72:
		w.sync(false)
	case n < 87:
		if ids := sorted(w.observations); len(ids) > 0 {
			w.observe(ids[w.random.IntN(len(ids))])
		}
	default:
		if ids := w.ids(); len(ids) > 0 {
			w.operator(ids[w.random.IntN(len(ids))])
		}
	}
}

// calm ends all faults and lets everybody work until nothing changes any more.
func (w *world) calm() {
	w.trace("calm")
	w.faults = false
	for len(w.git.wanted()) == 0 {
		w.push()
	}
	w.crash()
	idle := 0
	for range 400 {
		before := w.changes
		for _, id := range sorted(w.observations) {
			w.observe(id)
		}
		w.sync(true)
		for range 12 {
			w.control()
		}
		for range 200 {
			w.consume()
		}
		for _, id := range w.ids() {
			if w.cluster[id] != nil {
				w.operator(id)
			}
		}
		if idle++; w.changes != before {
			idle = 0
		}
		if idle > 3 && len(w.stuck) > 0 {
			idle = 0
			w.rescue()
		}
		if idle > 3 || w.violation != "" {
			return
		}
	}
	w.violate("there is no end of changes")
}

// rescue does what the message about lost manifests asks for: Git makes the objects complete again.
func (w *world) rescue() {
	if !w.lost {
		w.violate("%v are lost, though storage is not", w.stuck)
	}
	w.rescued++
	w.git = w.git.clone()
	for _, nodes := range w.git.instances {
		for i := range nodes {
			nodes[i].reads = ""
		}
	}
	w.trace("commit %d: nothing reads values any more", w.git.revision)
}

// checkEnd: everything that Git wants is there as it wants it, and nothing else is.
func (w *world) checkEnd() {
	objects, held := w.git.render(func(id string) string {
		if o := w.cluster[id]; o != nil {
			return o.value
		}
		return ""
	})
	for _, h := range held {
		w.violate("%s is held in the end", short(h.ID))
	}
	for _, o := range objects {
		if there := w.cluster[o.ID]; there == nil {
			w.violate("%s is not there in the end", short(o.ID))
		} else if want := decode(o.Manifest); there.content.Spec != want.Spec {
			w.violate("%s is %q in the end, want %q", short(o.ID), there.content.Spec, want.Spec)
		}
	}
	wanted := w.git.wanted()
	forgotten := w.forgotten()
	for _, id := range w.ids() {
		watched := isShop(id) || strings.HasSuffix(id, "_Thing") || strings.HasSuffix(id, "_Secret")
		if !wanted[id] && !forgotten[id] && (watched || w.consumer.inventory[id]) {
			w.violate("%s is there in the end, and nobody wants it", short(id))
		}
	}
	for _, e := range w.inventory {
		if !wanted[e.ID] && !forgotten[e.ID] {
			w.violate("%s is in the inventory in the end", short(e.ID))
		}
	}
	was := w.published
	if len(forgotten) > 0 {
		// A Secret behind what the consumer forgot waits for its turn, and leaves when its manifest is lost.
		return
	}
	lost := w.lost
	w.loses = true
	w.crash()
	w.lost = lost
	for range 20 {
		w.control()
	}
	if w.published != was || w.storage[was] == nil {
		w.violate("after a restart with empty storage the artifact is %s, want %s", w.published, was)
	}
}

// forgotten are the objects that the consumer created in an attempt that failed, while nobody saw it: those that the
// controller took for gone, and those whose manifests it does not have: Secrets, and all after a loss of storage. The consumer will never prune them.
func (w *world) forgotten() map[string]bool {
	ids := maps.Clone(w.missed)
	for _, e := range w.inventory {
		o := w.cluster[e.ID]
		if e.Withdrawn && o != nil && (w.lost || strings.HasSuffix(e.ID, "_Secret")) && !w.consumer.inventory[e.ID] {
			for _, other := range w.inventory {
				if other.Instance == e.Instance && !w.git.wanted()[other.ID] {
					ids[other.ID] = true
				}
			}
		}
	}
	w.left += len(ids)
	return ids
}

// checkDeletion: whoever deletes an object, Git has given it up since it was first delivered.
func (w *world) checkDeletion(id, how string) {
	if at, ok := w.deliveredAt[id]; ok && w.git.wanted()[id] && w.lastUnwanted[id] < at {
		w.violate("%s is deleted (%s), though Git wants it since commit %d", short(id), how, at)
	}
}

// checkReverse: nothing is deleted while something is there that needs it. What was seen last counts: an object whose
// being there nobody has seen cannot be waited for.
func (w *world) checkReverse(id string) {
	if w.lost {
		return
	}
	for _, other := range w.ids() {
		o := w.cluster[other]
		needs := slices.Contains(o.content.Needs, id)
		if isShop(other) && !w.git.wanted()[other] && strings.HasPrefix(id, strings.TrimSuffix(other, "_example.com_Shop")+"-") {
			// An instance stands above the nodes that left with it.
			needs = w.givenUp[id] == w.givenUp[other]
		}
		if !needs || w.tampered[other] {
			continue
		}
		// Whoever misses an artifact does two steps in one.
		if w.leftAt[id] < w.leftAt[other] && w.consumer.appliedAt < w.leftAt[id] {
			w.skipped++
			continue
		}
		w.reversed++
		if w.missed[other] || unseen(w.observations[other]) || unseen(w.controller.observations[other]) {
			continue
		}
		w.violate("%s is deleted while %s needs it", short(id), short(other))
	}
}

func unseen(s seen) bool { return s.Known && !s.Exists }

// checkGrowth: an object that is new in the artifact comes after what it needs was ready.
func (w *world) checkGrowth(id string, in decision.Input) {
	at := slices.IndexFunc(in.Objects, func(o decision.Object) bool { return o.ID == id })
	delivered := slices.ContainsFunc(in.Inventory, func(e v1alpha1.InventoryEntry) bool { return e.ID == id && !e.Withdrawn })
	if at < 0 || delivered || w.lost {
		return
	}
	for _, need := range in.Objects {
		inside := in.Objects[at].Node == "" && need.Instance == in.Objects[at].Instance && need.Node != ""
		if need.Gates && (inside || slices.Contains(in.Objects[at].Needs, need.ID)) && !w.everReady[need.ID] {
			w.violate("%s is delivered before %s was ready", short(id), short(need.ID))
		}
	}
}

// checkSecrets: what is written for people and into a status has nothing of a Secret.
func (w *world) checkSecrets(what any) {
	if bytes.Contains(encode(what), []byte(marker)) {
		w.violate("a Secret stands in %T", what)
	}
}

// play is one schedule: so many steps, and then calm.
func play(seed uint64, steps int) *world {
	w := newWorld(seed)
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

// shortest finds the fewest steps with which a seed fails.
func shortest(seed uint64, steps int) (*world, int) {
	for n := range steps {
		if w := play(seed, n); w.violation != "" {
			return w, n
		}
	}
	return play(seed, steps), steps
}

// tail are the last lines of the trace.
func (w *world) tail(lines int) string {
	return strings.Join(w.log[max(0, len(w.log)-cmp.Or(lines, len(w.log))):], "\n")
}
