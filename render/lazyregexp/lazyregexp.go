// Package lazyregexp holds regular expressions that are compiled when they are first used.
//
// In: the text of an expression. Out: a function that answers it compiled. A package that
// compiles its expressions when the process starts makes every process pay for them,
// and most of ours are for messages that most runs never print. It never answers two different
// values for one function, which is safe for concurrent use.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New is a regular expression in the syntax of package regexp. The text is constant: the function
// panics where regexp.MustCompile would.
func New(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
