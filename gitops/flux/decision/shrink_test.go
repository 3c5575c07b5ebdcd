package decision_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

func TestDecideHeld(t *testing.T) {
	t.Parallel()
	a, b := node("a", "1", 0), node("b", "1", 1, "a")
	secret := node("Secret/key", "1", 0)
	held := func(node, id string) []decision.HeldNode {
		return []decision.HeldNode{{Instance: instance, Node: node, ID: id, Paths: []string{"a.status.x"}}}
	}
	runCases(t, map[string]decideCase{
		"carried forward": {
			reason: "a delivered node that is held stays as it was, and the inventory has its manifest",
			in:     decision.Input{Objects: objects(a), Held: held("b", ""), Inventory: inventory(entry(a), entry(b)), Last: last(a, b)},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Carried 1"}, Inventory: []string{"a r0", "b r0 manifest"},
				Waiting: []string{"b CarriedForward a.status.x"},
			},
		},
		"by its identity": {
			reason: "the object is known though its node has another name",
			in:     decision.Input{Objects: objects(a), Held: held("other", id("b")), Inventory: inventory(entry(a), entry(b)), Last: last(a, b)},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Carried 1"}, Inventory: []string{"a r0", "b r0 manifest"},
				Waiting: []string{"other CarriedForward a.status.x"},
			},
		},
		"items and parts": {
			reason: "a collection that is held stands for its items and for all below them",
			in: decision.Input{
				Objects: objects(a), Held: held("parts", ""), Inventory: inventory(entry(a), entry(b, at("parts[2]/config"))), Last: last(a, b),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Carried 1"}, Inventory: []string{"a r0", "b r0 manifest"},
				Waiting: []string{"parts CarriedForward a.status.x"},
			},
		},
		"a longer name": {
			reason: "parts is not the beginning of partsold",
			in: decision.Input{
				Objects: objects(a), Held: held("parts", ""), Inventory: inventory(entry(a), entry(b, at("partsold"))), Last: last(a, b),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r0", "b r1 withdrawn"},
				Waiting: []string{"parts Held a.status.x", "partsold Deleting b"},
			},
		},
		"the whole instance": {
			reason: "a held node without an address is everything",
			in:     decision.Input{Held: held("", ""), Inventory: inventory(entry(a), entry(b)), Last: last(a, b)},
			want: outcome{
				Manifests: []string{"a Carried 1", "b Carried 1"}, Inventory: []string{"a r0 manifest", "b r0 manifest"},
				Waiting: []string{"CarriedForward a.status.x"},
			},
		},
		"from the inventory": {
			reason: "storage is lost, and the inventory has the manifest",
			in:     decision.Input{Objects: objects(a), Held: held("b", ""), Inventory: inventory(entry(a), entry(b, with("1")))},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Carried 1"}, Inventory: []string{"a r0", "b r0 manifest"},
				Waiting: []string{"b CarriedForward a.status.x"},
			},
		},
		"a lost manifest": {
			reason: "publishing would delete it",
			in:     decision.Input{Objects: objects(a), Held: held("b", ""), Inventory: inventory(entry(a), entry(b))},
			want:   outcome{Silent: true, Problem: "LostManifest b", Waiting: []string{"b Held a.status.x"}},
		},
		"it never came": {
			reason: "a crash came between the inventory and the artifact: no consumer has seen the object",
			in: decision.Input{
				Objects: objects(a), Held: held("b", ""), Inventory: inventory(entry(a), entry(b)), Last: last(a),
				Cluster: cluster(map[string]decision.State{"b": missing}),
			},
			want: outcome{Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r0"}, Waiting: []string{"b Held a.status.x"}},
		},
		"a Secret": {
			reason: "its manifest stays in the artifact, and never comes into the inventory",
			in:     decision.Input{Held: held("Secret/key", ""), Inventory: inventory(entry(secret)), Last: last(secret)},
			want: outcome{
				Manifests: []string{"key Carried 1"}, Inventory: []string{"key r0"}, Waiting: []string{"Secret/key CarriedForward a.status.x"},
			},
		},
		"without an order": {
			reason: "law 4 holds for every ordering",
			in: decision.Input{
				Objects: objects(a), Held: held("b", ""), Inventory: inventory(entry(a), entry(b)), Last: last(a, b),
				Options: decision.Options{Ordering: v1alpha1.OrderingNone},
			},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Carried 1"}, Inventory: []string{"a r0", "b r0 manifest"},
				Waiting: []string{"b CarriedForward a.status.x"},
			},
		},
	})
}

