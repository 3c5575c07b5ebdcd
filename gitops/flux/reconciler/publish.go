package reconciler

import (
	"context"
	"errors"
	"fmt"

	"github.com/fluxcd/pkg/apis/acl"
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/gitops/flux/publish"
)

// stored are the manifests of an artifact; nil when its file is lost.
func (a *attempt) stored(ctx context.Context, artifact *meta.Artifact) (map[string][]byte, error) {
	manifests, err := a.Store.Read(artifact)
	if lost, ok := errors.AsType[*publish.LostError](err); ok {
		ctrl.LoggerFrom(ctx).Info("rebuild the artifact", "reason", lost.Error())
		return nil, nil //nolint:nilnil // nothing is known, which is not the same as nothing
	}
	if err != nil {
		return nil, fmt.Errorf("read the last artifact of %s: %w", a.name(), err)
	}
	if manifests == nil {
		manifests = map[string][]byte{}
	}
	return manifests, nil
}

// publish writes the inventory, the artifact and the ExternalArtifact of a decision, in this order. Afterwards the scene has
// the new artifact.
func (a *attempt) publish(ctx context.Context, d *decision.Decision, s *scene) error {
	files, err := publish.Content(d.Manifests)
	if err != nil {
		return fmt.Errorf("pack the artifact of %s: %w", a.name(), err)
	}
	revision := publish.Revision(files)
	if err := a.intend(ctx, d.Inventory(revision)); err != nil {
		return err
	}
	a.at(PointStorage)
	origin := a.origin
	if named := s.named(); origin == "" && named != nil {
		origin = originOf(named) // of a GraphArtifact that is being deleted
	}
	artifact, err := a.Store.Publish(ctx, a.graph, files, origin)
	if err != nil {
		return fmt.Errorf("store the artifact of %s: %w", a.name(), err)
	}
	was := s.named()
	a.at(PointArtifact)
	if s.artifact, err = a.external().Apply(ctx, a.graph, publish.Offer{Artifact: artifact}); err != nil {
		return a.foreign(err)
	}
	a.artifactUID = s.artifact.UID
	if was == nil || was.Revision != artifact.Revision || originOf(was) != originOf(artifact) {
		a.published = true
		a.Metrics.published(a.graph, artifact)
	}
	a.graph.Status.Artifact = artifact
	a.remember(artifact, len(d.Manifests))
	if s.last, err = a.stored(ctx, artifact); err != nil {
		return err
	}
	a.at(PointCollect)
	if err := a.Store.GarbageCollect(ctx, artifact); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "collect old artifacts") // the next attempt does
	}
	return nil
}

// intend writes down what is about to be delivered, and nothing else: what the rest of the status says is not true yet.
func (a *attempt) intend(ctx context.Context, inventory []v1alpha1.InventoryEntry) error {
	later := a.graph.Status
	a.graph.Status = *a.written.Status.DeepCopy()
	a.graph.Status.Inventory = inventory
	err := a.save(ctx, PointInventory)
	later.Inventory = a.graph.Status.Inventory
	a.graph.Status = later
	return err
}

func (r *Reconciler) external() publish.External {
	return publish.External{Client: live{Client: r.Client, reader: r.Reader}, Now: r.Clock.Now}
}

// foreign is a problem of the user's where an ExternalArtifact of the name belongs to somebody else.
func (a *attempt) foreign(err error) error {
	if foreign, ok := errors.AsType[*publish.ForeignError](err); ok {
		return &problem{reason: acl.AccessDeniedReason, stalled: true, err: foreign}
	}
	return err
}

// remember puts an artifact into the history.
func (a *attempt) remember(artifact *meta.Artifact, objects int) {
	const most = 5
	history := a.graph.Status.History
	origin := originOf(artifact)
	if len(history) > 0 && history[0].Revision == artifact.Revision && history[0].Origin == origin {
		return
	}
	entry := v1alpha1.HistoryEntry{
		Revision: artifact.Revision, Origin: origin, Published: metav1.NewTime(a.Clock.Now()),
		Objects: int32(objects), //nolint:gosec // an artifact has no 2^31 objects
	}
	history = append([]v1alpha1.HistoryEntry{entry}, history...)
	a.graph.Status.History = history[:min(len(history), most)]
}
