package reconciler

// The names of the writes, in the order of a life.
const (
	PointFinalizer    = "finalizer"          // the finalizer is put on the GraphArtifact
	PointObservation  = "observation"        // an Observation is applied
	PointForget       = "observation-delete" // an Observation is deleted
	PointInventory    = "inventory"          // what is about to be delivered is written to the status
	PointStorage      = "storage"            // the file of the artifact is written
	PointArtifact     = "artifact"           // the ExternalArtifact is applied
	PointStatus       = "status"             // what came of it is written to the status
	PointCollect      = "collect"            // old files are removed
	PointRemove       = "artifact-delete"    // the ExternalArtifact is deleted
	PointClear        = "storage-delete"     // its files are removed
	PointFinalizerOff = "finalizer-delete"   // the finalizer is taken off
)

// Points are the names of all writes.
func Points() []string {
	return []string{
		PointFinalizer, PointObservation, PointForget, PointInventory, PointStorage, PointArtifact, PointStatus, PointCollect,
		PointRemove, PointClear, PointFinalizerOff,
	}
}

// at is the moment before a write.
func (r *Reconciler) at(point string) {
	if r.Crash != nil {
		r.Crash(point)
	}
}
