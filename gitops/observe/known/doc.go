// Package known turns Observations into what a render knows of the cluster, and live objects into what an Observation says.
//
// In: Observations, and live objects beside them. Out: an [eval.Observed] ([Snapshot]) that answers the fields that
// were asked for and calls all others unknown; and, the other way round, the answers to the fields that were asked for
// ([Answer]). The package never contacts a cluster, never evaluates an expression, and never lets a value of a
// Secret through, whatever an Observation says: of a Secret only the metadata counts, without the annotation in which
// kubectl keeps a copy of the object.
//
// What cannot be read in an Observation, such as a path that is no path, is not known; nothing else follows from it.
//
// A Snapshot is immutable and safe for concurrent use.
package known
