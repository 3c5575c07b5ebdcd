// Package simpleschema compares krowave's schemas and CRDs with kro's, and its verdict on
// CRDs with the API server's own validation code.
//
// In: lines at the edges of SimpleSchema's grammar, and thousands that are put
// together from pieces with fixed seeds. Out: test failures with the text and its seed.
// A schema counts as refused by kro also when kro panics or cannot write it as JSON.
// The package holds tests only.
package simpleschema
