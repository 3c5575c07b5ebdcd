package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// FieldManager owns the fields of ExternalArtifacts that are written here.
const FieldManager = "flux-controller"

const (
	managedByLabel = "app.kubernetes.io/managed-by"
	managedBy      = "krowave"
	// shardLabel assigns an object to a shard of Flux's controllers.
	shardLabel = "sharding.fluxcd.io/key"
)

// External writes the ExternalArtifacts of GraphArtifacts, each of the same name and namespace as its owner. The client needs the types of
// source.toolkit.fluxcd.io/v1.
type External struct {
	// Client reads and writes ExternalArtifacts. What it reads must not come from a cache: an old object may look as if it had
	// all that is to be written.
	Client client.Client
	// Now is the clock.
	Now func() time.Time
}

// Offer is what consumers are to see.
type Offer struct {
	// Artifact is what is to be fetched. Without one the ExternalArtifact is not ready, and consumers wait.
	Artifact *meta.Artifact
	// Reason and Message are those of the Ready condition; they may be empty if there is an artifact.
	Reason, Message string
}

// ForeignError says that an ExternalArtifact of this name belongs to somebody else.
type ForeignError struct {
	// Namespace and Name are those of the ExternalArtifact.
	Namespace, Name string
}

// Error says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("the ExternalArtifact %s/%s is not that of the GraphArtifact of this name: rename one of them", e.Namespace, e.Name)
}

// Apply writes the ExternalArtifact of an owner and its status, by server-side apply and only where they differ. The condition keeps its
// time unless its status changes. The result belongs to the caller. The error is a [*ForeignError] if the name is taken.
func (e External) Apply(ctx context.Context, owner *v1alpha1.GraphArtifact, offer Offer) (*sourcev1.ExternalArtifact, error) {
	live, err := e.get(ctx, owner)
	if err != nil {
		return nil, err
	}
	want := external(owner)
	if live == nil || !sameHead(want, live) {
		if live, err = e.head(ctx, want); err != nil {
			return nil, err
		}
	}
	status := e.status(live, offer)
	if equality.Semantic.DeepEqual(live.Status, status) {
		return live, nil
	}
	live.Status = status
	return live, e.writeStatus(ctx, live)
}

// Remove deletes the ExternalArtifact of an owner. It is no error if there is none, or if it belongs to somebody else.
func (e External) Remove(ctx context.Context, owner *v1alpha1.GraphArtifact) error {
	live, err := e.get(ctx, owner)
	if _, foreign := err.(*ForeignError); foreign || err == nil && live == nil { //nolint:errorlint // get gives the error itself
		return nil
	}
	if err != nil {
		return err
	}
	uid := live.GetUID()
	err = e.Client.Delete(ctx, live, client.Preconditions{UID: &uid})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete ExternalArtifact %s/%s: %w", owner.Namespace, owner.Name, err)
	}
	return nil
}

// get is the live object of an owner, nil if there is none.
func (e External) get(ctx context.Context, owner *v1alpha1.GraphArtifact) (*sourcev1.ExternalArtifact, error) {
	live := &sourcev1.ExternalArtifact{}
	err := e.Client.Get(ctx, client.ObjectKeyFromObject(owner), live)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("read ExternalArtifact %s/%s: %w", owner.Namespace, owner.Name, err)
	}
	if !isOf(live.Spec.SourceRef, owner) {
		return nil, &ForeignError{Namespace: owner.Namespace, Name: owner.Name}
	}
	return live, nil
}

func isOf(ref *meta.NamespacedObjectKindReference, owner *v1alpha1.GraphArtifact) bool {
	if ref == nil || ref.Kind != v1alpha1.GraphArtifactKind || ref.Name != owner.Name {
		return false
	}
	return ref.Namespace == "" || ref.Namespace == owner.Namespace
}

