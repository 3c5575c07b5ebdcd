// Package dialect is kro's CEL: which functions and macros there are, what they do and
// what they cost.
//
// In: nothing; variables and types are the caller's, who extends the environment. Out:
// a [cel.Env] with exactly the overloads of kro v0.9.4 and no other ([New], listed
// in testdata/overloads.txt), programs that run checked expressions ([Program]), and
// estimates of what they cost ([Estimate]). CEL's own and Kubernetes' libraries are the
// ones that kro links; kro's functions (random, hash, json, maps, lists, omit,
// runtime) are written here after docs/compat/kro.md#functions.
//
// Three things differ from cel-go's own programs:
//
//   - macros go over maps in the order of their keys, where cel-go and kro follow
//     Go's random order (docs/compat/kro.md#map-order);
//   - an argument that is known only in part makes the call of a function unknown when
//     the function looks at all of it, where cel-go would report a wrong type or compare wrongly;
//   - a single call that would take forever or all memory is refused before it runs, since
//     its cost is only counted behind it (docs/compat/kro.md#limits).
//
// The environment is built once per process, which takes a quarter of a millisecond; extending
// it by variables and checking the first expression takes a tenth of that, every further
// one little more than parsing it. The first parse of a process costs a
// millisecond for the tables of the grammar, whatever the environment. A program is
// planned in microseconds and should be kept, since it is safe for concurrent use. Tracking cost
// makes an evaluation several times slower, so an expression whose [Estimate] stays
// below the limit runs without; see the benchmarks.
//
// The package knows no schemas, no RGDs and no values but those of package value.
package dialect
