// Package bench holds the work on which krowave's speed is measured, and runs it on both engines.
//
// In: nothing but the modules that the suite is pinned to. Out: cases, and for each case
// one function a side that does the same work once: compile an RGD, or render an
// instance of a compiled one. The tests hold the two sides' objects against each other, so that no
// side is fast because it does less; they never assert a time.
//
// The commands below this directory print ratios: ratios compares inside one process,
// monorepo and coldstart compare whole processes. docs/explanation/performance.md has the numbers.
package bench
