package fidelity_test

import (
	"os"
	"testing"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// version is the Kubernetes minor of the API server that make e2e builds.
const version = "1.36"

// TestFidelity starts one API server for all that is held against it.
func TestFidelity(t *testing.T) {
	t.Parallel()
	c := cluster.Start(t, cluster.Options{
		Servers: process.Servers(t, os.Getenv),
		// The embedded kinds are all that Kubernetes has, also those that are off unless someone wants them.
		APIServer: []string{"--runtime-config=api/all=true", "--feature-gates=AllAlpha=true,AllBeta=true"},
	})
	t.Run("Catalog", func(t *testing.T) { catalogue(t, c) })
	t.Run("Instances", func(t *testing.T) { instances(t, c) })
	t.Run("Objects", func(t *testing.T) { objects(t, c) })
	t.Run("Examples", func(t *testing.T) { examples(t, c) })
}
