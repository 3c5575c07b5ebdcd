package flux_test

import (
	"os"
	"strings"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
)

// suite is what all scenarios share: one cluster, one Flux, one flux-controller. Each has its own repository, namespace and kind.
type suite struct {
	cluster    *cluster.Cluster
	flux       *flux.Installation
	controller *flux.Controller
	program    string // flux-controller
}

// TestFlux runs flux-controller beside a real Flux on a real API server.
func TestFlux(t *testing.T) {
	t.Parallel()
	cache := process.Servers(t, os.Getenv)
	s := &suite{
		cluster: cluster.Start(t, cluster.Options{Servers: cache, Controllers: append(cluster.Deleters(), cluster.Aggregator())}),
		program: process.Build(t, process.Root(t), "./cmd/flux-controller"),
	}
	s.flux = flux.Start(t, flux.Options{Servers: cache, Cluster: s.cluster})
	s.controller = flux.NewController(t, flux.ControllerOptions{
		Cluster: s.cluster, Program: s.program, Args: []string{"--log-level=debug"}, Limited: true,
	})
	s.controller.Start(t)
	// The group lets the servers live until the last scenario has ended.
	t.Run("Scenarios", func(t *testing.T) {
		for name, scenario := range map[string]func(*testing.T, *suite){
			"Git": git, "Artifact": artifact,
			"Levels": levels, "Leaves": leaves, "Vanishes": vanishes, "Edited": edited, "Broken": broken,
			"Handled": handled, "Deleted": deleted, "Orphaned": orphaned, "Denied": denied, "Secret": secret, "ACK": ack, "Kro": kro,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	})
}

// expand replaces words in a text: the old ones and the new ones in turn.
func expand(text string, words ...string) string { return strings.NewReplacer(words...).Replace(text) }
