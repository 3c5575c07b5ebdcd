package policy

import (
	"strings"
	"testing"
)

// TestCommandCluster: of the command one package knows a cluster, and what it links to
// find and ask one is light: clients that register types cost every start milliseconds.
func TestCommandCluster(t *testing.T) {
	t.Parallel()
	const command, cluster = "cmd/krowave", "cmd/krowave/internal/cluster"
	found := false
	for _, p := range must(t, packages) {
		switch {
		case p.rel() == cluster:
			found = true
		case strings.HasPrefix(p.rel()+"/", command+"/"):
			report(t, p, p.Imports, map[string]string{"k8s.io/client-go/": "only " + cluster + " knows a cluster"}, "imports")
		}
		if p.rel() == command {
			heavy := "schemas export needs no typed client, and linking one slows every start"
			report(t, p, p.Deps, map[string]string{
				"k8s.io/client-go/kubernetes": heavy, "k8s.io/client-go/discovery": heavy, "k8s.io/client-go/dynamic": heavy,
				"sigs.k8s.io/controller-runtime/": heavy,
			}, "depends on")
		}
	}
	if !found {
		t.Errorf("%s is gone: this rule holds nothing", cluster)
	}
}