func TestDecideShrink(t *testing.T) {
	t.Parallel()
	a, b, c, shop := node("a", "1", 0), node("b", "1", 1, "a"), node("c", "1", 2, "b"), whole()
	keeper, secret := alone("keeper"), node("Secret/key", "1", 0)
	crd := alone("CustomResourceDefinition/things.example.com")
	other := node("b2", "1", 1, "a")
	other.Node = "b"
	runCases(t, map[string]decideCase{
		"the instance first": {
			reason: "the instance stands above its nodes; the rest stays, with manifests in the inventory",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(b), entry(shop), entry(keeper)), Last: last(a, b, shop, keeper),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1", "b Leaving 1"},
				Inventory: []string{"keeper r0", "a r0 manifest", "b r0 manifest", "shop r1 withdrawn"},
				Waiting:   []string{"Deleting shop", "a Deleting shop", "b Deleting shop"},
			},
		},
		"a level that is still there": {
			reason: "nothing moves until it is gone",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a, with("1")), entry(c, withdrawn), entry(keeper)), Last: last(a, keeper),
				Cluster: cluster(map[string]decision.State{"c": here}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest", "c r0 withdrawn"},
				Waiting: []string{"a Deleting c", "c Deleting c"},
			},
		},
		"a level that nobody looked at": {
			reason: "what is not known is not gone",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(c, withdrawn), entry(keeper)), Last: last(a, keeper),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest", "c r0 withdrawn"},
				Waiting: []string{"a Deleting c", "c Deleting c"},
			},
		},
		"gone before the consumer was told": {
			reason: "the consumer may be about to create it from the artifact before",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(c, withdrawn), entry(keeper)), Last: last(a, keeper), Current: "r0",
				Applied: "r-1", Cluster: cluster(map[string]decision.State{"c": missing}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest", "c r0 withdrawn"},
				Waiting: []string{"a Deleting c", "c Deleting c"},
			},
		},
		"a level that is gone": {
			reason: "the next one goes",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(b), entry(c, withdrawn), entry(keeper)), Last: last(a, b, keeper),
				Cluster: cluster(map[string]decision.State{"c": missing}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest", "b r1 withdrawn"},
				Waiting: []string{"a Deleting b", "b Deleting b"},
			},
		},
		"lost manifests": {
			reason: "what leaves and is lost can only leave at once",
			in:     decision.Input{Objects: objects(keeper), Inventory: inventory(entry(a), entry(b), entry(keeper))},
			want: outcome{
				Manifests: []string{"keeper Rendered 1"}, Inventory: []string{"keeper r0", "a r1 withdrawn", "b r1 withdrawn"},
				Waiting: []string{"a Deleting a", "b Deleting b"},
			},
		},
		"a Secret that waits": {
			reason: "its manifest stays in the artifact alone",
			in:     decision.Input{Objects: objects(keeper), Inventory: inventory(entry(secret), entry(b), entry(keeper)), Last: last(secret, b, keeper)},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "key Leaving 1"}, Inventory: []string{"keeper r0", "key r0", "b r1 withdrawn"},
				Waiting: []string{"Secret/key Deleting b", "b Deleting b"},
			},
		},
		"one that may be used": {
			reason: "an object above that keeps its earlier manifest may use what leaves",
			in: decision.Input{
				Objects: objects(node("new", "1", 0), node("b", "2", 1, "new")), Inventory: inventory(entry(a), entry(b)), Last: last(a, b),
			},
			want: outcome{
				Manifests: []string{"new Rendered 1", "a Leaving 1", "b Kept 1"}, Inventory: []string{"a r0 manifest", "new r1", "b r0 manifest"},
				Waiting: []string{"a Deleting b", "b NotReady new"},
			},
		},
		"one that is replaced": {
			reason: "an object of the same node is to come first",
			in:     decision.Input{Objects: objects(node("a", "2", 0), other), Inventory: inventory(entry(a), entry(b)), Last: last(a, b)},
			want: outcome{
				Manifests: []string{"a Rendered 2", "b Leaving 1"}, Inventory: []string{"a r1 replaces", "b r0 manifest"},
				Waiting: []string{"b Deleting b2", "b NotReady a"},
			},
		},
		"one that the consumer forgot": {
			reason: "an attempt to apply failed half way: the consumer would not delete what it left behind",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(keeper)), Last: last(a, keeper), Owned: map[string]bool{},
				Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest"},
				Waiting: []string{"a Deleting a"},
			},
		},
		"one that never left": {
			reason: "a crash came before the artifact without it was published: it takes its place in the order again",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a, withdrawn), entry(b), entry(keeper)), Last: last(a, b, keeper),
				Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest", "b r1 withdrawn"},
				Waiting: []string{"a Deleting b", "b Deleting b"},
			},
		},
		"one that never left, and that the consumer is about to apply": {
			reason: "it is in the artifact, so that it may come below what is applied with it: it takes its place in the order again",
			in: decision.Input{
				Objects:   objects(keeper),
				Inventory: inventory(entry(a, withdrawn, replacing, with("1")), entry(b), entry(keeper)), Last: last(a, b, keeper),
				Current: "r0", Applied: "r-1", Owned: map[string]bool{id("keeper"): true},
				Cluster: cluster(map[string]decision.State{"a": missing, "b": missing}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"},
				Inventory: []string{"keeper r0", "a r0 manifest", "b r1 replaces withdrawn manifest"},
				Waiting:   []string{"a Deleting b", "b Deleting b"},
			},
		},
		"one that never came": {
			reason: "the consumer cannot apply it, and need not",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a), entry(keeper)), Last: last(a, keeper), Owned: map[string]bool{},
				Cluster: cluster(map[string]decision.State{"a": missing}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1"}, Inventory: []string{"keeper r0", "a r1 replaces withdrawn manifest"},
				Waiting: []string{"a Deleting a"},
			},
		},
		"one that came late": {
			reason: "it was not there when it was withdrawn, and an attempt that failed brought it all the same",
			in: decision.Input{
				Objects: objects(keeper), Inventory: inventory(entry(a, withdrawn, replacing, with("1")), entry(keeper)), Last: last(keeper),
				Owned: map[string]bool{}, Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{
				Manifests: []string{"keeper Rendered 1", "a Leaving 1"}, Inventory: []string{"keeper r0", "a r0 manifest"},
				Waiting: []string{"a Deleting a"},
			},
		},
		"objects that pass through": {
			reason: "they have no order, and nobody watches them: they are remembered until the consumer has said so",
			in: decision.Input{
				Objects: objects(a), Inventory: inventory(entry(a), entry(keeper), entry(alone("gone"), withdrawn)), Last: last(a, keeper),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"keeper r1 withdrawn", "a r0"}, Waiting: []string{"Deleting keeper"},
			},
		},
		"a CRD behind its objects": {
			reason: "the API server deletes the objects of a kind with it",
			in: decision.Input{
				Objects: objects(alone("Secret/x")), Inventory: inventory(entry(crd), entry(a, withdrawn)), Last: last(crd),
				Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{
				Manifests: []string{"x Rendered 1", "things.example.com Leaving 1"},
				Inventory: []string{"things.example.com r0 manifest", "x r1", "a r0 withdrawn"},
				Waiting:   []string{"Deleting a", "a Deleting a"},
			},
		},
		"a CRD that is used": {
			reason: "Git wants an object of its kind, whatever the ordering",
			in: decision.Input{
				Objects: objects(a), Inventory: inventory(entry(crd), entry(a)), Last: last(crd, a),
				Options: decision.Options{Ordering: v1alpha1.OrderingNone},
			},
			want: outcome{
				Manifests: []string{"a Rendered 1", "things.example.com Leaving 1"}, Inventory: []string{"things.example.com r0 manifest", "a r0"},
				Waiting: []string{"Deleting a"},
			},
		},
		"a CRD that is used and lost": {
			reason: "publishing would delete what Git wants",
			in:     decision.Input{Objects: objects(a), Inventory: inventory(entry(crd), entry(a))},
			want:   outcome{Silent: true, Problem: "LostManifest things.example.com"},
		},
		"a CRD that nothing uses": {
			reason: "the last object of its kind is gone",
			in: decision.Input{
				Objects: objects(alone("Secret/x")), Inventory: inventory(entry(crd), entry(a, withdrawn)), Last: last(crd),
				Cluster: cluster(map[string]decision.State{"a": missing}),
			},
			want: outcome{
				Manifests: []string{"x Rendered 1"}, Inventory: []string{"things.example.com r1 withdrawn", "x r1"},
				Waiting: []string{"Deleting things.example.com"},
			},
		},
		"without an order": {
			reason: "everything leaves at once",
			in: decision.Input{
				Objects: objects(alone("Secret/x")), Inventory: inventory(entry(a), entry(b), entry(crd)), Last: last(a, b, crd),
				Options: decision.Options{Ordering: v1alpha1.OrderingNone},
			},
			want: outcome{
				Manifests: []string{"x Rendered 1"},
				Inventory: []string{"things.example.com r1 withdrawn", "x r1", "a r1 withdrawn", "b r1 withdrawn"},
				Waiting:   []string{"Deleting things.example.com", "a Deleting a", "b Deleting b"},
			},
		},
		"an empty render": {
			reason: "it would delete everything",
			in:     decision.Input{Inventory: inventory(entry(a)), Last: last(a)},
			want:   outcome{Silent: true, Problem: "EmptyRender"},
		},
		"an empty render that is meant": {
			reason: "it shrinks like any other",
			in:     decision.Input{Inventory: inventory(entry(a)), Last: last(a), Options: decision.Options{AllowEmpty: true}},
			want:   outcome{Inventory: []string{"a r1 withdrawn"}, Waiting: []string{"a Deleting a"}},
		},
		"deleting": {
			reason: "whatever the render gives, everything leaves in reverse",
			in: decision.Input{
				Objects: objects(a, b), Held: []decision.HeldNode{{Instance: instance, Node: "h"}}, Inventory: inventory(entry(a), entry(b)),
				Last: last(a, b), Options: decision.Options{Deleting: true},
			},
			want: outcome{
				Manifests: []string{"a Leaving 1"}, Inventory: []string{"a r0 manifest", "b r1 withdrawn"},
				Waiting: []string{"a Deleting b", "b Deleting b"},
			},
		},
	})
}

