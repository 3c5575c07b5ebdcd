package order_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// BenchmarkValues makes four objects, each of which needs a value from the status of the one before, which is written as soon
// as the object is there: by krowave, from the commit, and by kro's own controller, from the instance. Until all are
// there; the ratio is shown and not held, since kro has no repository to read.
func BenchmarkValues(b *testing.B) {
	cache := process.Servers(b, os.Getenv)
	program := process.Build(b, process.Root(b), "./cmd/flux-controller")
	for b.Loop() {
		theirs := byKro(b)
		b.ReportMetric(theirs.Seconds(), "s/kro")
		c := cluster.Start(b, cluster.Options{Servers: cache})
		flux.Start(b, flux.Options{Servers: cache, Cluster: c})
		flux.NewController(b, flux.ControllerOptions{Cluster: c, Program: program}).Start(b)
		ours := byCommit(b, c)
		b.ReportMetric(ours.Seconds(), "s/krowave")
		b.ReportMetric(ours.Seconds()/depth, "s/krowave-level")
	}
}

// part is the kind whose status the benchmark writes, as a controller of some cloud would.
func part(b *testing.B) string {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(process.Root(b), "test", "e2e", "flux", "testdata", "part.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
}

// values is an RGD of Parts.
func values() string {
	var text strings.Builder
	text.WriteString(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: values}
spec:
  schema: {apiVersion: v1alpha1, kind: Values, group: e2e.krowave.dev}
  resources:
`)
	before := "schema.metadata.name"
	for i := range depth {
		_, _ = fmt.Fprintf(&text, `    - id: step%d
      template:
        apiVersion: e2e.krowave.dev/v1
        kind: Part
        metadata: {name: step-%d}
        spec: {of: "${%s}"}
`, i, i, before)
		before = fmt.Sprintf("step%d.status.address", i)
	}
	return text.String()
}

// object is an instance of it.
const object = "apiVersion: e2e.krowave.dev/v1alpha1\nkind: Values\nmetadata: {name: one, namespace: " + namespace + "}\nspec: {}\n"

func byKro(b *testing.B) time.Duration {
	b.Helper()
	cache := process.Servers(b, os.Getenv)
	c := cluster.Start(b, cluster.Options{Servers: cache})
	flux.StartKro(b, cache, c)
	prepare(b, c)
	c.Apply(b, cluster.Parse(b, values())...)
	c.Established(b, "values.e2e.krowave.dev")
	await.True(b, "the RGD", await.Long, func() (bool, string) {
		status, reason, message := flux.Condition(c.Exists(b, cluster.Named("kro.run/v1alpha1", "ResourceGraphDefinition", "", "values")), "Ready")
		return status == "True", reason + ": " + message
	})
	start := now()
	c.Apply(b, cluster.Parse(b, object)...)
	return complete(b, c, start)
}

func byCommit(b *testing.B, c *cluster.Cluster) time.Duration {
	b.Helper()
	prepare(b, c)
	repo := repository.New(b)
	repo.Write(b, "krowave.yaml", "apiVersion: krowave.dev/v1alpha1\nkind: Config\ncrds: [part.yaml]\n")
	repo.Write(b, "part.yaml", part(b))
	repo.Write(b, "app/rgd.yaml", values())
	repo.Commit(b, "Define")
	connect(b, c, repo)
	c.Established(b, "values.e2e.krowave.dev")
	applied(b, c, "app")
	repo.Write(b, "app/one.yaml", object)
	repo.Commit(b, "Add four steps")
	start := now()
	flux.Announce(b, c, flux.Repository(namespace, "app"))
	return complete(b, c, start)
}

// prepare makes the namespace and the kind, and somebody who answers.
func prepare(b *testing.B, c *cluster.Cluster) {
	b.Helper()
	c.Namespace(b, namespace)
	for _, u := range c.Apply(b, cluster.Parse(b, part(b))...) {
		c.Established(b, u.GetName())
	}
	client, err := c.Client(schema.FromAPIVersionAndKind("e2e.krowave.dev/v1", "Part"), namespace)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		answer(ctx, client)
	}()
	b.Cleanup(func() {
		stop()
		<-done
	})
}

// answer writes the status of each Part that is made, until the context ends.
func answer(ctx context.Context, client dynamic.ResourceInterface) {
	status := []byte(`{"status":{"state":"up","address":"192.0.2.1"}}`)
	for ctx.Err() == nil {
		w, err := client.Watch(ctx, metav1.ListOptions{})
		if err != nil {
			continue
		}
		for event := range w.ResultChan() {
			if u, ok := event.Object.(*unstructured.Unstructured); ok && event.Type == watch.Added {
				// One that is not written is made known by the benchmark, which then waits in vain.
				_, _ = client.Patch(ctx, u.GetName(), types.MergePatchType, status, metav1.PatchOptions{}, "status")
			}
		}
	}
}

// complete is the time until the last Part is there.
func complete(b *testing.B, c *cluster.Cluster, start time.Time) time.Duration {
	b.Helper()
	for i := range depth {
		c.Exists(b, cluster.Named("e2e.krowave.dev/v1", "Part", namespace, fmt.Sprintf("step-%d", i)))
	}
	return now().Sub(start)
}
