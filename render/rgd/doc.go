// Package rgd reads ResourceGraphDefinitions out of YAML trees.
//
// In: the root [source.Node] of a document of kind ResourceGraphDefinition.
// Out: an [RGD] whose every part still knows its place, with the defaults that the
// API server would set, and all violations of the rules that need no knowledge
// of other kinds: the RGD CRD's own admission rules and kro's naming rules
// (docs/compat/kro.md#rgd).
//
// The package never looks into expressions, SimpleSchema text or templates beyond
// their outer shape; expr, simpleschema and graph do. An [RGD] is immutable and
// safe for concurrent use.
package rgd
