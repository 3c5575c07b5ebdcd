package corpus_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/corpus"
	"github.com/krowave/krowave/test/kro/modules"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestCorpusGolden pins what kro says to everything it ships: verdict, order and nodes. A
// change of kro's version, of the oracle or of the loader shows here first.
func TestCorpusGolden(t *testing.T) {
	t.Parallel()
	o, shipped := newOracle(t), loadCorpus(t)
	var golden strings.Builder
	for _, c := range shipped.Cases {
		_, result := ask(t, o, c)
		golden.WriteString(describe(c, result))
	}
	checkGolden(t, "corpus.golden", golden.String())
}

// TestCorpusSkipsNothingSilently pins the documents that are no cases.
func TestCorpusSkipsNothingSilently(t *testing.T) {
	t.Parallel()
	var golden strings.Builder
	for _, s := range loadCorpus(t).Skipped {
		fmt.Fprintf(&golden, "%s: %s\n", s.Name, s.Reason)
	}
	checkGolden(t, "skipped.golden", golden.String())
}

// ask runs a case of the corpus. An RGD without an instance is given a sample of one.
func ask(t *testing.T, o *oracle.Oracle, c trial.Case) (trial.Case, trial.Result) {
	t.Helper()
	result := o.Run(c)
	if c.Instance != "" || !result.Verdict.Accepted() {
		return c, result
	}
	sample, err := corpus.Sample(result.CRD)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	c.Instance = sample
	return c, o.Run(c)
}

func newOracle(t *testing.T) *oracle.Oracle {
	t.Helper()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	return o
}

func loadCorpus(t *testing.T) corpus.Corpus {
	t.Helper()
	dir, err := modules.Kro(t.Context())
	if err != nil {
		t.Fatalf("modules.Kro: %v", err)
	}
	shipped, err := corpus.Load(dir)
	if err != nil {
		t.Fatalf("corpus.Load: %v", err)
	}
	return shipped
}

// describe is what a golden file holds of a result: nothing that kro says at random, like
// which of several errors it reports.
func describe(c trial.Case, r trial.Result) string {
	var b strings.Builder
	verdict := "accepted"
	if !r.Verdict.Accepted() {
		verdict = "refused at " + string(r.Verdict.Stage)
	}
	fmt.Fprintf(&b, "%s\n  %s\n", c.Name, verdict)
	if len(r.Order) > 0 {
		fmt.Fprintf(&b, "  order %s\n", strings.Join(r.Order, " "))
	}
	byState := map[trial.NodeState][]string{}
	for _, id := range r.Order {
		if node := r.Nodes[id]; node.State != "" {
			byState[node.State] = append(byState[node.State], fmt.Sprintf("%s(%d)", id, len(node.Objects)))
		}
	}
	for _, state := range []trial.NodeState{trial.Resolved, trial.Ignored, trial.Pending, trial.Fatal} {
		if len(byState[state]) > 0 {
			fmt.Fprintf(&b, "  %s %s\n", state, strings.Join(byState[state], " "))
		}
	}
	return b.String()
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatalf("writing %s: %v", file, err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("reading %s: %v (go test -update writes it)", file, err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
