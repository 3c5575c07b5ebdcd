package lazyregexp_test

import (
	"testing"

	"github.com/krowave/krowave/render/lazyregexp"
)

// TestNew: nothing is compiled before the first use, and then once.
func TestNew(t *testing.T) {
	t.Parallel()
	_ = lazyregexp.New(`(`) // would panic
	word := lazyregexp.New(`^\w+$`)
	if !word().MatchString("word") || word().MatchString("two words") {
		t.Error("the expression does not match what it says")
	}
	if first, second := word(), word(); first != second {
		t.Error("compiled twice")
	}
}
