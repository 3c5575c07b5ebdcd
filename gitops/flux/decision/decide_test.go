package decision_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

const instance = "Shop.example.com/default/shop"

var (
	here    = decision.State{Known: true, Exists: true}
	ready   = decision.State{Known: true, Exists: true, Ready: true}
	missing = decision.State{Known: true}
)

// id makes the ID of a Thing; a name with a slash says the kind: Secret/key, CustomResourceDefinition/things.example.com.
func id(name string) string {
	switch kind, name, _ := strings.Cut(name, "/"); kind {
	case "Secret":
		return "default_" + name + "__Secret"
	case "CustomResourceDefinition":
		return "_" + name + "_apiextensions.k8s.io_CustomResourceDefinition"
	default:
		return "default_" + kind + "_example.com_Thing"
	}
}

func short(id string) string {
	for _, end := range []string{"_example.com_Thing", "__Secret", "_apiextensions.k8s.io_CustomResourceDefinition"} {
		if name, ok := strings.CutSuffix(id, end); ok {
			return strings.TrimPrefix(strings.TrimPrefix(name, "default"), "_")
		}
	}
	return id
}

// manifest is what an object of a name says in one version of Git.
func manifest(name, version string) []byte {
	if crd, ok := strings.CutPrefix(name, "CustomResourceDefinition/"); ok {
		_, group, _ := strings.Cut(crd, ".")
		return fmt.Appendf(nil, `{"metadata":{"name":%q},"spec":{"group":%q,"names":{"kind":"Thing"},"version":%q}}`, crd, group, version)
	}
	return fmt.Appendf(nil, `{"metadata":{"name":%q},"spec":%q}`, name, version)
}

// node is an object of the instance that gates; its node has its name.
func node(name, version string, level int32, needs ...string) decision.Object {
	o := decision.Object{
		ID: id(name), Version: "v1", Instance: instance, Node: name, Level: level,
		Manifest: manifest(name, version), Gates: true,
	}
	for _, need := range needs {
		o.Needs = append(o.Needs, id(need))
	}
	return o
}

// open is an object that nobody waits for.
func open(o decision.Object) decision.Object {
	o.Gates = false
	return o
}

// whole is the instance.
func whole() decision.Object {
	o := open(node("shop", "1", 9))
	o.Node = ""
	return o
}

// alone is an object without an instance.
func alone(name string) decision.Object {
	return decision.Object{ID: id(name), Version: "v1", Manifest: manifest(name, "1")}
}

