// Package graph compiles an RGD into an immutable [Graph]: what each resource is,
// what it waits for, in which order they go, and every expression type-checked.
//
// In: a decoded [rgd.RGD], the [catalog.Catalog] that knows the kinds, and the
// [expr.Language]. Out: a [Graph] and all problems of the RGD. Dependencies come from
// syntax, order from kro's algorithm (docs/compat/kro.md#order), types from schemas.
//
// The package never evaluates anything and never sees an instance. A Graph is safe
// for concurrent use; per-render state lives in package eval.
package graph
