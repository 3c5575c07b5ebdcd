package wave

import "math"

// Before is the wave for what has to be there before everything else in a namespace. Objects are annotated ones. It lies before all of
// them, unless one of them is the namespace itself: then it is the namespace's wave, in which Argo CD applies the namespace first.
func Before(objects []map[string]any, namespace string) int {
	lowest := math.MaxInt32
	for _, o := range objects {
		author := ofObject(o).read()
		if author.phase != Sync {
			continue
		}
		if name, _ := textAt(o, "metadata", "name"); o["kind"] == "Namespace" && o["apiVersion"] == "v1" && name == namespace {
			return author.wave
		}
		lowest = min(lowest, author.wave)
	}
	if lowest == math.MaxInt32 {
		return -1 // before what has no wave
	}
	return lowest - 1
}
