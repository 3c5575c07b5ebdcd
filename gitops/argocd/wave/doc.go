// Package wave numbers rendered objects for Argo CD: levels of the graph become sync waves.
//
// In: a render.Program and the render.Result that came of it. Out: for each object of the result,
// in its order, a copy with the annotations that make Argo CD apply it at its time, or diagnostics
// where what an author wrote contradicts the graph.
//
// Argo CD orders by phase, wave, kind and name, and waits between waves until what it applied is
// healthy. What holds:
//
//   - An object never comes before one that its node refers to: its phase is later, or its wave is
//     higher, or both have one wave, the order of kinds within a wave puts it later, and there is
//     nothing about the other one that Argo CD would wait for.
//   - An instance comes after all of its children, so that deletion, which goes the other way,
//     removes it first.
//   - Numbers depend on the RGD and the options alone: not on other instances, on the order of
//     files, or on which nodes a condition excludes or a missing value holds. An author's wave
//     that is an expression moves nothing but the instance itself.
//   - What the author wrote stays: waves, hooks, Helm's hook weights and sync options.
//
// The package is pure: no clock, environment, network or file, and neither the Program nor the
// Result is changed. Its functions are safe for concurrent use.
package wave
