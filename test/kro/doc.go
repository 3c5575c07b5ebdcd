// Package kro compares krowave with kro, case by case.
//
// In: what kro ships (package corpus) and what package generator invents. Out: test failures
// that show a difference in order, generated CRD, objects, status or verdict, together with
// the text of the case, and golden files that pin what kro says. It holds tests only.
// Intended differences are rows of docs/compat/kro.md, named by id in package compare.
package kro
