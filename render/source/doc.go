// Package source turns YAML and JSON text into trees whose every value knows
// where it was written.
//
// In: the bytes of files. Out: [Document]s of [Node]s, and [Problem]s for text
// that cannot be read. Scalars resolve as in sigs.k8s.io/yaml, that is by YAML 1.1
// as kubectl and kro see it: `y`, `on` and `no` are booleans, 1.0 is an integer, of
// duplicate keys the last one counts (docs/compat/kro.md#yaml).
//
// [Node.SpanOf] maps a byte range of a decoded string back to the user's own text,
// whatever the scalar's style, so that later stages can point into the middle
// of an expression.
//
// The package does no I/O, knows nothing of Kubernetes, and imports nothing of ours.
package source
