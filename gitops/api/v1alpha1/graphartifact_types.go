package v1alpha1

import (
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// GraphArtifactKind is the kind of a GraphArtifact.
const GraphArtifactKind = "GraphArtifact"

// Finalizer stands on every GraphArtifact that the controller has seen.
const Finalizer = "krowave.dev/finalizer"

// ResolvedCondition is True when no node waits for a value that only the cluster knows.
const ResolvedCondition = "Resolved"

// Reasons of conditions and events, besides those of Flux (github.com/fluxcd/pkg/apis/meta).
const (
	// ReasonSourceNotReady: the source does not exist, has no artifact, or may not be used.
	ReasonSourceNotReady = "SourceNotReady"
	// ReasonFetchFailed: the artifact of the source cannot be fetched, or is not what it says it is.
	ReasonFetchFailed = "FetchFailed"
	// ReasonRenderFailed: the files are wrong. The message starts with file:line:column.
	ReasonRenderFailed = "RenderFailed"
	// ReasonEmptyRender: the render has no object, and that is not allowed.
	ReasonEmptyRender = "EmptyRender"
	// ReasonHeld: nodes wait for values that only the cluster knows.
	ReasonHeld = "Held"
	// ReasonAllResolved: no node waits for a value.
	ReasonAllResolved = "AllResolved"
	// ReasonWaiting: nodes that are complete wait until others are ready, or gone.
	ReasonWaiting = "WaitingForReadiness"
	// ReasonCarriedForward: delivered nodes can no longer be rendered, and stay as they were.
	ReasonCarriedForward = "CarriedForward"
	// ReasonOscillating: the render keeps returning to an earlier output without a change in Git.
	ReasonOscillating = "Oscillating"
	// ReasonObservationFailed: the cluster cannot be read, for instance because the service account may not.
	ReasonObservationFailed = "ObservationFailed"
)

// GraphArtifact renders the RGDs and instances of a source into an ExternalArtifact of the same name and namespace, which
// a Flux Kustomization applies.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=ga,categories={all,fluxcd,krowave}
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Status",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].message"
// +kubebuilder:printcolumn:name="Resolved",type="string",JSONPath=".status.conditions[?(@.type==\"Resolved\")].status",priority=1
// +kubebuilder:printcolumn:name="Revision",type="string",JSONPath=".status.artifact.revision",priority=1
type GraphArtifact struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec GraphArtifactSpec `json:"spec"`
	// +kubebuilder:default={"observedGeneration":-1}
	Status GraphArtifactStatus `json:"status,omitempty"`
}

// GraphArtifactList is a list of GraphArtifacts.
//
// +kubebuilder:object:root=true
type GraphArtifactList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []GraphArtifact `json:"items"`
}

// GraphArtifactSpec says what to render, and how to deliver it.
type GraphArtifactSpec struct {
	// SourceRef names the source of Flux that has the files.
	SourceRef SourceReference `json:"sourceRef"`

	// Path is the directory in the source that is rendered; "" is all of it.
	// +optional
	Path string `json:"path,omitempty"`

	// RGDs are paths in the source with RGDs that are used but not delivered.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	RGDs []string `json:"rgds,omitempty"`

	// Interval is how often everything is looked at again even if nothing changed.
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Interval metav1.Duration `json:"interval"`

	// RetryInterval is how long to wait after a failure; without it Interval.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryInterval *metav1.Duration `json:"retryInterval,omitempty"`

	// Timeout bounds fetching and rendering; without it Interval less 30 seconds, and at least 30 seconds.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Timeout *metav1.Duration `json:"timeout,omitempty"`

	// Suspend stops reconciling. What was delivered stays, also when a suspended GraphArtifact is deleted.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// ServiceAccountName is the service account in this namespace that objects of the cluster are read as.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// Ordering is Ready to deliver a node when everything that it depends on is ready, and to withdraw in reverse; None
	// delivers everything that is complete at once.
	// +optional
	// +kubebuilder:default=Ready
	Ordering Ordering `json:"ordering,omitempty"`

	// DeletionPolicy is what becomes of the delivered objects when the GraphArtifact is deleted: Delete withdraws them in
	// reverse order and waits; Orphan removes the ExternalArtifact and leaves the objects to whoever applied them.
	// +optional
	// +kubebuilder:default=Delete
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// Render are options of the render.
	// +optional
	Render RenderOptions `json:"render,omitempty"`
}

