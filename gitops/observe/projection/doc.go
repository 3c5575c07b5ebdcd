// Package projection evaluates the status of an instance as kro does.
//
// In: what an Observation asks for and what is known of it, and the instance's own status as it stands in the cluster. Out: the RGD's
// status fields, the state, and the conditions: kro's four, or the author's alone when the RGD has any. Fields whose values are not
// known are left out, a condition that cannot be evaluated keeps its previous value, and the time of a condition is that of
// its last change of status.
//
// The engine evaluates (eval.Project). Expressions are compiled without the schemas that the RGD was compiled with, by their text, and a
// bounded number of them is kept. The package contacts nobody, is handed the time, and is safe for concurrent use.
package projection
