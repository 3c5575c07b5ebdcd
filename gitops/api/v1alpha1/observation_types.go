package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ObservationKind is the kind of an Observation.
const ObservationKind = "Observation"

// Labels of an Observation that a GraphArtifact asks for. Its namespace is that of the GraphArtifact.
const (
	// GraphArtifactLabel is the name of the GraphArtifact.
	GraphArtifactLabel = "krowave.dev/graphartifact"
)

// Observation is what one instance needs to know of the cluster, and what is known. The spec is the renderer's: which
// objects there are and which of their fields expressions read. The status is the controller's: those fields and no
// others.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=obs,categories={all,krowave}
// +kubebuilder:printcolumn:name="Kind",type="string",JSONPath=".spec.instance.kind"
// +kubebuilder:printcolumn:name="Instance",type="string",JSONPath=".spec.instance.name"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Status",type="string",JSONPath=".status.conditions[?(@.type==\"Ready\")].message"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type Observation struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ObservationSpec   `json:"spec"`
	Status ObservationStatus `json:"status,omitempty"`
}

// ObservationList is a list of Observations.
//
// +kubebuilder:object:root=true
type ObservationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Observation `json:"items"`
}

// ObservationSpec is what a render asks of the cluster for one instance.
type ObservationSpec struct {
	// Instance is the instance that is observed.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="an Observation is of one instance for good"
	Instance InstanceReference `json:"instance"`

	// RGD is the ResourceGraphDefinition that the instance was rendered with.
	RGD RGDReference `json:"rgd"`

	// ServiceAccountName is the service account in the namespace of this Observation that the objects are read as.
	// Without one the controller's default is used.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// Suspend stops observing. What is known stays.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// Nodes are the objects, in the order in which they are applied. Objects of nested instances are not among them:
	// each nested instance has an Observation of its own.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20000
	Nodes []ObservedNode `json:"nodes,omitempty"`

	// Unresolved are the ids of nodes that are held and whose names are not known either, so that they are not among Nodes.
	// +optional
	// +listType=set
	Unresolved []string `json:"unresolved,omitempty"`

	// Empty are the ids of collections that have no item.
	// +optional
	// +listType=set
	Empty []string `json:"empty,omitempty"`

	// InstanceFields are the paths of the instance that status expressions read, such as "spec.replicas".
	// +optional
	// +listType=atomic
	InstanceFields []string `json:"instanceFields,omitempty"`

	// Status is schema.status of the RGD without conditions: a tree whose strings have ${…} expressions.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Status *apiextensionsv1.JSON `json:"status,omitempty"`

	// Conditions are the expressions of schema.status.conditions of the RGD, without ${ and }.
	// +optional
	// +listType=atomic
	Conditions []string `json:"conditions,omitempty"`
}

// InstanceReference names an instance of an RGD.
type InstanceReference struct {
	// APIVersion is the group and version of the kind that the RGD defines.
	// +kubebuilder:validation:MinLength=1
	APIVersion string `json:"apiVersion"`
	// Kind is the kind that the RGD defines.
	// +kubebuilder:validation:MinLength=1
	Kind string `json:"kind"`
	// Namespace is empty for a cluster-scoped instance.
	// +optional
	Namespace string `json:"namespace,omitempty"`
	// Name is that of the instance.
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
}

// RGDReference names a compiled RGD.
type RGDReference struct {
	// Name is that of the ResourceGraphDefinition.
	Name string `json:"name"`
	// Digest is the SHA-256 of what the RGD says, as "sha256:" and 64 hexadecimal digits.
	// +kubebuilder:validation:Pattern=`^sha256:[0-9a-f]{64}$`
	Digest string `json:"digest"`
}

// Delivery is how far a node's object has come.
// +kubebuilder:validation:Enum=Delivered;Held;Waiting;External;Withdrawn
type Delivery string

// The deliveries.
const (
	// Delivered is an object that is in the artifact, or among the manifests that Argo CD applies.
	Delivered Delivery = "Delivered"
	// Held is an object that waits for a value that only the cluster knows.
	Held Delivery = "Held"
	// Waiting is an object that is complete and waits until others are ready.
	Waiting Delivery = "Waiting"
	// External is an object that somebody else owns.
	External Delivery = "External"
	// Withdrawn is an object that was delivered and is to be deleted.
	Withdrawn Delivery = "Withdrawn"
)

// Readiness says when an object without readyWhen is ready for what depends on it.
// +kubebuilder:validation:Enum=Exists;Status
type Readiness string

// The rules of readiness.
const (
	// Exists is ready as soon as the object is there.
	Exists Readiness = "Exists"
	// Status is ready when kstatus says Current. A custom kind must have a status, and where that has an
	// observedGeneration it must be that of the object.
	Status Readiness = "Status"
)

