package simulation_test

import (
	"flag"
	"testing"
)

var (
	schedules = flag.Int("schedules", 500, "how many schedules to play")
	seed      = flag.Uint64("seed", 0, "the first seed; with -schedules 1 the only one, with its whole trace")
	steps     = flag.Int("steps", 400, "how many steps a schedule has before all faults end")
)

// TestSimulation plays schedules. A failure names the seed, and has the trace of its shortest prefix that fails:
// go test ./test/simulation -run TestSimulation -seed N -schedules 1 shows it again.
func TestSimulation(t *testing.T) {
	t.Parallel()
	var pruned, unseen, skipped, left, rescued, lost int
	for s := *seed; s < *seed+uint64(*schedules); s++ { //nolint:gosec // a number of schedules is positive
		w := play(s, *steps)
		if w.violation != "" {
			small, n := shortest(s, *steps)
			t.Fatalf("seed %d: %s\nwith %d steps: %s\n%s", s, w.violation, n, small.violation, small.tail(0))
		}
		if *schedules == 1 {
			t.Log(w.tail(0))
		}
		pruned += w.pruned
		unseen += w.reversed
		skipped += w.skipped
		left += w.left
		rescued += w.rescued
		if w.lost {
			lost++
		}
	}
	t.Logf("%d schedules, %d with lost storage; %d objects pruned, of those out of order %d that nobody had seen and %d by a consumer that missed "+
		"an artifact; %d left behind by failed attempts; %d times Git had to help after a loss", *schedules, lost, pruned, unseen, skipped, left, rescued)
	if pruned == 0 || *schedules >= 500 && (unseen+skipped+left)*20 > pruned || lost == 0 && *schedules > 10 {
		t.Error("the schedules are too tame to prove anything")
	}
}
