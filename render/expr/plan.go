package expr

import (
	"math"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/dialect"
)

// plan is what an expression needs to run.
type plan struct {
	program cel.Program
	cost    uint64 // charged for each evaluation, unless it is tracked
	tracked bool
}

// newPlan estimates the cost of a checked expression and makes its program.
//
// Counting the cost while a program runs makes it several times slower. It is done
// only where the cost can become high: for comprehensions, and where even the estimate
// for the largest possible texts and lists is above the limit.
func newPlan(env *cel.Env, c *Checked) (plan, error) {
	estimate, err := dialect.Estimate(env, c.checked, sizes{})
	p := plan{cost: estimate.Min, tracked: err != nil || estimate.Max > MaxCost || comprehends(c.AST().Expr())}
	var options []cel.ProgramOption
	if p.tracked {
		p.cost = 0
		options = dialect.Limit(MaxCost)
	}
	p.program, err = dialect.Program(env, c.checked, options...)
	return p, err
}

// costly reports an expression without variables that costs too much. With variables even
// the lower bound of the API server's model is a guess at their sizes.
func costly(env *cel.Env, c *Checked, diags *diag.List) {
	if len(c.Names) > 0 {
		return
	}
	if estimate, err := dialect.Estimate(env, c.checked, sizes{}); err == nil && estimate.Min > MaxCost && estimate.Min < math.MaxUint64 {
		diags.Errorf(diag.ExpressionCost, c.Span(), "the expression costs at least %d, more than the limit of %d", estimate.Min, MaxCost)
	}
}

// comprehends reports a comprehension such as map, filter or all.
func comprehends(e ast.Expr) bool {
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.ComprehensionKind
	}))
	return found
}

// sizes bounds what variables may hold: no text and no list in an object is larger
// than the request in which the object reaches the API server.
type sizes struct{}

// maxSize is the API server's limit for a request, in bytes (3 MiB).
const maxSize = 3 << 20

// EstimateSize implements [checker.CostEstimator].
func (sizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	sized := []types.Kind{types.StringKind, types.BytesKind, types.ListKind, types.MapKind, types.StructKind, types.DynKind}
	if !slices.Contains(sized, n.Type().Kind()) {
		return nil
	}
	return &checker.SizeEstimate{Min: 0, Max: maxSize}
}

// EstimateCallCost implements [checker.CostEstimator].
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// IsCondition reports the static type of runtime.newCondition, or a list of it, or dyn.
func IsCondition(t *types.Type) bool {
	if t.Kind() == types.ListKind {
		t = t.Parameters()[0]
	}
	return dialect.IsCondition(t) || t.Kind() == types.DynKind
}
