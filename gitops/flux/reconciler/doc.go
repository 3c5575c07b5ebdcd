// Package reconciler makes ExternalArtifacts of GraphArtifacts.
//
// In: GraphArtifacts, the sources that they name, what is known of the cluster (Observations), and what consumers say that
// they have applied. Out: the Observations of what the next render needs to know, artifacts in a storage, ExternalArtifacts
// that name them, the status of the GraphArtifact, and events about the ExternalArtifact.
//
// One reconcile fetches, renders, decides (package decision), and then writes in an order that any write may be the last one
// of the process: Observations first, the inventory of what is about to be delivered second, the artifact third, the
// ExternalArtifact fourth, what came of it last. It never waits for the cluster: it ends, and what changes there starts the
// next one.
//
// The package applies no workload object and deletes none. It reads GraphArtifacts and ExternalArtifacts from the API server
// and not from a cache, and writes a status only over the version that it has read: an inventory is never older than what was
// delivered. A Reconciler works for many GraphArtifacts at once and for one of them never twice at the same time.
package reconciler
