package flux_test

import (
	"os"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
)

// TestInterrupted ends flux-controller at bad moments. It has a cluster of its own, where nobody else does its work.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	cache := process.Servers(t, os.Getenv)
	s := &suite{
		cluster: cluster.Start(t, cluster.Options{Servers: cache, Controllers: cluster.Deleters()}),
		program: process.Build(t, process.Root(t), "./cmd/flux-controller"),
	}
	flux.Start(t, flux.Options{Servers: cache, Cluster: s.cluster})
	t.Run("Crashes", func(t *testing.T) { crashes(t, s) })
	t.Run("Leaders", func(t *testing.T) { leaders(t, s) })
}

// crashes: the controller is killed just before and just after each kind of write that it makes, while an instance comes and while
// it goes. Everything is delivered in the end, and withdrawn in the end, and the instance that stays is never touched.
func crashes(t *testing.T, s *suite) {
	t.Helper()
	var kept *process.Kept
	var started sync.WaitGroup
	started.Add(1)
	proxy := flux.NewProxy(t, s.cluster, func() {
		started.Wait()
		kept.Kill()
	})
	controller := flux.NewController(t, flux.ControllerOptions{Cluster: s.cluster, Program: s.program})
	k := newStack(t, s, "Crashing")
	k.instance(t, "stays")
	kept = controller.Keep(t, "KUBECONFIG="+proxy.Kubeconfig)
	started.Done()
	k.deliver(t, nil)
	k.settle(t, "stays")
	t.Logf("%d starts; killed at %q", kept.Starts(), proxy.Again())
	before, record := k.identities(t, "stays"), k.record(t)

	k.instance(t, "goes")
	k.push(t, "Add one")
	k.settle(t, "goes")
	k.there(t, "goes", k.all("goes")...)
	t.Logf("%d starts; killed at %q", kept.Starts(), proxy.Again())

	k.repo.Remove(t, "app/goes.yaml")
	k.push(t, "Remove one")
	for _, ref := range k.all("goes") {
		k.cluster.Gone(t, ref)
	}
	k.waiting(t)
	points := proxy.Again()
	t.Logf("%d starts; killed at %q", kept.Starts(), points)
	k.unchanged(t, before, "stays")
	for _, ref := range k.all("stays")[:4] {
		if left := record.Left(label(ref)); left != 0 {
			t.Errorf("%s left at %d:\n%s", ref, left, record)
		}
	}
	if len(points) < 4 {
		t.Errorf("killed at %q, want every write: of Observations, of the inventory, of the artifact", points)
	}
	// Everything that is there still has the same content: the next scenario has a controller of its own.
	k.cluster.Merge(t, k.graph, map[string]any{"spec": map[string]any{"suspend": true}})
}

// leaders: of two controllers one works and serves, and only that one is ready. When it ends the other one goes on, with the same
// artifact, byte for byte, from an empty storage.
func leaders(t *testing.T, s *suite) {
	t.Helper()
	options := flux.ControllerOptions{Cluster: s.cluster, Program: s.program, Args: []string{"--enable-leader-election"}}
	first, second := flux.NewController(t, options), flux.NewController(t, options)
	leader := first.Start(t)
	waits := second.Run(t)
	k := newStack(t, s, "Led")
	k.instance(t, "one")
	k.deliver(t, nil)
	k.settle(t, "one")
	before := k.identities(t, "one")
	url, digest := k.published(t)
	if second.Ready(t) {
		t.Error("the controller that does not lead says that it is ready")
	}

	leader.Stop(t)
	await.True(t, "the second controller to lead", await.Long, func() (bool, string) {
		if how, ended := waits.Ended(); ended {
			t.Fatal(how)
		}
		return second.Ready(t), string(waits.Tail())
	})
	await.True(t, "the artifact of the second controller", await.Long, func() (bool, string) {
		now, _ := k.published(t)
		return now != url, now
	})
	if now, again := k.published(t); again != digest {
		t.Errorf("the artifact %s has the digest %s, want that of the first controller, %s", now, again, digest)
	}
	k.instance(t, "two")
	k.push(t, "Add another one")
	k.settle(t, "two")
	k.there(t, "two", k.all("two")...)
	k.unchanged(t, before, "one")
}

// published is where the artifact is, and its digest.
func (k *stack) published(t *testing.T) (url, digest string) {
	t.Helper()
	u := k.cluster.Exists(t, flux.Artifact(k.namespace, k.name))
	url, _, _ = unstructured.NestedString(u.Object, "status", "artifact", "url")
	digest, _, _ = unstructured.NestedString(u.Object, "status", "artifact", "digest")
	return url, digest
}
