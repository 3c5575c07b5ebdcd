// Package guard bounds single calls of CEL functions, and the numbers that Kubernetes reads.
//
// In: the arguments of calls, the text of quantities, and the rules of x-kubernetes-validations.
// Out: an error for a call that would take for ever or all memory. The limits of CEL's cost
// are checked behind a call, so that they do not help against a single one.
//
// It never refuses what an API server can compute, and never says whether a rule holds. Values
// are immutable and safe for concurrent use.
package guard
