package compare_test

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/compare"
	"github.com/krowave/krowave/test/kro/generator"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// accepted is an answer with one node and everything that is compared.
func accepted() trial.Result {
	return trial.Result{
		Order: []string{"a", "b"}, Waves: map[string]int{"a": 1, "b": 2}, Dependencies: map[string][]string{"b": {"a"}},
		CRD:      map[string]any{"spec": map[string]any{"group": "kro.run"}},
		Instance: map[string]any{"kind": "X", "metadata": map[string]any{"name": "x"}},
		Nodes: map[string]trial.Node{
			"a": {Kind: trial.Resource, State: trial.Resolved, Objects: []map[string]any{{"kind": "ConfigMap", "n": 1}}, Observed: []map[string]any{{}}},
			"b": {Kind: trial.Collection, State: trial.Pending},
		},
		Status:     map[string]any{"total": 1},
		Conditions: []map[string]any{{"type": "Ready", "status": "True"}},
	}
}

// TestResults: a change of anything that counts is found, and nothing that does not count is.
func TestResults(t *testing.T) {
	t.Parallel()
	refused := func(stage trial.Stage) func(*trial.Result) {
		return func(r *trial.Result) { *r = trial.Result{Verdict: trial.Verdict{Stage: stage, Error: "no"}} }
	}
	for name, tc := range map[string]struct {
		reason    string
		kro, ours func(*trial.Result)
		want      []compare.Aspect
	}{
		"same":          {reason: "equal answers do not differ"},
		"refused":       {reason: "a refusal of what kro accepts counts, and nothing after it", ours: refused(trial.StageBuild), want: []compare.Aspect{compare.Verdict}},
		"accepted":      {reason: "so does the reverse", kro: refused(trial.StageRun), want: []compare.Aspect{compare.Verdict}},
		"other stage":   {reason: "which step refuses an RGD is not compared", kro: refused(trial.StageBuild), ours: refused(trial.StageAdmission)},
		"other level":   {reason: "an RGD that is refused is refused for all instances", kro: refused(trial.StageRun), ours: refused(trial.StageCRD), want: []compare.Aspect{compare.Level}},
		"order":         {reason: "the order counts", ours: func(r *trial.Result) { r.Order = []string{"b", "a"} }, want: []compare.Aspect{compare.Order}},
		"waves":         {reason: "waves count", ours: func(r *trial.Result) { r.Waves = map[string]int{"a": 1, "b": 1} }, want: []compare.Aspect{compare.Waves}},
		"dependencies":  {reason: "edges count", ours: func(r *trial.Result) { r.Dependencies = nil }, want: []compare.Aspect{compare.Dependencies}},
		"crd":           {reason: "the CRD counts", ours: func(r *trial.Result) { r.CRD = map[string]any{"spec": map[string]any{}} }, want: []compare.Aspect{compare.CRD}},
		"crd as a file": {reason: "what a client adds to a CRD does not", ours: func(r *trial.Result) { r.CRD["kind"], r.CRD["apiVersion"] = "CustomResourceDefinition", "v1" }},
		"instance": {
			reason: "the admitted instance counts",
			ours:   func(r *trial.Result) { r.Instance = map[string]any{"kind": "X", "spec": 1} },
			want:   []compare.Aspect{compare.Instance},
		},
		"uid": {reason: "the uid does not", ours: func(r *trial.Result) {
			r.Instance = map[string]any{"kind": "X", "metadata": map[string]any{"name": "x", "uid": "u"}}
		}},
		"state": {
			reason: "the state of a node counts",
			ours:   func(r *trial.Result) { r.Nodes["b"] = trial.Node{Kind: trial.Collection, State: trial.Ignored} },
			want:   []compare.Aspect{compare.State},
		},
		"message": {reason: "its wording does not", ours: func(r *trial.Result) {
			r.Nodes["b"] = trial.Node{Kind: trial.Collection, State: trial.Pending, Message: "later"}
		}},
		"objects": {
			reason: "an object counts, down to a null",
			ours: func(r *trial.Result) {
				r.Nodes["a"] = trial.Node{Kind: trial.Resource, State: trial.Resolved, Objects: []map[string]any{{"kind": "ConfigMap", "n": nil}}}
			},
			want: []compare.Aspect{compare.Objects},
		},
		"number": {reason: "a whole float is the number it is in JSON", ours: func(r *trial.Result) {
			r.Nodes["a"] = trial.Node{Kind: trial.Resource, State: trial.Resolved, Objects: []map[string]any{{"kind": "ConfigMap", "n": 1.0}}}
		}},
		"status":       {reason: "the status counts", ours: func(r *trial.Result) { r.Status = nil }, want: []compare.Aspect{compare.Status}},
		"status fails": {reason: "and so does that it cannot be computed", ours: func(r *trial.Result) { r.StatusError = "no" }, want: []compare.Aspect{compare.Status}},
		"conditions":   {reason: "conditions count", ours: func(r *trial.Result) { r.Conditions = nil }, want: []compare.Aspect{compare.Conditions}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kro, ours := accepted(), accepted()
			if tc.kro != nil {
				tc.kro(&kro)
			}
			if tc.ours != nil {
				tc.ours(&ours)
			}
			var got []compare.Aspect
			for _, d := range compare.Results(trial.Case{Instance: "kind: X"}, kro, ours) {
				got = append(got, d.Aspect)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSettled: what waits for readiness has objects in a settled cluster.
func TestSettled(t *testing.T) {
	t.Parallel()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	c := trial.Case{Mode: trial.Given, Instance: "{apiVersion: kro.run/v1, kind: X, metadata: {name: x}}", RGD: `
apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: x}
spec:
  schema: {apiVersion: v1, kind: X}
  resources:
  - id: a
    readyWhen: ["${has(a.data)}"]
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
  - id: b
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "b-${a.metadata.name}"}}
`}
	if got := o.Run(c).Nodes["b"].State; got != trial.Pending {
		t.Errorf("b is %q before a is ready, want pending", got)
	}
	if got := o.Run(compare.Settled(c)).Nodes["b"].Objects; len(got) != 1 {
		t.Errorf("b has %d objects in a settled cluster, want 1", len(got))
	}
}

// TestRandomAnswers: an engine that gives one of kro's answers does not differ, one that gives
// another does.
func TestRandomAnswers(t *testing.T) {
	t.Parallel()
	call := 0
	kro := func(trial.Case) trial.Result {
		call++
		r := accepted()
		r.Status = map[string]any{"total": call % 2}
		return r
	}
	engine := func(total int) compare.Engine {
		return func(trial.Case) trial.Result {
			r := accepted()
			r.Status = map[string]any{"total": total}
			return r
		}
	}
	c := trial.Case{Instance: "kind: X"}
	for total, want := range map[int]int{0: 0, 1: 0, 2: 1} {
		if got := len(compare.Case(c, kro, engine(total))); got != want {
			t.Errorf("an engine that says %d has %d differences, want %d", total, got, want)
		}
	}
}

// TestKroAgreesWithItself: the oracle is as deterministic as the comparison needs it to be.
func TestKroAgreesWithItself(t *testing.T) {
	t.Parallel()
	o, err := oracle.New(t.Context())
	if err != nil {
		t.Fatalf("oracle.New: %v", err)
	}
	for seed := range uint64(200) {
		c := generator.Generate(seed)
		for _, d := range compare.Case(c, o.Run, o.Run) {
			if d.Aspect == compare.CRD && slices.Contains(c.Origin.Features, "status: mixed list") {
				continue // kro is random here
			}
			t.Errorf("seed %d: %s %s\n%s", seed, d.Aspect, d.Node, d.Detail)
		}
	}
}

// TestExplanationsAreDocumented: an intended difference is known to users, or it is none.
func TestExplanationsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/compat/kro.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("docs/compat/kro.md does not exist")
	}
	if err != nil {
		t.Fatal(err)
	}
	// An id is a heading of its own, or the first cell of a row.
	named := regexp.MustCompile("(?m)^(?:#{2,6} +|\\| *)`?(?:<a [^>]*>)?([a-z0-9-]+)`?")
	var documented []string
	for _, found := range named.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, found[1])
	}
	for _, e := range compare.Explanations() {
		if !slices.Contains(documented, e.ID) {
			t.Errorf("docs/compat/kro.md has no heading or row %q", e.ID)
		}
	}
}
