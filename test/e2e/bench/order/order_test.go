package order_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/e2e/repository"
)

// depth is how many objects come one after the other.
const depth = 4

// least is how many times faster the order must be than that of dependsOn at a requeue of 5 seconds.
const least = 5

// now is the clock: measuring is what this package is for.
func now() time.Time { return time.Now() } //nolint:forbidigo // see above

// BenchmarkOrder delivers four ConfigMaps, each of which needs the one before and all of which are ready at once: by
// krowave, and by four Kustomizations with dependsOn, which Flux looks at every 5 seconds and, by default, every 30.
func BenchmarkOrder(b *testing.B) {
	cache := process.Servers(b, os.Getenv)
	program := process.Build(b, process.Root(b), "./cmd/flux-controller")
	for b.Loop() {
		ours := deliver(b, cluster.Start(b, cluster.Options{Servers: cache}), program)
		b.ReportMetric(ours.Seconds(), "s/krowave")
		for _, requeue := range []string{"5s", "30s"} {
			c := cluster.Start(b, cluster.Options{Servers: cache})
			flux.Start(b, flux.Options{Servers: cache, Cluster: c, Kustomize: []string{"--requeue-dependency=" + requeue}})
			theirs := depend(b, c)
			b.ReportMetric(theirs.Seconds(), "s/dependsOn-"+requeue)
			b.ReportMetric(float64(theirs)/float64(ours), "x/dependsOn-"+requeue)
			if requeue == "5s" && theirs < least*ours {
				b.Errorf("%s by krowave, %s by dependsOn at a requeue of %s, want it %d times faster", ours, theirs, requeue, least)
			}
		}
	}
}

const namespace = "order"

// rgd is a chain of ConfigMaps.
func rgd() string {
	var text strings.Builder
	text.WriteString(`apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: chain}
spec:
  schema: {apiVersion: v1alpha1, kind: Chain, group: e2e.krowave.dev}
  resources:
`)
	before := "schema"
	for i := range depth {
		_, _ = fmt.Fprintf(&text, `    - id: step%d
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: step-%d}
        data: {before: "${%s.metadata.name}"}
`, i, i, before)
		before = fmt.Sprintf("step%d", i)
	}
	return text.String()
}

// deliver measures krowave, from the commit that adds the instance.
func deliver(b *testing.B, c *cluster.Cluster, program string) time.Duration {
	b.Helper()
	flux.Start(b, flux.Options{Servers: process.Servers(b, os.Getenv), Cluster: c})
	flux.NewController(b, flux.ControllerOptions{Cluster: c, Program: program}).Start(b)
	c.Namespace(b, namespace)
	repo := repository.New(b)
	repo.Write(b, "app/rgd.yaml", rgd())
	repo.Commit(b, "Define")
	connect(b, c, repo)
	c.Established(b, "chains.e2e.krowave.dev")
	applied(b, c, "app")
	repo.Write(b, "app/one.yaml", "apiVersion: e2e.krowave.dev/v1alpha1\nkind: Chain\nmetadata: {name: one, namespace: "+namespace+"}\nspec: {}\n")
	return measure(b, c, repo)
}

// depend measures four Kustomizations that depend on each other, from the commit that adds a ConfigMap to each.
func depend(b *testing.B, c *cluster.Cluster) time.Duration {
	b.Helper()
	c.Namespace(b, namespace)
	repo := repository.New(b)
	file := func(name string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: " + namespace + "}\n"
	}
	for i := range depth {
		repo.Write(b, fmt.Sprintf("step-%d/base.yaml", i), file(fmt.Sprintf("base-%d", i)))
	}
	repo.Commit(b, "Define")
	source(b, c, repo)
	for i := range depth {
		spec := map[string]any{
			"interval": "1h", "retryInterval": "2s", "prune": true, "path": fmt.Sprintf("./step-%d", i),
			"sourceRef": map[string]any{"kind": "GitRepository", "name": "app"},
		}
		if i > 0 {
			spec["dependsOn"] = []any{map[string]any{"name": fmt.Sprintf("step-%d", i-1)}}
		}
		c.Apply(b, flux.Object(flux.Kustomization(namespace, fmt.Sprintf("step-%d", i)), spec))
	}
	for i := range depth {
		applied(b, c, fmt.Sprintf("step-%d", i))
		repo.Write(b, fmt.Sprintf("step-%d/step.yaml", i), file(fmt.Sprintf("step-%d", i)))
	}
	return measure(b, c, repo)
}

// connect makes krowave and Flux deliver a repository.
func connect(b *testing.B, c *cluster.Cluster, repo *repository.Repository) {
	b.Helper()
	source(b, c, repo)
	c.Apply(b,
		flux.Object(flux.Graph(namespace, "app"), map[string]any{
			"interval": "1h", "path": "app", "sourceRef": map[string]any{"kind": "GitRepository", "name": "app"},
		}),
		flux.Object(flux.Kustomization(namespace, "app"), map[string]any{
			"interval": "1h", "retryInterval": "2s", "prune": true, "sourceRef": map[string]any{"kind": "ExternalArtifact", "name": "app"},
		}))
}

func source(b *testing.B, c *cluster.Cluster, repo *repository.Repository) {
	b.Helper()
	c.Apply(b, flux.Object(flux.Repository(namespace, "app"), map[string]any{
		"interval": "1h", "url": repo.Serve(b), "ref": map[string]any{"branch": repository.Branch},
	}))
}

// applied waits until a Kustomization is ready.
func applied(b *testing.B, c *cluster.Cluster, name string) {
	b.Helper()
	await.True(b, "the Kustomization "+name, 2*await.Long, func() (bool, string) {
		status, reason, message := flux.Condition(c.Exists(b, flux.Kustomization(namespace, name)), "Ready")
		return status == "True", reason + ": " + message
	})
}

// measure is the time from a commit until the last ConfigMap is there.
func measure(b *testing.B, c *cluster.Cluster, repo *repository.Repository) time.Duration {
	b.Helper()
	repo.Commit(b, "Add four steps")
	start := now()
	flux.Announce(b, c, flux.Repository(namespace, "app"))
	for i := range depth {
		c.Exists(b, cluster.Named("v1", "ConfigMap", namespace, fmt.Sprintf("step-%d", i)))
	}
	return now().Sub(start)
}
