// Package policy holds the tests that keep the project's written rules true where linters cannot see:
// package docs, what render/ may import, which way imports point, sizes, diagnostics and their
// pages, decisions and their index, links, and machine paths.
//
// In: the committed tree and `go list`. Out: test failures that name the file and the rule. It
// has no code of its own. An exception to a rule is an entry of a table here, with its reason;
// an entry that no longer applies is a failure too.
package policy
