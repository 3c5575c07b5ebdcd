// Package demand says what a render needs to know of the cluster.
//
// In: a compiled input and its result. Out: one Observation for each instance, nested ones included, with its spec filled
// in and no status ([Demand]); its name depends on the instance alone ([Name]). The package contacts no cluster and reads
// no status. Of a Secret it never asks for anything but metadata, whatever expressions read.
//
// Equal inputs give equal Observations, in the same order. All functions are safe for concurrent use.
package demand
