// Package eval renders one instance of a compiled RGD.
//
// In: an immutable [graph.Graph], an instance as the API server would store it, and
// the live objects that have been observed. Out: a [Result]: objects in the order of
// the graph, and for everything that is not among them the reason.
//
// A value that is known only at run time is unknown, never a guess: expressions are
// evaluated with CEL unknowns, and a resource with an unknown in it is held together
// with everything that depends on it (docs/decisions/0002-partial-evaluation.md).
//
// The package does no I/O and keeps no state between calls. [Run] is safe for
// concurrent use with one Graph; results share no memory with inputs.
package eval