// SourceReference names a source of Flux.
type SourceReference struct {
	// APIVersion is that of the source; without it source.toolkit.fluxcd.io/v1.
	// +optional
	APIVersion string `json:"apiVersion,omitempty"`
	// Kind is that of the source.
	// +kubebuilder:validation:Enum=GitRepository;OCIRepository;Bucket;ExternalArtifact
	Kind string `json:"kind"`
	// Name is that of the source.
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Namespace is that of the GraphArtifact when it is empty.
	// +optional
	Namespace string `json:"namespace,omitempty"`
}

// Ordering is when complete objects are delivered.
// +kubebuilder:validation:Enum=Ready;None
type Ordering string

// The orderings.
const (
	// OrderingReady delivers a node when everything that it depends on is ready.
	OrderingReady Ordering = "Ready"
	// OrderingNone delivers everything that is complete at once.
	OrderingNone Ordering = "None"
)

// DeletionPolicy is what becomes of delivered objects.
// +kubebuilder:validation:Enum=Delete;Orphan
type DeletionPolicy string

// The deletion policies.
const (
	// DeletionDelete withdraws what was delivered in reverse order, and waits.
	DeletionDelete DeletionPolicy = "Delete"
	// DeletionOrphan leaves what was delivered.
	DeletionOrphan DeletionPolicy = "Orphan"
)

// RenderOptions are those of `krowave render`.
type RenderOptions struct {
	// KubernetesVersion chooses the built-in schemas, such as "1.36"; without it the newest.
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	// Mode is what is delivered: expand (CRDs, objects and instances), children (objects alone) or passthrough (RGDs and
	// instances, for clusters that run kro).
	// +optional
	// +kubebuilder:validation:Enum=expand;children;passthrough
	// +kubebuilder:default=expand
	Mode string `json:"mode,omitempty"`
	// Strict makes errors of warnings.
	// +optional
	Strict bool `json:"strict,omitempty"`
	// AllowEmpty allows a render without any object, which deletes everything that was delivered.
	// +optional
	AllowEmpty bool `json:"allowEmpty,omitempty"`
	// Namespace is given to namespaced instances that name none; without it "default".
	// +optional
	Namespace string `json:"namespace,omitempty"`
	// Omit allows omit() in templates.
	// +optional
	Omit bool `json:"omit,omitempty"`
}

