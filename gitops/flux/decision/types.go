package decision

import (
	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// NothingApplied is the revision of a consumer that is there and has applied nothing yet.
const NothingApplied = "none"

// Object is one complete object of the render.
type Object struct {
	// ID is namespace_name_group_kind, as [v1alpha1.InventoryEntry.ID]. Of two objects with one ID the first counts.
	ID string
	// Version is the API version of the kind, without the group.
	Version string
	// Instance is Kind.group/namespace/name of the instance that it belongs to; empty for CRDs and for objects that pass
	// through.
	Instance string
	// Node is the id of the node with the position of the item, such as parts[2]/config; empty for the instance itself and
	// for objects without an instance.
	Node string
	// Level counts from 0 in the instance.
	Level int32
	// Needs are the IDs of the objects that it depends on; one that is not in the render must be ready in the cluster. That
	// an instance, nested ones too, comes after all of its nodes need not be said.
	Needs []string
	// Manifest is the object as JSON, as [Canonical] writes it.
	Manifest []byte
	// Digest is [Digest] of the manifest; empty to have it computed.
	Digest string
	// Gates says that what needs the object waits until it is ready. One that does not gate is enough when it is in the
	// same artifact.
	Gates bool
}

// HeldNode is a node that waits for values which only the cluster knows.
type HeldNode struct {
	// Instance is Kind.group/namespace/name.
	Instance string
	// Node is the address of the node as in [Object.Node], or the beginning of it: parts stands for all items of parts and
	// for everything below them. Without Node and ID the whole instance is held.
	Node string
	// Paths are the values that it waits for.
	Paths []string
	// ID is that of the object, empty where the name is not known either.
	ID string
}

// State is what is known of one object in the cluster.
type State struct {
	// Known says that somebody looked. Without it the rest means nothing.
	Known bool
	// Exists says that the object is there, also while it is being deleted.
	Exists bool
	// Ready says that what needs the object can be delivered. An object that is being deleted is not ready.
	Ready bool
}

// Options are those of a GraphArtifact.
type Options struct {
	// Ordering is Ready, or None to deliver and withdraw everything at once; "" is Ready.
	Ordering v1alpha1.Ordering
	// AllowEmpty allows a render without any object.
	AllowEmpty bool
	// Deleting withdraws everything, whatever the render gives.
	Deleting bool
}

// Input is everything that a decision depends on.
type Input struct {
	// Objects are the complete objects of the render in apply order.
	Objects []Object
	// Held are the nodes of the render that are not complete.
	Held []HeldNode
	// Inventory is that of the GraphArtifact.
	Inventory []v1alpha1.InventoryEntry
	// Cluster says by ID what is known. An object that is missing here is not known.
	Cluster map[string]State
	// Last are the manifests, by ID, of the artifact that the ExternalArtifact names; nil when its file is lost. After an
	// artifact has been rebuilt, decide again.
	Last map[string][]byte
	// Current is the revision of the artifact that the ExternalArtifact names; empty before the first.
	Current string
	// Applied is the revision that the consumer has applied and pruned after, whether what it applied is healthy or not:
	// [NothingApplied] if none, and empty when no consumer is known, so that readiness alone decides.
	Applied string
	// Owned are the IDs that the consumer has in its own inventory, and so would prune; nil when that is not known. An
	// object that a failed apply left behind is not among them.
	Owned map[string]bool
	// Options are those of the GraphArtifact.
	Options Options
}

// Origin is where a manifest comes from.
type Origin string

// The origins of manifests.
const (
	// Rendered is what the render gives.
	Rendered Origin = "Rendered"
	// Kept is the earlier manifest of an object whose new one waits for what it needs.
	Kept Origin = "Kept"
	// Carried is the earlier manifest of an object that Git wants and that is held.
	Carried Origin = "Carried"
	// Leaving is the earlier manifest of an object that Git has given up, and whose turn has not come.
	Leaving Origin = "Leaving"
)

// Manifest is one object of the artifact.
type Manifest struct {
	// ID is that of the object.
	ID string
	// JSON is the object; it may share memory with the input.
	JSON []byte
	// Origin is where it comes from.
	Origin Origin
}

// The reasons of waiting nodes.
const (
	// ReasonHeld is a node that is not complete; For are the values.
	ReasonHeld = "Held"
	// ReasonNotReady is a complete object that waits for others; For are their IDs, or held nodes.
	ReasonNotReady = "NotReady"
	// ReasonDeleting is an object that Git has given up; For are the IDs that must be gone first, or its own.
	ReasonDeleting = "Deleting"
	// ReasonCarriedForward is a node that is not complete and that was delivered; For are the values.
	ReasonCarriedForward = "CarriedForward"
)

// Decision is what to do next. The caller owns it, but for the bytes of manifests.
type Decision struct {
	// Publish says that there is an artifact to publish. Without it nothing can be delivered yet, and nothing was.
	Publish bool
	// Manifests are the whole next artifact: what the render gives in the order of the render, then the rest by ID.
	Manifests []Manifest
	// Waiting are the nodes that are not where Git wants them, sorted. They are not cut.
	Waiting []v1alpha1.WaitingNode
	// Withdrawn are the IDs that leave the artifact with this decision, sorted.
	Withdrawn []string
	// Levels count the objects of the render by level.
	Levels []v1alpha1.LevelStatus

	inventory []v1alpha1.InventoryEntry
}

// Inventory is what must be in the status before the artifact is published, sorted by instance, level and ID. The revision
// is that of the artifact: it is given to the entries that this artifact changes.
func (d *Decision) Inventory(revision string) []v1alpha1.InventoryEntry {
	entries := make([]v1alpha1.InventoryEntry, len(d.inventory))
	for i, e := range d.inventory {
		if e.Revision == "" {
			e.Revision = revision
		}
		entries[i] = e
	}
	return entries
}
