package generator_test

import (
	"flag"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/generator"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

var seeds = flag.Uint64("seeds", 2000, "how many cases to generate")

// answer is what kro says to a generated case.
type answer struct {
	c trial.Case
	r trial.Result
}

// ask generates the cases and puts all of them before kro.
func ask(t *testing.T) []answer {
	t.Helper()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	all := make([]answer, *seeds)
	var wait sync.WaitGroup
	workers := uint64(max(runtime.GOMAXPROCS(0), 1))
	for worker := range workers {
		wait.Go(func() {
			for seed := worker; seed < *seeds; seed += workers {
				c := generator.Generate(seed)
				all[seed] = answer{c: c, r: o.Run(c)}
			}
		})
	}
	wait.Wait()
	return all
}

// TestCasesAreWhatTheyClaim: kro accepts the cases that are not broken, nearly all of them,
// and refuses every broken one where its mutation says; all features and mutations occur.
func TestCasesAreWhatTheyClaim(t *testing.T) {
	t.Parallel()
	features, states := map[string]int{}, map[trial.NodeState]int{}
	mutations := map[string][2]int{} // cases, and how many of them were refused in the right place
	valid, accepted := 0, 0
	for _, a := range ask(t) {
		for _, f := range a.c.Origin.Features {
			features[f]++
		}
		for _, n := range a.r.Nodes {
			states[n.State]++
		}
		if name := a.c.Origin.Mutation; name != "" {
			count := mutations[name]
			count[0]++
			if a.r.Verdict.Stage == a.c.Origin.Breaks {
				count[1]++
			} else {
				t.Errorf("%s (%s): refused at %q, want %q: %.300s", a.c.Name, name, a.r.Verdict.Stage, a.c.Origin.Breaks, a.r.Verdict.Error)
			}
			mutations[name] = count
			continue
		}
		valid++
		if a.r.Verdict.Accepted() {
			accepted++
		} else {
			t.Logf("%s, not broken, is refused at %s: %.300s", a.c.Name, a.r.Verdict.Stage, a.r.Verdict.Error)
		}
	}
	if 100*accepted < 97*valid {
		t.Errorf("kro accepts %d of %d cases that are not broken, want at least 97 %%", accepted, valid)
	}
	t.Logf("%d of %d valid cases accepted; nodes: %v", accepted, valid, states)
	complete(t, "feature", generator.Features(), features)
	complete(t, "mutation", generator.Mutations(), mutations)
	for _, state := range []trial.NodeState{trial.Resolved, trial.Ignored, trial.Pending, trial.Fatal} {
		if states[state] < 20 {
			t.Errorf("only %d nodes are %s", states[state], state)
		}
	}
}

// complete fails for what never occurs, and for what occurs under a name that no table has.
func complete[V any](t *testing.T, what string, want []string, got map[string]V) {
	t.Helper()
	for _, name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s %q occurs in no case", what, name)
		}
	}
	for name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s %q is in no table", what, name)
		}
	}
}

// TestSameSeedSameCase: a failure can be looked at again.
func TestSameSeedSameCase(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		if diff := cmp.Diff(generator.Generate(seed), generator.Generate(seed)); diff != "" {
			t.Fatalf("seed %d (-first +second):\n%s", seed, diff)
		}
	}
}
