package argocd_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/plugin"
)

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%q is no wave", text)
	}
	return n
}

// problem is what the user is told: the place in the file, and the code.
var problem = regexp.MustCompile(`app/rgd\.yaml:\d+:\d+: (error\[)?EXP\d+`)

// invalid: a mistake in an RGD is shown where it was made, nothing is pruned or changed, and the next commit repairs it.
func invalid(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Mistaken")
	k.instance(t, "one")
	a := k.deliver(t, k.repo.Commit(t, "Deploy"), "one")
	before, record := k.identities(t, "one"), k.record(t)
	right := k.repo.Read(t, "app/rgd.yaml")

	k.repo.Write(t, "app/rgd.yaml", strings.ReplaceAll(right, "${server.metadata.name}", "${sever.metadata.name}"))
	k.repo.Commit(t, "Misspell a name")
	a.Refresh(t, "normal")
	state := a.Wait(t, "an error", func(s argocd.State) bool { return s.Condition("ComparisonError") != "" })
	message := state.Condition("ComparisonError")
	if !problem.MatchString(message) || !strings.Contains(message, "sever") {
		t.Errorf("the condition says %q, want the file, line, column and code, and the word", message)
	}
	unchanged(t, k, before, "one")
	if events := record.Events(); len(events) > 0 {
		t.Errorf("the mistake made something happen:\n%s", record)
	}

	k.repo.Write(t, "app/rgd.yaml", right)
	repaired := k.repo.Commit(t, "Spell it right")
	a.Refresh(t, "normal")
	// Nothing is to be done: what the commit says is in the cluster.
	a.Wait(t, "compared with the repair", func(s argocd.State) bool { return s.Sync.Status == "Synced" && s.Sync.Revision == repaired })
	if text := a.State(t).Condition("ComparisonError"); text != "" {
		t.Errorf("after the repair the condition still says %q", text)
	}
	unchanged(t, k, before, "one")
}

// outage: the plugin is killed during a render, is absent, and comes back. Nothing is pruned meanwhile, and the
// commit is delivered in the end.
func outage(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Surviving")
	// A plugin of its own: the other scenarios need theirs.
	p := plugin.New(t, s.program, "mortal", s.argocd.Plugins)
	p.Start(t)
	k.instance(t, "one")
	spec := k.spec()
	spec.Source.Plugin = p.Name
	first := k.repo.Commit(t, "Deploy")
	a := s.argocd.Apply(t, spec)
	s.cluster.Healthy(t, k.deployment("one"))
	a.Deliver(t, first)
	before, record := k.identities(t, "one"), k.record(t)

	k.repo.Write(t, "app/rgd.yaml", strings.ReplaceAll(k.repo.Read(t, "app/rgd.yaml"), "${schema.spec.message}", slow()))
	second := k.repo.Commit(t, "Compute the message")
	s.cluster.Merge(t, a.Ref(), map[string]any{"metadata": map[string]any{"annotations": map[string]any{"argocd.argoproj.io/refresh": "normal"}}})
	await.True(t, "a render", await.Long, func() (bool, string) {
		n := p.Metric(t, "krowave_cmp_requests_in_flight")
		return n > 0, fmt.Sprint(n)
	})
	p.Kill()
	broken := func(s argocd.State) bool {
		return strings.Contains(s.Condition("ComparisonError"), "CMP processing failed")
	}
	a.Wait(t, "an error since the plugin died", broken)
	unchanged(t, k, before, "one")

	a.Refresh(t, "hard")
	a.Wait(t, "an error since there is no plugin", func(s argocd.State) bool {
		return strings.Contains(s.Condition("ComparisonError"), fmt.Sprintf("could not find cmp-server plugin with name %q", p.Name))
	})
	unchanged(t, k, before, "one")
	if events := record.Events(); len(events) > 0 {
		t.Errorf("the outage made something happen:\n%s", record)
	}

	p.Start(t)
	a.Deliver(t, second)
	unchanged(t, k, before, "one")
}

// slow are fields whose expressions together take about a second: long enough to be interrupted, and each within its budget.
func slow() string {
	const ten = "[0,1,2,3,4,5,6,7,8,9]"
	text := "1"
	for i := range 4 {
		text = fmt.Sprintf("%s.map(x%d, %s).size()", ten, i, text)
	}
	var fields strings.Builder
	for i := range 60 {
		_, _ = fmt.Fprintf(&fields, "\n          slow%d: ${string(%s)}", i, text)
	}
	return "${schema.spec.message}" + fields.String()
}

// shared: two Applications of one commit are rendered once, and the RGD is compiled once.
func shared(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Shared")
	k.instance(t, "one")
	k.repo.Commit(t, "Deploy")
	p := plugin.New(t, s.program, "counting", s.argocd.Plugins)
	p.Start(t)
	applications := []string{"shared-a", "shared-b", "shared-c"}
	for _, name := range applications {
		spec := k.spec()
		spec.Name, spec.Source.Plugin, spec.Manual, spec.Keep = name, p.Name, true, true
		s.argocd.Apply(t, spec).Wait(t, "compared", func(s argocd.State) bool { return s.Sync.Status == "OutOfSync" })
	}
	if made := p.Metric(t, "krowave_cmp_answers_total", `cache="miss"`); made != 1 {
		t.Errorf("%v answers were made for %d Applications, want 1", made, len(applications))
	}
	if compiled := p.Metric(t, "krowave_cmp_compiles_total"); compiled != 1 {
		t.Errorf("RGDs were compiled %v times for %d Applications, want once", compiled, len(applications))
	}
	if requests := p.Metric(t, "krowave_cmp_requests_total", `rpc="GenerateManifest"`); requests < float64(len(applications)) {
		t.Errorf("%v requests for %d Applications: this test sees too little", requests, len(applications))
	}
}
