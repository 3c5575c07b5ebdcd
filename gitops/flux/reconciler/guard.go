package reconciler

import (
	"fmt"
	"strings"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/guard"
	"github.com/krowave/krowave/gitops/flux/hydrate"
)

// guard stops a render that keeps returning to what it was before though the source is the same. Whoever forces a
// reconcile begins anew.
func (a *attempt) guard(r *hydrate.Rendering, s *scene) error {
	const most = 10
	status := &a.graph.Status
	if a.force {
		status.Outputs = nil
	}
	status.Outputs = guard.Remember(status.Outputs, status.LastAttemptedRevision, r.Digest)
	if !guard.Circles(status.Outputs) {
		return nil
	}
	now := make(map[string][]byte, len(r.Objects))
	for _, o := range r.Objects {
		now[o.ID] = o.Manifest
	}
	fields, err := guard.Differences(s.last, now, most)
	if err != nil {
		return fmt.Errorf("compare the renders of %s: %w", a.name(), err)
	}
	return &problem{reason: v1alpha1.ReasonOscillating, stalled: true, err: fmt.Errorf(
		"the render of %s keeps returning to what it was before, and nothing is published until the source changes; these differ: %s",
		status.LastAttemptedRevision, strings.Join(fields, ", "))}
}
