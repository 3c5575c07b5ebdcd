// Package expr finds the ${…} expressions in YAML strings and compiles each one,
// on its own, with positions in the user's own text.
//
// In: String nodes of a [source.Node] tree and the types of the names that an
// expression may use. Out, one type per stage: a [Chunk] is text with a place, a
// [Parsed] knows which names it uses, a [Checked] has a type, a cost estimate and a
// program. A string with text around its expressions is a list of chunks; kro turns
// such strings into one CEL concatenation, krowave never rewrites what the user wrote
// (docs/compat/kro.md#string-templates).
//
// The dialect lives in the sub-package dialect, types in typing, run-time values in
// value. The package knows nothing of RGDs or of the order of resources. All its
// values are immutable and safe for concurrent use.
package expr
