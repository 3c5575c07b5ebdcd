package reconciler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
)

// conclude sets the conditions. While Reconciling or Stalled stands, Ready is False and says the same.
func (a *attempt) conclude(f *finding, p *problem) {
	g := a.graph
	g.Status.ObservedGeneration = g.Generation
	if f != nil && f.decision != nil && f.rendering != nil {
		a.resolve(f)
	}
	var reason, message string
	switch {
	case p != nil:
		reason, message = p.reason, p.Error()
	case len(f.decision.Waiting) > 0:
		reason, message = a.progress(f.decision)
	default:
		message = a.summary(f)
		conditions.Delete(g, meta.ReconcilingCondition)
		conditions.Delete(g, meta.StalledCondition)
		conditions.MarkTrue(g, meta.ReadyCondition, meta.SucceededReason, "%s", bounded(message))
		return
	}
	message = bounded(message)
	if p != nil && p.stalled {
		conditions.Delete(g, meta.ReconcilingCondition)
		conditions.MarkStalled(g, reason, "%s", message)
	} else {
		conditions.Delete(g, meta.StalledCondition)
		conditions.MarkReconciling(g, reason, "%s", message)
	}
	conditions.MarkFalse(g, meta.ReadyCondition, reason, "%s", message)
}

// summary says what the artifact has.
func (a *attempt) summary(f *finding) string {
	if a.graph.Status.Artifact == nil {
		return "nothing is delivered yet"
	}
	return fmt.Sprintf("published %d objects of %s as %s", f.objects, a.origin, a.graph.Status.Artifact.Revision)
}

// progress says what is waited for.
func (a *attempt) progress(d *decision.Decision) (reason, message string) {
	reason = v1alpha1.ReasonHeld
	for _, w := range d.Waiting {
		switch w.Reason {
		case decision.ReasonNotReady, decision.ReasonDeleting:
			reason = v1alpha1.ReasonWaiting
		case decision.ReasonCarriedForward:
			if reason == v1alpha1.ReasonHeld {
				reason = v1alpha1.ReasonCarriedForward
			}
		}
	}
	return reason, listed(d.Waiting)
}

// resolve sets the condition Resolved.
func (a *attempt) resolve(f *finding) {
	var held []v1alpha1.WaitingNode
	reason := v1alpha1.ReasonHeld
	for _, w := range f.decision.Waiting {
		switch w.Reason {
		case decision.ReasonCarriedForward:
			reason = v1alpha1.ReasonCarriedForward
			held = append(held, w)
		case decision.ReasonHeld:
			held = append(held, w)
		}
	}
	switch {
	case f.denied != "":
		conditions.MarkFalse(a.graph, v1alpha1.ResolvedCondition, v1alpha1.ReasonObservationFailed, "%s", bounded(f.denied))
	case len(held) == 0:
		conditions.MarkTrue(a.graph, v1alpha1.ResolvedCondition, v1alpha1.ReasonAllResolved, "no node waits for a value")
	default:
		message := listed(held)
		if n := len(f.rendering.Secrets); n > 0 {
			message = fmt.Sprintf("%s: values of Secrets are never read; refer to the Secret by its name, as with secretKeyRef\n%s",
				strings.Join(f.rendering.Secrets[:min(n, mostListed)], ", "), message)
		}
		conditions.MarkFalse(a.graph, v1alpha1.ResolvedCondition, reason, "%s", bounded(message))
	}
}

// mostListed is how many nodes a message names.
const mostListed = 10

// listed are nodes with what they wait for, one a line.
func listed(waiting []v1alpha1.WaitingNode) string {
	var lines []string
	for _, w := range waiting[:min(len(waiting), mostListed)] {
		name := strings.Join(slices.DeleteFunc([]string{w.Instance, w.Node}, func(s string) bool { return s == "" }), "/")
		line := strings.TrimSpace(name+" "+verbs()[w.Reason]) + " " + strings.Join(w.For[:min(len(w.For), mostListed)], ", ")
		lines = append(lines, strings.TrimSpace(line))
	}
	if more := len(waiting) - mostListed; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// verbs say why a node waits.
func verbs() map[string]string {
	return map[string]string{
		decision.ReasonHeld:           "is held: it needs",
		decision.ReasonCarriedForward: "stays as it was delivered: it needs",
		decision.ReasonNotReady:       "waits for",
		decision.ReasonDeleting:       "leaves after",
	}
}

// bounded is a message that fits a condition.
func bounded(message string) string {
	const most = 4096
	if len(message) <= most {
		return message
	}
	return strings.ToValidUTF8(message[:most], "") + "…"
}

// ready is the Ready condition as it stood before the attempt.
func (a *attempt) ready() metav1.Condition {
	if c := conditions.Get(a.before, meta.ReadyCondition); c != nil {
		return *c
	}
	return metav1.Condition{}
}