// TestLevelsOfAChange: until an edit is applied an object is withdrawn as what it was or as what it is, and what needs it before it.
func TestLevelsOfAChange(t *testing.T) {
	t.Parallel()
	before := node("a", "old", 1)
	d, err := decision.Decide(decision.Input{
		Objects: objects(open(node("a", "new", 0)), node("b", "new", 1, "a")), Inventory: inventory(entry(before)), Last: last(before),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int32{}
	for _, e := range d.Inventory("r") {
		got[e.Node] = e.Level
	}
	if diff := cmp.Diff(map[string]int32{"a": 1, "b": 2}, got); diff != "" {
		t.Errorf("the levels: -want +got\n%s", diff)
	}
}

// TestLevelsOfWhatStays: what keeps its earlier manifest stays above what it needs, to whatever level a change brings that.
func TestLevelsOfWhatStays(t *testing.T) {
	t.Parallel()
	before := []decision.Object{node("a", "old", 0), node("b", "1", 1, "a"), node("c", "1", 2, "b"), node("d", "1", 0)}
	after := []decision.Object{open(node("new", "1", 0)), node("a", "new", 1, "new")}
	in := decision.Input{Objects: after, Held: []decision.HeldNode{{Instance: instance, Node: "b", ID: id("b")}}, Last: last(before...)}
	for _, o := range before {
		in.Inventory = append(in.Inventory, entry(o))
	}
	for range 2 {
		d, err := decision.Decide(in)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int32{}
		for _, e := range d.Inventory("r") {
			got[e.Node] = e.Level
		}
		if diff := cmp.Diff(map[string]int32{"new": 0, "a": 1, "b": 2, "c": 3, "d": 0}, got); diff != "" {
			t.Errorf("the levels: -want +got\n%s", diff)
		}
		in.Inventory = d.Inventory("r")
	}
}
