package reconciler

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/gitops/flux/decision"
)

// TestAppliedBy: what a Kustomization has applied is known before it says that it is healthy.
func TestAppliedBy(t *testing.T) {
	t.Parallel()
	condition := func(kind, status, reason, message string) []any {
		return []any{map[string]any{"type": kind, "status": status, "reason": reason, "message": message}}
	}
	cases := map[string]struct {
		reason  string
		status  map[string]any
		current string
		want    string
	}{
		"None":    {"It has done nothing yet.", nil, "b", decision.NothingApplied},
		"Applied": {"It is done.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "a"}, "b", "a"},
		"Behind":  {"It failed before or while it applied.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "b", "conditions": condition("Ready", "False", "BuildFailed", "no")}, "b", "a"},
		"Sick":    {"It has applied, and something is not healthy.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "b", "conditions": condition("Ready", "False", "HealthCheckFailed", "no")}, "b", "b"},
		"Looking": {"It has applied, and waits for health.", map[string]any{"lastAttemptedRevision": "b", "conditions": condition("Healthy", "Unknown", "Progressing", "Running health checks for revision b with a timeout of 1m")}, "b", "b"},
		"Looked":  {"It waited for the health of another revision.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "b", "conditions": condition("Healthy", "Unknown", "Progressing", "Running health checks for revision a with a timeout of 1m")}, "b", "a"},
		"Again":   {"The current one is what it had applied before it began with another one, whose objects may still come.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "b", "conditions": condition("Ready", "False", "BuildFailed", "no")}, "a", decision.NothingApplied},
		"Skipped": {"It works on an artifact before the current one.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "b"}, "c", decision.NothingApplied},
		"Next":    {"It has not begun with the current one.", map[string]any{"lastAppliedRevision": "a", "lastAttemptedRevision": "a"}, "b", "a"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &unstructured.Unstructured{Object: map[string]any{"status": c.status}}
			if got := appliedBy(k, c.current); got != c.want {
				t.Errorf("%s Got %q, want %q", c.reason, got, c.want)
			}
		})
	}
}
