package decision_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

// graph makes an instance of up to 12 nodes at random.
func graph(random *rand.Rand) []decision.Object {
	count := 1 + random.IntN(12)
	made := make([]decision.Object, 0, count+1)
	for i := range count {
		o := node(fmt.Sprintf("n%d", i), "1", 0)
		o.Gates = random.IntN(2) == 0
		for j := range i {
			if random.IntN(4) == 0 {
				o.Needs = append(o.Needs, made[j].ID)
				o.Level = max(o.Level, made[j].Level+1)
			}
		}
		made = append(made, o)
	}
	return append(made, whole())
}

// gates is the largest number of gates on a way through the graph.
func gates(all []decision.Object) int {
	depth := map[string]int{}
	most := 0
	for _, o := range all {
		for _, need := range o.Needs {
			depth[o.ID] = max(depth[o.ID], depth[need])
		}
		if o.Gates {
			depth[o.ID]++
		}
		most = max(most, depth[o.ID])
	}
	return most
}

// publish makes a decision what is delivered.
func publish(t *testing.T, in *decision.Input, step int) *decision.Decision {
	t.Helper()
	d, err := decision.Decide(*in)
	if err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	in.Current = fmt.Sprintf("r%d", step)
	in.Applied = in.Current
	in.Inventory = d.Inventory(in.Current)
	in.Last = map[string][]byte{}
	for _, m := range d.Manifests {
		in.Last[m.ID] = m.JSON
	}
	return d
}

func ids(manifests []decision.Manifest) map[string]bool {
	found := map[string]bool{}
	for _, m := range manifests {
		found[m.ID] = true
	}
	return found
}

// TestGrowthEnds: with everything becoming ready, everything is delivered in one artifact more than there are gates in a
// row, no artifact has less than the one before, and nothing comes before what it needs.
func TestGrowthEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		in := decision.Input{Objects: graph(rand.New(rand.NewPCG(seed, 1))), Cluster: map[string]decision.State{}}
		before := map[string]bool{}
		steps := 0
		for ; ; steps++ {
			d := publish(t, &in, steps)
			there := ids(d.Manifests)
			for id := range before {
				if !there[id] {
					t.Fatalf("seed %d: %s left the artifact", seed, id)
				}
			}
			checkGrowth(t, seed, in, before, there)
			if len(there) == len(in.Objects) {
				break
			}
			if len(there) == len(before) {
				t.Fatalf("seed %d: nothing moves, waiting %v", seed, d.Waiting)
			}
			for id := range there {
				in.Cluster[id] = ready
			}
			before = there
		}
		if most := gates(in.Objects); steps > most {
			t.Errorf("seed %d: %d steps for %d gates in a row", seed, steps, most)
		}
	}
}

// checkGrowth holds what is new in an artifact against what was ready.
func checkGrowth(t *testing.T, seed uint64, in decision.Input, before, there map[string]bool) {
	t.Helper()
	for _, o := range in.Objects {
		if !there[o.ID] || before[o.ID] {
			continue
		}
		for _, need := range in.Objects {
			needed := slices.Contains(o.Needs, need.ID) || o.Node == "" && need.Node != ""
			if needed && (!there[need.ID] || need.Gates && (!before[need.ID] || !in.Cluster[need.ID].Ready)) {
				t.Fatalf("seed %d: %s came before %s was ready", seed, o.ID, need.ID)
			}
		}
	}
}

// TestShrinkReverses: what leaves does so from the highest level down, one level a step, and in the end nothing is left.
func TestShrinkReverses(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		in := decision.Input{
			Objects: graph(rand.New(rand.NewPCG(seed, 2))), Cluster: map[string]decision.State{},
			Options: decision.Options{Ordering: v1alpha1.OrderingNone},
		}
		publish(t, &in, 0)
		for id := range in.Last {
			in.Cluster[id] = ready
		}
		in.Options = decision.Options{Deleting: true}
		levels := map[string]int32{}
		for _, e := range in.Inventory {
			levels[e.ID] = e.Level
		}
		for step := 1; len(in.Inventory) > 0; step++ {
			d := publish(t, &in, step)
			for _, gone := range d.Withdrawn {
				for _, e := range in.Inventory {
					if !slices.Contains(d.Withdrawn, e.ID) && e.Level > levels[gone] {
						t.Fatalf("seed %d: %s leaves while %s is there", seed, gone, e.ID)
					}
				}
				in.Cluster[gone] = missing
			}
			if step > 20 {
				t.Fatalf("seed %d: %v are left", seed, in.Inventory)
			}
		}
	}
}

