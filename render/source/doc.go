// Package source turns YAML and JSON text into trees whose every value knows
// where it was written.
//
// In: the bytes of files. Out: [Document]s of [Node]s, and [Problem]s for text
// that cannot be read. Scalars resolve as in sigs.k8s.io/yaml, that is by YAML 1.1
// as kubectl and kro see it: `y`, `on` and `no` are booleans, 1.0 is an integer, of
// duplicate keys the last one counts (docs/compat/kro.md#yaml). A fuzz test holds the two against each other.
//
// Documents are read one by one: what is wrong with one hides nothing of the others.
//
// [Node.SpanOf] maps a byte range of a decoded string back to the user's own text,
// whatever the scalar's style, so that later stages can point into the middle
// of an expression. [Relocate] gives the values that a program such as kustomize made from a file the places in
// that file.
//
// The package does no I/O, knows nothing of Kubernetes, and imports nothing of ours.
package source