// entry is an object that was delivered.
func entry(o decision.Object, change ...func(*v1alpha1.InventoryEntry)) v1alpha1.InventoryEntry {
	e := v1alpha1.InventoryEntry{
		ID: o.ID, Version: o.Version, Instance: o.Instance, Node: o.Node, Level: o.Level, Digest: decision.Digest(o.Manifest),
		Revision: "r0",
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func withdrawn(e *v1alpha1.InventoryEntry) { e.Withdrawn = true }
func replacing(e *v1alpha1.InventoryEntry) { e.Replaces = true }
func at(name string) func(*v1alpha1.InventoryEntry) {
	return func(e *v1alpha1.InventoryEntry) { e.Node = name }
}

func with(version string) func(*v1alpha1.InventoryEntry) {
	return func(e *v1alpha1.InventoryEntry) {
		e.Manifest = &apiextensionsv1.JSON{Raw: manifest(short(e.ID), version)}
	}
}

func inventory(entries ...v1alpha1.InventoryEntry) []v1alpha1.InventoryEntry { return entries }
func objects(all ...decision.Object) []decision.Object                       { return all }

// last is the stored artifact with these objects.
func last(all ...decision.Object) map[string][]byte {
	stored := map[string][]byte{}
	for _, o := range all {
		stored[o.ID] = o.Manifest
	}
	return stored
}

func cluster(states map[string]decision.State) map[string]decision.State {
	byID := map[string]decision.State{}
	for name, s := range states {
		byID[id(name)] = s
	}
	return byID
}

// outcome is a decision in words: "name Origin version", "name flags", "node Reason what".
type outcome struct {
	Manifests, Inventory, Waiting []string
	Silent                        bool
	Problem                       string
}

func describe(in decision.Input) outcome {
	d, err := decision.Decide(in)
	got := outcome{Silent: !d.Publish}
	if err != nil {
		got.Problem, _, _ = strings.Cut(fmt.Sprintf("%T", err), "Error")
		got.Problem = strings.TrimPrefix(got.Problem, "*decision.")
		if lost, ok := errors.AsType[*decision.LostManifestError](err); ok {
			for _, id := range lost.IDs {
				got.Problem += " " + short(id)
			}
		}
	}
	for _, m := range d.Manifests {
		version := string(m.JSON[strings.LastIndex(string(m.JSON), ":")+1:])
		got.Manifests = append(got.Manifests, fmt.Sprintf("%s %s %s", short(m.ID), m.Origin, strings.Trim(version, `"}`)))
	}
	for _, e := range d.Inventory("r1") {
		text := short(e.ID) + " " + e.Revision
		if e.Replaces {
			text += " replaces"
		}
		if e.Withdrawn {
			text += " withdrawn"
		}
		if e.Manifest != nil {
			text += " manifest"
		}
		got.Inventory = append(got.Inventory, text)
	}
	for _, w := range d.Waiting {
		text := w.Node + " " + w.Reason
		for _, f := range w.For {
			text += " " + short(f)
		}
		got.Waiting = append(got.Waiting, strings.TrimSpace(text))
	}
	return got
}

type decideCase struct {
	reason string
	in     decision.Input
	want   outcome
}

func runCases(t *testing.T, cases map[string]decideCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, describe(c.in), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestDecideGrow(t *testing.T) {
	t.Parallel()
	a, b, c := node("a", "1", 0), node("b", "1", 1, "a"), node("c", "1", 2, "b")
	a2, b2 := node("a", "2", 0), node("b", "2", 1, "a")
	runCases(t, map[string]decideCase{
		"the first level": {
			reason: "nothing is known of the cluster, so only what needs nothing goes",
			in:     decision.Input{Objects: objects(a, b, c)},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r1"}, Waiting: []string{"b NotReady a", "c NotReady b"},
			},
		},
		"there is not ready": {
			reason: "a need that gates must be ready, not only there",
			in: decision.Input{
				Objects: objects(a, b), Inventory: inventory(entry(a)), Last: last(a), Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r0"}, Waiting: []string{"b NotReady a"}},
		},
		"not looked at is not ready": {
			reason: "what is said of an object that nobody looked at means nothing",
			in: decision.Input{
				Objects: objects(a, b), Inventory: inventory(entry(a)), Last: last(a),
				Cluster: cluster(map[string]decision.State{"a": {Exists: true, Ready: true}}),
			},
			want: outcome{Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r0"}, Waiting: []string{"b NotReady a"}},
		},
		"ready before it is delivered": {
			reason: "an object of that name that is ready is not ours until it is delivered",
			in:     decision.Input{Objects: objects(a, b), Cluster: cluster(map[string]decision.State{"a": ready})},
			want:   outcome{Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r1 replaces"}, Waiting: []string{"b NotReady a"}},
		},
		"ready": {
			reason: "the level behind a ready one goes, and no further",
			in: decision.Input{
				Objects: objects(a, b, c), Inventory: inventory(entry(a)), Last: last(a), Cluster: cluster(map[string]decision.State{"a": ready}),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Rendered 1"}, Inventory: []string{"a r0", "b r1"}, Waiting: []string{"c NotReady b"},
			},
		},
		"levels that do not gate": {
			reason: "needs with nothing to wait for cost no artifact",
			in:     decision.Input{Objects: objects(open(a), open(b), open(c))},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Rendered 1", "c Rendered 1"}, Inventory: []string{"a r1", "b r1", "c r1"},
			},
		},
		"an open one behind a gate": {
			reason: "each need must itself be in the artifact",
			in:     decision.Input{Objects: objects(a, open(b), c)},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r1"}, Waiting: []string{"b NotReady a", "c NotReady b"},
			},
		},
		"without an order": {
			reason: "everything complete goes at once",
			in:     decision.Input{Objects: objects(a, b, c), Options: decision.Options{Ordering: v1alpha1.OrderingNone}},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Rendered 1", "c Rendered 1"}, Inventory: []string{"a r1", "b r1", "c r1"},
			},
		},
		"a need outside": {
			reason: "what is not in the render must be ready in the cluster",
			in:     decision.Input{Objects: objects(open(a), node("b", "1", 1, "x"), node("c", "1", 1, "y")), Cluster: cluster(map[string]decision.State{"x": ready})},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Rendered 1"}, Inventory: []string{"a r1", "b r1"}, Waiting: []string{"c NotReady y"},
			},
		},
		"the instance": {
			reason: "it comes after all of its nodes, though it says no needs, and its CRD before",
			in: decision.Input{
				Objects: objects(alone("CustomResourceDefinition/things.example.com"), a, whole()),
			},
			want: outcome{
				Manifests: []string{"things.example.com Rendered 1", "a Rendered 1"}, Inventory: []string{"things.example.com r1", "a r1"},
				Waiting: []string{"NotReady a"},
			},
		},
		"the instance with a held node": {
			reason: "held nodes are nodes",
			in: decision.Input{
				Objects: objects(open(a), whole()), Held: []decision.HeldNode{{Instance: instance, Node: "h", Paths: []string{"a.status.x"}}},
			},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r1"}, Waiting: []string{"NotReady h", "h Held a.status.x"},
			},
		},
		"all held": {
			reason: "nothing can be delivered, and nothing was: there is nothing to publish, and no problem",
			in:     decision.Input{Held: []decision.HeldNode{{Instance: instance, Node: "h", Paths: []string{"x.status"}}}},
			want:   outcome{Silent: true, Waiting: []string{"h Held x.status"}},
		},
		"new content waits for the consumer": {
			reason: "what is said of the need may be about its earlier content",
			in: decision.Input{
				Objects: objects(a2, b2), Inventory: inventory(entry(a2, replacing), entry(b)), Last: last(a2, b), Current: "r0", Applied: "r-1",
				Cluster: cluster(map[string]decision.State{"a": ready, "b": ready}),
			},
			want: outcome{
				Manifests: []string{"a Rendered 2", "b Kept 1"}, Inventory: []string{"a r0 replaces", "b r0 manifest"},
				Waiting: []string{"b NotReady a"},
			},
		},
		"new content is applied": {
			reason: "the consumer has applied the revision that brought it",
			in: decision.Input{
				Objects: objects(a2, b2), Inventory: inventory(entry(a2, replacing), entry(b)), Last: last(a2, b), Current: "r5", Applied: "r0",
				Cluster: cluster(map[string]decision.State{"a": ready, "b": ready}),
			},
			want: outcome{Manifests: []string{"a Rendered 2", "b Rendered 2"}, Inventory: []string{"a r0", "b r1 replaces"}},
		},
		"new content is in what is applied": {
			reason: "the consumer skipped the revision that brought it, and has applied the last one, which has it too",
			in: decision.Input{
				Objects: objects(a2, b2), Inventory: inventory(entry(a2, replacing), entry(b)), Last: last(a2, b), Current: "r5", Applied: "r5",
				Cluster: cluster(map[string]decision.State{"a": ready, "b": ready}),
			},
			want: outcome{Manifests: []string{"a Rendered 2", "b Rendered 2"}, Inventory: []string{"a r0", "b r1 replaces"}},
		},
		"new content was never published": {
			reason: "after a crash the inventory is ahead: that the last artifact is applied says nothing of what it lacks",
			in: decision.Input{
				Objects: objects(a2, b2), Inventory: inventory(entry(a2, replacing), entry(b)), Last: last(a, b), Current: "r5", Applied: "r5",
				Cluster: cluster(map[string]decision.State{"a": ready, "b": ready}),
			},
			want: outcome{
				Manifests: []string{"a Rendered 2", "b Kept 1"}, Inventory: []string{"a r0 replaces", "b r0 manifest"},
				Waiting: []string{"b NotReady a"},
			},
		},
		"new content without a consumer": {
			reason: "where nobody says what is applied, readiness alone decides",
			in: decision.Input{
				Objects: objects(a2, b2), Inventory: inventory(entry(a2, replacing), entry(b)), Last: last(a2, b), Current: "r0",
				Cluster: cluster(map[string]decision.State{"a": ready, "b": ready}),
			},
			want: outcome{Manifests: []string{"a Rendered 2", "b Rendered 2"}, Inventory: []string{"a r0", "b r1 replaces"}},
		},
		"new content without a last manifest": {
			reason: "it is delivered as it is: never dropped",
			in: decision.Input{
				Objects: objects(a, b2), Inventory: inventory(entry(a), entry(b)), Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{Manifests: []string{"a Rendered 1", "b Rendered 2"}, Inventory: []string{"a r0", "b r1 replaces"}},
		},
		"kept after storage loss": {
			reason: "the inventory has the manifest that the render does not give",
			in: decision.Input{
				Objects: objects(a, b2), Inventory: inventory(entry(a), entry(b, with("1"))), Cluster: cluster(map[string]decision.State{"a": here}),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1", "b Kept 1"}, Inventory: []string{"a r0", "b r0 manifest"}, Waiting: []string{"b NotReady a"},
			},
		},
		"delivered stays": {
			reason: "an object that is delivered as Git wants it stays, whatever becomes of what it needs",
			in: decision.Input{
				Objects: objects(a, b), Inventory: inventory(entry(a), entry(b)), Last: last(a, b), Cluster: cluster(map[string]decision.State{"a": missing}),
			},
			want: outcome{Manifests: []string{"a Rendered 1", "b Rendered 1"}, Inventory: []string{"a r0", "b r0"}},
		},
		"wanted again": {
			reason: "an object that was withdrawn waits for its turn like a new one, and is remembered until it is gone",
			in: decision.Input{
				Objects: objects(a, b), Inventory: inventory(entry(a), entry(b, withdrawn)), Last: last(a),
				Cluster: cluster(map[string]decision.State{"a": here, "b": here}),
			},
			want: outcome{
				Manifests: []string{"a Rendered 1"}, Inventory: []string{"a r0", "b r0 withdrawn"}, Waiting: []string{"b NotReady a"},
			},
		},
	})
}