// TestDecideTwice: a decision for an unchanged world changes nothing, and neither the order of lists nor what became of the
// input matters.
func TestDecideTwice(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 3))
		in := world(random)
		d, err := decision.Decide(in)
		shuffled := in
		shuffled.Inventory, shuffled.Held = slices.Clone(in.Inventory), slices.Clone(in.Held)
		shuffled.Cluster, shuffled.Last = maps.Clone(in.Cluster), maps.Clone(in.Last)
		random.Shuffle(len(shuffled.Inventory), func(i, j int) {
			shuffled.Inventory[i], shuffled.Inventory[j] = shuffled.Inventory[j], shuffled.Inventory[i]
		})
		again, errAgain := decision.Decide(shuffled)
		if diff := cmp.Diff(d, again, cmpopts.IgnoreUnexported(decision.Decision{})); diff != "" || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("seed %d: %v and %v, another order of the inventory decides (-want +got):\n%s", seed, err, errAgain, diff)
		}
		if err != nil {
			continue
		}
		if diff := cmp.Diff(d.Inventory("r"), again.Inventory("r"), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d: another order of the inventory gives another one (-want +got):\n%s", seed, diff)
		}
		// Nobody has applied what is published: the same decision again.
		first := publish(t, &in, 1)
		in.Applied = decision.NothingApplied
		inventory := in.Inventory
		second := publish(t, &in, 2)
		if diff := cmp.Diff(first.Manifests, second.Manifests); diff != "" {
			t.Fatalf("seed %d: an unchanged world changes the artifact (-want +got):\n%s", seed, diff)
		}
		if diff := cmp.Diff(inventory, in.Inventory, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d: an unchanged world changes the inventory (-want +got):\n%s", seed, diff)
		}
	}
}

// TestWantedStays: whatever the world is like, what Git wants and was delivered is in the next artifact, or there is none,
// and everything in an artifact is in its inventory.
func TestWantedStays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		checkStays(t, world(rand.New(rand.NewPCG(seed, 4))))
	}
}

func FuzzDecide(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) { checkStays(t, world(rand.New(rand.NewPCG(a, b)))) })
}

func checkStays(t *testing.T, in decision.Input) {
	t.Helper()
	d, err := decision.Decide(in)
	if err != nil {
		if len(d.Manifests) > 0 || d.Publish || len(d.Inventory("r")) > 0 {
			t.Fatalf("%v, and still something to publish", err)
		}
		return
	}
	there := ids(d.Manifests)
	recorded := map[string]v1alpha1.InventoryEntry{}
	for _, e := range d.Inventory("r") {
		recorded[e.ID] = e
		if e.Manifest != nil && short(e.ID) == "key" {
			t.Errorf("the inventory has the manifest of a Secret")
		}
		if e.Withdrawn == there[e.ID] {
			t.Errorf("%s: withdrawn %v, in the artifact %v", e.ID, e.Withdrawn, there[e.ID])
		}
	}
	if len(there) != len(d.Manifests) {
		t.Errorf("an object is twice in the artifact: %v", d.Manifests)
	}
	for _, m := range d.Manifests {
		if e, ok := recorded[m.ID]; !ok || e.Digest != decision.Digest(m.JSON) {
			t.Errorf("%s is in the artifact and not in the inventory", m.ID)
		}
	}
	wanted := map[string]bool{}
	for _, o := range in.Objects {
		wanted[o.ID] = true
	}
	for _, h := range in.Held {
		wanted[h.ID] = true
	}
	for _, e := range in.Inventory {
		state := in.Cluster[e.ID]
		if wanted[e.ID] && !in.Options.Deleting && !e.Withdrawn && !there[e.ID] && (!state.Known || state.Exists) {
			t.Errorf("%s is wanted and was delivered, and leaves the artifact", e.ID)
		}
	}
}

// world is any input: a graph in any state of delivery, with any knowledge of it.
func world(random *rand.Rand) decision.Input {
	in := decision.Input{Cluster: map[string]decision.State{}, Last: map[string][]byte{}, Current: "r0", Applied: "r0"}
	all := append(graph(random), alone("Secret/key"), alone("CustomResourceDefinition/things.example.com"))
	for _, o := range all {
		flip := func(n int) bool { return random.IntN(n) == 0 }
		if flip(2) {
			in.Cluster[o.ID] = decision.State{Known: !flip(4), Exists: !flip(3), Ready: !flip(3)}
		}
		old := o
		if flip(4) {
			old.Manifest = manifest(short(o.ID), "0")
		}
		if !flip(3) {
			e := entry(old)
			e.Withdrawn, e.Replaces = flip(5), flip(5)
			if flip(4) {
				with("0")(&e)
			}
			in.Inventory = append(in.Inventory, e)
			if !e.Withdrawn && !flip(8) {
				in.Last[o.ID] = old.Manifest
			}
		}
		switch random.IntN(6) {
		case 0:
			in.Held = append(in.Held, decision.HeldNode{Instance: o.Instance, Node: o.Node, ID: o.ID})
		case 1:
		default:
			in.Objects = append(in.Objects, o)
		}
	}
	if random.IntN(4) == 0 {
		in.Last = nil
	}
	in.Applied = []string{"", "r0", "r-1", decision.NothingApplied}[random.IntN(4)]
	in.Options.Deleting = random.IntN(10) == 0
	if random.IntN(5) == 0 {
		in.Options.Ordering = v1alpha1.OrderingNone
	}
	return in
}
