package reconciler

import (
	"errors"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/hydrate"
)

// TestConclude: whatever comes of an attempt, kstatus understands the conditions.
func TestConclude(t *testing.T) {
	t.Parallel()
	waiting := func(reasons ...string) *finding {
		f := &finding{rendering: &hydrate.Rendering{}, decision: &decision.Decision{}}
		for _, reason := range reasons {
			f.decision.Waiting = append(f.decision.Waiting, v1alpha1.WaitingNode{Instance: "Shop.example.com/a/one", Node: "b", Reason: reason, For: []string{"c.status.d"}})
		}
		return f
	}
	denial := waiting(decision.ReasonHeld)
	denial.denied = "may not"
	cases := map[string]struct {
		reason string
		found  *finding
		wrong  *problem
		want   map[string]string
	}{
		"Done": {
			"Nothing is waited for.", waiting(), nil,
			map[string]string{"Ready": "True Succeeded", "Resolved": "True AllResolved"},
		},
		"Waiting": {
			"An object waits for another one, and no value is missing.", waiting(decision.ReasonNotReady), nil,
			map[string]string{"Ready": "False WaitingForReadiness", "Reconciling": "True WaitingForReadiness", "Resolved": "True AllResolved"},
		},
		"Held": {
			"A value is missing.", waiting(decision.ReasonHeld, decision.ReasonNotReady), nil,
			map[string]string{"Ready": "False WaitingForReadiness", "Reconciling": "True WaitingForReadiness", "Resolved": "False Held"},
		},
		"Carried": {
			"A delivered node misses a value.", waiting(decision.ReasonCarriedForward), nil,
			map[string]string{"Ready": "False CarriedForward", "Reconciling": "True CarriedForward", "Resolved": "False CarriedForward"},
		},
		"Denied": {
			"The cluster cannot be read.", denial, nil,
			map[string]string{"Ready": "False Held", "Reconciling": "True Held", "Resolved": "False ObservationFailed"},
		},
		"Broken": {
			"The files are wrong: trying again does not help.", nil, &problem{reason: v1alpha1.ReasonRenderFailed, stalled: true, err: errors.New("a.yaml:1:1: X")},
			map[string]string{"Ready": "False RenderFailed", "Stalled": "True RenderFailed"},
		},
		"Failed": {
			"The next attempt may work.", nil, &problem{reason: v1alpha1.ReasonFetchFailed, err: errors.New("gone")},
			map[string]string{"Ready": "False FetchFailed", "Reconciling": "True FetchFailed"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &v1alpha1.GraphArtifact{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "b", Generation: 3}}
			g.Kind, g.APIVersion = v1alpha1.GraphArtifactKind, v1alpha1.GroupVersion().String()
			conditions.MarkStalled(g, "Before", "as it was")
			a := &attempt{Reconciler: &Reconciler{}, graph: g, before: g.DeepCopy()}
			a.conclude(c.found, c.wrong)
			got := map[string]string{}
			for _, condition := range g.GetConditions() {
				got[condition.Type] = string(condition.Status) + " " + condition.Reason
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", c.reason, diff)
			}
			checker := check.NewChecker(nil, &check.Conditions{NegativePolarity: []string{meta.ReconcilingCondition, meta.StalledCondition}})
			checker.DisableFetch = true
			fail, warn := checker.Check(t.Context(), g)
			if fail != nil || warn != nil {
				t.Errorf("kstatus: %v, %v", fail, warn)
			}
		})
	}
}
