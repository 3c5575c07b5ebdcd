package flux_test

import (
	"strings"
	"testing"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
)

// vanishes: an object that was made anew and reports nothing yet, and a value that is no longer reported, take nothing
// away. A new value is followed when it comes.
func vanishes(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Vanishing")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	k.active(t, k.object("one"))
	before, record := k.identities(t, "one"), k.record(t)

	// Somebody deletes the Part; Flux makes it again.
	k.cluster.Delete(t, k.network("one"))
	k.cluster.Gone(t, k.network("one"))
	flux.Announce(t, k.cluster, flux.Kustomization(k.namespace, app))
	k.cluster.Exists(t, k.network("one"))
	k.has(t, k.settings("one"), "192.0.2.1")
	k.up(t, "one", "192.0.2.2")
	k.has(t, k.settings("one"), "192.0.2.2")
	k.waiting(t)

	k.status(t, "one", map[string]any{"state": nil, "address": nil})
	k.condition(t, "Resolved", "False", "", "network.status.address")
	k.has(t, k.settings("one"), "192.0.2.2")
	after := k.identities(t, "one")
	delete(before, k.network("one").String())
	delete(after, k.network("one").String())
	same(t, before, after)
	for _, ref := range k.all("one")[1:4] {
		if left := record.Left(label(ref)); left != 0 {
			t.Errorf("%s left at %d:\n%s", ref, left, record)
		}
	}
}

// has waits until an object has a text.
func (k *stack) has(t *testing.T, r cluster.Ref, text string) {
	t.Helper()
	await.True(t, r.String()+" to have "+text, await.Long, func() (bool, string) {
		data, err := k.cluster.Exists(t, r).MarshalJSON()
		return err == nil && strings.Contains(string(data), text), string(data)
	})
}

// edited: an RGD that is changed so that a delivered node needs a value that nobody knows leaves the node as it was, and says so.
func edited(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Edited")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	before := k.identities(t, "one")

	rgd := k.repo.Read(t, "app/rgd.yaml")
	k.repo.Write(t, "app/rgd.yaml", strings.Replace(rgd,
		"server: ${server.metadata.name}", "server: ${server.metadata.name}\n          note: ${network.status.note}", 1))
	k.attempted(t, k.push(t, "Need a note"))
	k.condition(t, "Resolved", "False", "", "network.status.note")
	k.waiting(t, "CarriedForward one/endpoint")
	k.unchanged(t, before, "one")

	k.status(t, "one", map[string]any{"note": "here"})
	k.has(t, k.endpoint("one"), `"note":"here"`)
	k.waiting(t)
	k.unchanged(t, before, "one")
}

// broken: a source that is empty, a path that is gone and an RGD that is wrong prune nothing; the condition says what is the
// matter. Repaired, all goes on.
func broken(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Broken")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	before, record := k.identities(t, "one"), k.record(t)
	rgd, instance := k.repo.Read(t, "app/rgd.yaml"), k.repo.Read(t, "app/one.yaml")

	k.repo.Write(t, "app/rgd.yaml", strings.Replace(rgd, "${server.metadata.name}", "${sever.metadata.name}", 1))
	k.attempted(t, k.push(t, "Misspell a node"))
	k.condition(t, "Ready", "False", "RenderFailed", "app/rgd.yaml:")
	k.unchanged(t, before, "one")

	k.repo.Remove(t, "app/rgd.yaml")
	k.repo.Remove(t, "app/one.yaml")
	k.repo.Write(t, "app/README.md", "Nothing is here.\n")
	k.attempted(t, k.push(t, "Remove everything"))
	k.condition(t, "Ready", "False", "EmptyRender", "")
	k.unchanged(t, before, "one")

	k.repo.Remove(t, "app/README.md")
	k.attempted(t, k.push(t, "Remove the path"))
	k.condition(t, "Ready", "False", "", "app")
	k.unchanged(t, before, "one")

	k.repo.Write(t, "app/rgd.yaml", strings.Replace(rgd, "server:1.0.0", "server:2.0.0", 1))
	k.repo.Write(t, "app/one.yaml", instance)
	k.attempted(t, k.push(t, "Repair"))
	k.has(t, k.server("one"), "server:2.0.0")
	k.cluster.Healthy(t, k.server("one"))
	k.waiting(t)
	k.condition(t, "Ready", "True", "", "")
	k.unchanged(t, before, "one")
	for _, e := range record.Events() {
		if e.Step == cluster.Deleted || e.Step == cluster.Deleting {
			t.Errorf("%s, want that nothing goes", e)
		}
	}
}
