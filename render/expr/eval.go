package expr

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"

	"github.com/krowave/krowave/render/expr/value"
)

// Limits of the run-time cost of expressions, in the units of the API server's cost
// model, with the API server's numbers (k8s.io/apiserver/pkg/apis/cel).
const (
	// MaxCost is what one expression may cost.
	MaxCost = 1_000_000
	// DefaultBudget is what all expressions of one instance may cost together.
	DefaultBudget = 10_000_000
)

// Budget is the cost that the expressions of one instance may still have. It is for
// one goroutine.
type Budget struct {
	total, left uint64
	told        bool
}

// NewBudget is a budget of the given cost; 0 means [DefaultBudget].
func NewBudget(cost uint64) *Budget {
	if cost == 0 {
		cost = DefaultBudget
	}
	return &Budget{total: cost, left: cost}
}

// Tell answers true once: of all expressions that a spent budget stops one is reported.
func (b *Budget) Tell() bool {
	first := !b.told
	b.told = true
	return first
}

// The errors of expressions that are too expensive.
var (
	// ErrCost is the error of an expression that costs more than [MaxCost].
	ErrCost = errors.New("the expression costs too much")
	// ErrBudget is the error of every expression for which nothing is left of the budget.
	ErrBudget = errors.New("the expressions of this instance cost too much")
)

// Outcome is the result of an evaluation: exactly one of a value, an unknown, and an error.
type Outcome struct {
	Value   ref.Val
	Unknown *types.Unknown // [value.Waits] finds the places that it waits for
	Err     error
	// Cause are the places without which the error came about, if something was missing.
	Cause value.Cause
}

// Eval evaluates the expression.
func (c *Checked) Eval(variables cel.Activation, budget *Budget) Outcome {
	p, err := c.plan()
	if err != nil {
		return Outcome{Err: fmt.Errorf("plan the expression: %w", err)}
	}
	v, details, err := p.program.Eval(variables)
	if err := budget.charge(p, details); err != nil {
		return Outcome{Err: err}
	}
	if err != nil {
		return c.failure(err, variables)
	}
	if u, ok := v.(*types.Unknown); ok {
		return Outcome{Unknown: u}
	}
	return Outcome{Value: v}
}

// failure is the outcome of an evaluation that failed.
func (c *Checked) failure(err error, variables cel.Activation) Outcome {
	if _, canceled := errors.AsType[interpreter.EvalCancelledError](err); canceled {
		return Outcome{Err: fmt.Errorf("%w: more than the limit of %d", ErrCost, MaxCost)}
	}
	return Outcome{Err: plainError(err), Cause: value.Blame(c.AST(), err, lookup(variables))}
}

// lookup finds the values of variables.
func lookup(variables cel.Activation) func(name string) (ref.Val, bool) {
	return func(name string) (ref.Val, bool) {
		found, ok := variables.ResolveName(name)
		v, isValue := found.(ref.Val)
		return v, ok && isValue
	}
}

// charge takes the cost of an evaluation off the budget.
func (b *Budget) charge(p plan, details *cel.EvalDetails) error {
	cost := p.cost
	if p.tracked && details != nil && details.ActualCost() != nil {
		cost = *details.ActualCost()
	}
	if cost > b.left {
		b.left = 0
		return fmt.Errorf("%w: their budget of %d is spent here", ErrBudget, b.total)
	}
	b.left -= cost
	return nil
}

// plainError strips the wrapping of the CEL library, whose text names no place that a user knows.
func plainError(err error) error {
	var inner *types.Err
	if errors.As(err, &inner) && inner.Unwrap() != nil {
		return inner.Unwrap()
	}
	return err
}