// external is the object of an owner without its status.
func external(owner *v1alpha1.GraphArtifact) *sourcev1.ExternalArtifact {
	labels := map[string]string{managedByLabel: managedBy, v1alpha1.GraphArtifactLabel: labelValue(owner.Name)}
	if shard := owner.Labels[shardLabel]; shard != "" {
		labels[shardLabel] = shard
	}
	ref := &meta.NamespacedObjectKindReference{
		APIVersion: v1alpha1.GroupVersion().String(), Kind: v1alpha1.GraphArtifactKind, Name: owner.Name, Namespace: owner.Namespace,
	}
	return &sourcev1.ExternalArtifact{
		ObjectMeta: metav1.ObjectMeta{Name: owner.Name, Namespace: owner.Namespace, Labels: labels},
		Spec:       sourcev1.ExternalArtifactSpec{SourceRef: ref},
	}
}

// labelValue is a name as the value of a label, which is shorter than a name may be.
func labelValue(name string) string {
	const longest = 63
	return name[:min(len(name), longest)]
}

func sameHead(want, live *sourcev1.ExternalArtifact) bool {
	labels := maps.Clone(live.Labels)
	maps.DeleteFunc(labels, func(key, _ string) bool { _, ours := want.Labels[key]; return !ours && key != shardLabel })
	return maps.Equal(labels, want.Labels) && equality.Semantic.DeepEqual(want.Spec, live.Spec)
}

// status is what is to be written.
func (e External) status(live *sourcev1.ExternalArtifact, offer Offer) sourcev1.ExternalArtifactStatus {
	ready := metav1.Condition{
		Type: meta.ReadyCondition, Status: metav1.ConditionFalse, Reason: offer.Reason, Message: offer.Message,
		ObservedGeneration: live.Generation, LastTransitionTime: metav1.NewTime(e.Now().UTC().Truncate(time.Second)),
	}
	if offer.Artifact != nil {
		ready.Status = metav1.ConditionTrue
		if ready.Reason == "" {
			ready.Reason, ready.Message = meta.SucceededReason, "the artifact of revision "+offer.Artifact.Revision+" is stored"
		}
	}
	if ready.Reason == "" {
		ready.Reason = meta.FailedReason
	}
	if was := apimeta.FindStatusCondition(live.Status.Conditions, meta.ReadyCondition); was != nil && was.Status == ready.Status {
		ready.LastTransitionTime = was.LastTransitionTime
	}
	return sourcev1.ExternalArtifactStatus{Artifact: offer.Artifact.DeepCopy(), Conditions: []metav1.Condition{ready}}
}

// head applies everything but the status, and gives the object as it is then.
func (e External) head(ctx context.Context, want *sourcev1.ExternalArtifact) (*sourcev1.ExternalArtifact, error) {
	u, err := partial(want, map[string]any{"metadata": map[string]any{"labels": want.Labels}, "spec": want.Spec})
	if err != nil {
		return nil, err
	}
	if err := e.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(FieldManager)); err != nil {
		return nil, fmt.Errorf("write ExternalArtifact %s/%s: %w", want.Namespace, want.Name, err)
	}
	live := &sourcev1.ExternalArtifact{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, live); err != nil {
		return nil, fmt.Errorf("read the written ExternalArtifact %s/%s: %w", want.Namespace, want.Name, err)
	}
	return live, nil
}

// writeStatus applies the status.
func (e External) writeStatus(ctx context.Context, live *sourcev1.ExternalArtifact) error {
	u, err := partial(live, map[string]any{"status": live.Status})
	if err != nil {
		return err
	}
	if err := e.Client.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.ForceOwnership, client.FieldOwner(FieldManager)); err != nil {
		return fmt.Errorf("write the status of ExternalArtifact %s/%s: %w", live.Namespace, live.Name, err)
	}
	live.ResourceVersion = u.GetResourceVersion()
	return nil
}

// partial is an object of these fields and nothing else.
func partial(of *sourcev1.ExternalArtifact, fields map[string]any) (*unstructured.Unstructured, error) {
	raw, err := json.Marshal(fields)
	u := &unstructured.Unstructured{}
	if err == nil {
		err = json.Unmarshal(raw, &u.Object)
	}
	if err != nil {
		return nil, fmt.Errorf("write ExternalArtifact %s/%s as JSON: %w", of.Namespace, of.Name, err)
	}
	u.SetGroupVersionKind(sourcev1.GroupVersion.WithKind(sourcev1.ExternalArtifactKind))
	u.SetNamespace(of.Namespace)
	u.SetName(of.Name)
	return u, nil
}
