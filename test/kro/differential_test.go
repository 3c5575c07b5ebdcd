package kro

import (
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/krowave/krowave/test/kro/compare"
	"github.com/krowave/krowave/test/kro/corpus"
	"github.com/krowave/krowave/test/kro/generator"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/product"
	"github.com/krowave/krowave/test/kro/trial"
)

var (
	seeds = flag.Uint64("seeds", 2000, "how many cases to generate")
	first = flag.Uint64("first", 0, "the first seed: -first N -seeds 1 looks at one case")
)

// shown is how many failing cases are printed in full.
const shown = 10

// TestCorpus: krowave says what kro says about everything that kro ships.
func TestCorpus(t *testing.T) {
	t.Parallel()
	e := newEngines(t)
	dir, err := modules.Kro(t.Context())
	if err != nil {
		t.Fatalf("modules.Kro: %v", err)
	}
	shipped, err := corpus.Load(dir)
	if err != nil {
		t.Fatalf("corpus.Load: %v", err)
	}
	e.compare(t, uint64(len(shipped.Cases)), func(i uint64) trial.Case { return e.withInstance(shipped.Cases[i]) })
}

// TestGenerated: krowave says what kro says about RGDs that nobody would write.
func TestGenerated(t *testing.T) {
	t.Parallel()
	newEngines(t).compare(t, *seeds, func(i uint64) trial.Case { return generator.Generate(*first + i) })
}

// engines are the two sides.
type engines struct{ kro, krowave compare.Engine }

func newEngines(t *testing.T) engines {
	t.Helper()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	p, err := product.New()
	if err != nil {
		t.Fatalf("product.New: %v", err)
	}
	return engines{kro: o.Run, krowave: guarded(p.Run)}
}

// guarded turns a crash into an answer, so that one case cannot end the suite.
func guarded(engine compare.Engine) compare.Engine {
	return func(c trial.Case) (r trial.Result) {
		defer func() {
			if crash := recover(); crash != nil {
				r = trial.Result{Verdict: trial.Verdict{Stage: trial.StagePanic, Error: fmt.Sprint(crash)}}
			}
		}()
		return engine(c)
	}
}

// withInstance gives a sample to a case that has no instance.
func (e engines) withInstance(c trial.Case) trial.Case {
	if c.Instance != "" {
		return c
	}
	if r := e.kro(c); r.Verdict.Accepted() {
		if sample, err := corpus.Sample(r.CRD); err == nil {
			c.Instance = sample
		}
	}
	return c
}

// hidesObjects tells whether kro showed less than it could because something is not ready.
func hidesObjects(d compare.Difference) bool {
	return d.Aspect == compare.State || d.Aspect == compare.Status
}

// compare puts the cases before both engines, and once more as they are in a cluster where
// everything is ready if something was not. It fails for every difference without an
// explanation.
func (e engines) compare(t *testing.T, count uint64, cases func(uint64) trial.Case) {
	t.Helper()
	var (
		wait      sync.WaitGroup
		mutex     sync.Mutex
		failures  []string
		explained = map[string]int{}
	)
	workers := uint64(max(runtime.GOMAXPROCS(0), 1))
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < count; i += workers {
				c := cases(i)
				found := compare.Case(c, e.kro, e.krowave)
				if slices.ContainsFunc(found, hidesObjects) {
					c = compare.Settled(c)
					found = append(found, compare.Case(c, e.kro, e.krowave)...)
				}
				failing := slices.ContainsFunc(found, func(d compare.Difference) bool { return d.Explained == "" })
				mutex.Lock()
				for _, d := range found {
					explained[d.Explained]++
				}
				if failing {
					failures = append(failures, compare.Print(c, found))
				}
				mutex.Unlock()
			}
		})
	}
	wait.Wait()
	delete(explained, "")
	for _, id := range slices.Sorted(maps.Keys(explained)) {
		t.Logf("explained by %s: %d", id, explained[id])
	}
	slices.Sort(failures)
	for _, failure := range failures[:min(len(failures), shown)] {
		t.Error(failure)
	}
	if len(failures) > 0 {
		t.Errorf("%d of %d cases differ from kro without an explanation", len(failures), count)
	}
}
