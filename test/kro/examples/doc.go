// Package examples holds krowave's own examples against kro: what they show must be true in a
// cluster that runs kro, too.
//
// In: the directories of examples/. Out: test failures. It holds tests only.
package examples
