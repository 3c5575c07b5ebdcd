// Package readiness says whether an object is ready for what depends on it.
//
// In: a live object, or the readyWhen expressions of a node and what is known of its object. Out: a Verdict: ready or not, a
// word for machines, and a sentence for people that quotes no value of the object.
//
// There are two questions. What a kind's own status says is decided by kstatus, on the whole object, since
// the rules for built-in kinds look at many fields; of a custom kind kstatus says too early that it is fine, so it must have a status as
// well. What the author's readyWhen says is decided by the engine, on the fields that were observed.
//
// The package contacts nobody and has no clock. Compiled expressions are kept by their text, a bounded number of them. All
// functions are safe for concurrent use.
package readiness
