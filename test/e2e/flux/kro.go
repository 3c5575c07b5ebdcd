package flux

import (
	"path/filepath"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
	"github.com/krowave/krowave/test/servers"
)

// StartKro starts kro's own controller, with the settings of its chart, and waits until it is ready.
func StartKro(tb testing.TB, cache servers.Cache, c *cluster.Cluster) {
	tb.Helper()
	definitions(tb, c, filepath.Join(module(tb, cache, "kro", "github.com/kubernetes-sigs/kro"), "helm", "crds"))
	health := process.Loopback(process.Port(tb))
	p := process.Start(tb, process.Spec{
		Name: "kro-controller", Path: process.Find(tb, cache, "kro-controller"), Env: environment(tb, c, "kro-system"),
		Args: []string{
			"--metrics-bind-address", process.Loopback(process.Port(tb)), "--health-probe-bind-address", health,
			"--resource-graph-definition-concurrent-reconciles=5", "--dynamic-controller-concurrent-reconciles=10",
		},
	})
	ready(tb, p, "http://"+health+"/readyz")
}
