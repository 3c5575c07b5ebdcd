// Package render turns RGDs and instances into ordered Kubernetes objects, as kro
// would apply them, without a cluster.
//
// In: an [Input], that is parsed documents and, where they are known, live objects.
// Out: a [Program] and then a [Result]: objects in the order in which to apply them,
// what is held until a run-time value is known, and what a condition excludes; and
// always a list of diagnostics in the user's own text. The same input gives the same
// bytes on every machine.
//
// Rendering is a pure function. Nothing below this package reads a clock, an
// environment, a file or a network, or writes a log; callers hand in documents and get
// values. Callers need this package and the types it names; the packages below are
// its stages (docs/architecture.md).
//
// An [Engine] is expensive to make and cheap to use: make one per process. Engines
// and Programs are immutable and safe for concurrent use.
package render

// KroVersion is the version of kro whose verdict krowave gives.
const KroVersion = "v0.9.4"
