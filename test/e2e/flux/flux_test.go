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
}

// TestFlux runs flux-controller beside a real Flux on a real API server.
func TestFlux(t *testing.T) {
	t.Parallel()
	cache := process.Servers(t, os.Getenv)
	s := &suite{cluster: cluster.Start(t, cluster.Options{Servers: cache, Controllers: cluster.Deleters()})}
	s.flux = flux.Start(t, flux.Options{Servers: cache, Cluster: s.cluster})
	// The group lets the servers live until the last scenario has ended.
	t.Run("Scenarios", func(t *testing.T) {
		for name, scenario := range map[string]func(*testing.T, *suite){
			"Git": git, "Artifact": artifact,
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
