package eval

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
)

// single is an activation of one variable.
type single struct {
	name  string
	value ref.Val
}

// ResolveName implements [cel.Activation].
func (s single) ResolveName(name string) (any, bool) { return s.value, name == s.name }

// Parent implements [cel.Activation].
func (s single) Parent() cel.Activation { return nil }
