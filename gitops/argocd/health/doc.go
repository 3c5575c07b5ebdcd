// Package health writes health checks for Argo CD: Lua for the kinds that RGDs define and use.
//
// In: a compiled render.Program. Out: for each kind that Argo CD has no check of its own for, a
// script that says of a live object whether it is Healthy, Progressing or Degraded, and which
// readyWhen could not be said in Lua; and the ConfigMap in which Argo CD reads the scripts.
//
// A script runs in Argo CD's sandbox: the base and table libraries of Lua 5.1, the object in the
// global obj, one second. It never fails: what an expression would fail on is a thing that is not
// there yet, and the object is Progressing. A check belongs to a kind, readyWhen to a node; so
// only what all nodes of a kind ask for goes into its check.
//
// The package evaluates nothing and does no I/O but to the writer that it is given. Its functions
// are safe for concurrent use, and give the same bytes for the same Program.
package health