// GraphArtifactStatus is what the controller did and found.
type GraphArtifactStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`
	meta.ForceRequestStatus     `json:",inline"`

	// ObservedGeneration is the generation that was reconciled last.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions are Ready, Reconciling and Stalled as with every Flux object, and Resolved.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Artifact is the last one published.
	// +optional
	Artifact *meta.Artifact `json:"artifact,omitempty"`

	// LastAttemptedRevision is the revision of the source that was rendered last.
	// +optional
	LastAttemptedRevision string `json:"lastAttemptedRevision,omitempty"`

	// Inventory is everything that was delivered and is not known to be gone. It is written before the artifact that
	// delivers it.
	// +optional
	// +listType=atomic
	Inventory []InventoryEntry `json:"inventory,omitempty"`

	// Waiting are the nodes that are not delivered yet and why, at most 100 of them.
	// +optional
	// +listType=atomic
	Waiting []WaitingNode `json:"waiting,omitempty"`

	// Levels count the objects of each level.
	// +optional
	// +listType=atomic
	Levels []LevelStatus `json:"levels,omitempty"`

	// Outputs are the digests of the last renders of one source revision, oldest first, at most 8: what the loop guard
	// compares with.
	// +optional
	// +listType=atomic
	Outputs []RenderOutput `json:"outputs,omitempty"`

	// History are the last artifacts, newest first, at most 5.
	// +optional
	// +listType=atomic
	History []HistoryEntry `json:"history,omitempty"`
}

// InventoryEntry is one delivered object.
type InventoryEntry struct {
	// ID is namespace_name_group_kind, as in the inventory of a Flux Kustomization.
	ID string `json:"id"`
	// Version is the API version of the kind.
	Version string `json:"v"`
	// Instance is Kind.group/namespace/name of the instance that the object belongs to; empty for CRDs and for objects that
	// pass through.
	// +optional
	Instance string `json:"instance,omitempty"`
	// Node is the id of the node with the position of the item, such as parts[2]/config; empty for the instance itself.
	// +optional
	Node string `json:"node,omitempty"`
	// Level is that of the object in its instance.
	Level int32 `json:"level"`
	// Digest is the SHA-256 of the manifest in the artifact, 64 hexadecimal digits.
	Digest string `json:"digest"`
	// Revision is that of the first artifact that had this manifest.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Replaces says that the manifest took the place of another one: that the object is there does not mean yet that it was
	// applied.
	// +optional
	Replaces bool `json:"replaces,omitempty"`
	// Withdrawn says that the object is no longer in the artifact, and that its deletion is waited for.
	// +optional
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Manifest is the object as it was delivered, for one that the source no longer gives and that is still in the artifact.
	// A Secret never stands here.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Manifest *apiextensionsv1.JSON `json:"manifest,omitempty"`
}

// WaitingNode is a node that is not delivered, or not deleted, yet.
type WaitingNode struct {
	// Instance is Kind.group/namespace/name.
	Instance string `json:"instance"`
	// Node is the id of the node with the position of the item.
	Node string `json:"node"`
	// Reason is Held, NotReady (something that it depends on), Deleting or CarriedForward.
	Reason string `json:"reason"`
	// For are the values, nodes or objects that it waits for.
	// +optional
	// +listType=atomic
	For []string `json:"for,omitempty"`
}

// LevelStatus counts the objects of one level of all instances.
type LevelStatus struct {
	// Level counts from 0.
	Level int32 `json:"level"`
	// Objects are those that the render gives, held ones not counted.
	Objects int32 `json:"objects"`
	// Delivered are those in the artifact.
	Delivered int32 `json:"delivered"`
	// Ready are those that what depends on them need not wait for.
	Ready int32 `json:"ready"`
}

// RenderOutput is one render of a source revision.
type RenderOutput struct {
	// Source is the revision of the source.
	Source string `json:"source"`
	// Digest is that of everything that the render gave.
	Digest string `json:"digest"`
}

// HistoryEntry is one artifact.
type HistoryEntry struct {
	// Revision is that of the artifact.
	Revision string `json:"revision"`
	// Origin is the revision of the source.
	Origin string `json:"origin"`
	// Published is when the artifact was first published.
	Published metav1.Time `json:"published"`
	// Objects are counted.
	Objects int32 `json:"objects"`
}

// GetConditions answers the conditions.
func (g *GraphArtifact) GetConditions() []metav1.Condition { return g.Status.Conditions }

// SetConditions replaces the conditions.
func (g *GraphArtifact) SetConditions(conditions []metav1.Condition) {
	g.Status.Conditions = conditions
}

// GetRequeueAfter is the interval.
func (g *GraphArtifact) GetRequeueAfter() time.Duration { return g.Spec.Interval.Duration }

// GetRetryInterval is the time to wait after a failure.
func (g *GraphArtifact) GetRetryInterval() time.Duration {
	if g.Spec.RetryInterval != nil {
		return g.Spec.RetryInterval.Duration
	}
	return g.GetRequeueAfter()
}

// GetTimeout bounds fetching and rendering.
func (g *GraphArtifact) GetTimeout() time.Duration {
	const least = 30 * time.Second
	if g.Spec.Timeout != nil {
		return max(g.Spec.Timeout.Duration, time.Second)
	}
	return max(g.Spec.Interval.Duration-least, least)
}

// GetConditions answers the conditions.
func (o *Observation) GetConditions() []metav1.Condition { return o.Status.Conditions }

// SetConditions replaces the conditions.
func (o *Observation) SetConditions(conditions []metav1.Condition) { o.Status.Conditions = conditions }