// ObservedNode is one object that is watched, or a set of objects that a selector chooses.
//
// +kubebuilder:validation:XValidation:rule="has(self.name) != has(self.selector)",message="a node has a name or a selector"
type ObservedNode struct {
	// ID is the id of the node in its RGD.
	// +kubebuilder:validation:MinLength=1
	ID string `json:"id"`
	// Item is the position in a collection; absent for all other nodes.
	// +optional
	Item *int32 `json:"item,omitempty"`
	// APIVersion is the group and version of the object.
	// +kubebuilder:validation:MinLength=1
	APIVersion string `json:"apiVersion"`
	// Kind is that of the object.
	// +kubebuilder:validation:MinLength=1
	Kind string `json:"kind"`
	// Namespace is empty for cluster-scoped objects and, with a selector, for objects of all namespaces.
	// +optional
	Namespace string `json:"namespace,omitempty"`
	// Name is that of the object; empty with a selector.
	// +optional
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name,omitempty"`
	// Selector chooses the objects of an external reference.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`

	// Delivery is how far the object has come.
	Delivery Delivery `json:"delivery"`

	// Fields are the paths that expressions read, such as "status.ackResourceMetadata.arn", sorted. "" is the whole
	// object without metadata.managedFields. Of a Secret only paths below metadata are ever reported.
	// +optional
	// +listType=atomic
	Fields []string `json:"fields,omitempty"`

	// ReadyWhen are the expressions of the node's readyWhen, without ${ and }.
	// +optional
	// +listType=atomic
	ReadyWhen []string `json:"readyWhen,omitempty"`

	// Readiness is the rule that decides without readyWhen. It is about the order of delivery alone: the state of the
	// instance follows kro, for whom such an object is ready when it exists.
	Readiness Readiness `json:"readiness"`
}

// ObservationStatus is what is known of the cluster.
type ObservationStatus struct {
	// ObservedGeneration is the generation of the spec that Nodes answer.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions are Ready (everything that was asked is answered and every delivered object is ready),
	// Reconciling and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Instance is what is known of the instance itself, once it exists.
	// +optional
	Instance *NodeObservation `json:"instance,omitempty"`

	// Nodes are what is known of the nodes, in the order of the spec. One that has not been looked for is missing.
	// +optional
	// +listType=atomic
	Nodes []NodeObservation `json:"nodes,omitempty"`

	// State is the state that the instance has after kro's rules.
	// +optional
	State string `json:"state,omitempty"`

	// Projection is the evaluated status of the RGD, without state and conditions.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Projection *apiextensionsv1.JSON `json:"projection,omitempty"`
}

// NodeObservation is what is known of one node.
type NodeObservation struct {
	// ID is the id of the node; empty for the instance.
	// +optional
	ID string `json:"id,omitempty"`
	// Item is the position in a collection; absent for all other nodes.
	// +optional
	Item *int32 `json:"item,omitempty"`

	// Exists says that the object was there when it was last looked for.
	// +optional
	Exists bool `json:"exists,omitempty"`
	// Objects are what is known of the object; several only for a selector. It is not empty when the object existed once:
	// what was known of an object that is deleted or replaced stays until the new one reports.
	// +optional
	// +listType=atomic
	Objects []ObservedObject `json:"objects,omitempty"`

	// Ready says that what depends on the node can be delivered.
	// +optional
	Ready bool `json:"ready,omitempty"`
	// Reason is a word for machines: Ready, NotFound, NotReady, Terminating, Forbidden, KindUnknown or ExpressionFailed.
	// +optional
	Reason string `json:"reason,omitempty"`
	// Message is a sentence for people. It never quotes a value.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// ObservedObject is what is known of one object.
type ObservedObject struct {
	// Namespace is empty for cluster-scoped objects.
	// +optional
	Namespace string `json:"namespace,omitempty"`
	// Name is that of the object.
	Name string `json:"name"`
	// UID says which object of this name the values come from.
	// +optional
	UID string `json:"uid,omitempty"`
	// ResourceVersion is that of the object when a value last changed.
	// +optional
	ResourceVersion string `json:"resourceVersion,omitempty"`
	// Generation is metadata.generation, 0 for kinds that have none.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// ObservedAt is when a value last changed.
	// +optional
	ObservedAt *metav1.Time `json:"observedAt,omitempty"`
	// Labels are there for objects that a selector chose.
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
	// Fields answer the paths that were asked for, in that order.
	// +optional
	// +listType=atomic
	Fields []ObservedField `json:"fields,omitempty"`
}

// ObservedField is the answer to one path.
type ObservedField struct {
	// Path is the path as it was asked for.
	Path string `json:"path"`
	// Value is what stands there. Without it the field is known to be absent.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	Value *apiextensionsv1.JSON `json:"value,omitempty"`
	// Missing is the beginning of Path up to the first part that is not there, when that is not Path itself: "status" for
	// an object that has no status yet. What is in front of it is there.
	// +optional
	Missing string `json:"missing,omitempty"`
}
