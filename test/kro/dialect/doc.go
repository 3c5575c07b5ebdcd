// Package dialect compares krowave's CEL with kro's: the functions that there are, and
// the values of several hundred expressions over the same objects.
//
// In: testdata/objects.yaml, schemas and objects; testdata/expressions.txt. Out: test
// failures. Both sides check expressions against kro's types, so that a difference is
// one of functions or values. It holds tests only; intended differences are listed in the test,
// by the ids of docs/compat/kro.md.
package dialect
