package dialect

import (
	"math"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/library"
)

// Estimate bounds what an expression costs, in the units of the API server, whose
// limit for one expression is 10,000,000 before and 1,000,000 while it runs. Sizes knows the lengths of
// variables; without it they are not bounded. The checked expression is one of the environment.
func Estimate(env *cel.Env, checked *cel.Ast, sizes checker.CostEstimator) (checker.CostEstimate, error) {
	if cost, ok := path(checked.NativeRep(), checked.NativeRep().Expr()); ok {
		return checker.FixedCostEstimate(cost), nil
	}
	return env.EstimateCost(checked, &library.CostEstimator{SizeEstimator: sizes}, checker.PresenceTestHasCost(false))
}

// path is what a chain of fields costs, such as schema.spec.name. Most expressions are one, and
// an estimator has tables of all functions.
func path(a *ast.AST, e ast.Expr) (cost uint64, ok bool) {
	for e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly() {
		e = e.AsSelect().Operand()
		if k := a.GetType(e.ID()).Kind(); k == types.MapKind || k == types.StructKind || k == types.TypeParamKind {
			cost++
		}
	}
	return cost + 1, e.Kind() == ast.IdentKind
}

// Limit makes a program stop with an error when it has cost more than a limit, and count
// what it cost: see [cel.EvalDetails.ActualCost].
func Limit(limit uint64) []cel.ProgramOption {
	return []cel.ProgramOption{
		cel.CostTracking(&library.CostEstimator{}),
		cel.CostTrackerOptions(interpreter.PresenceTestHasCost(false)),
		cel.CostTrackerOptions(trackers()...),
		cel.CostLimit(limit),
	}
}

// cost is what one of kro's functions costs: as the API server counts, a tenth for each
// byte of a text that is gone through, and one for each value that is copied.
type cost struct {
	overload string
	// estimate bounds the cost by the sizes of the arguments, of which the receiver is the first.
	estimate func(sizes []checker.SizeEstimate) checker.CallEstimate
	// deep are the arguments that are gone through to the bottom: their size is the one of everything in them.
	deep bool
	// track is the cost of one call.
	track func(args []ref.Val, result ref.Val) uint64
}

func estimates(costs []cost) cel.EnvOption {
	options := make([]checker.CostOption, len(costs))
	for i, c := range costs {
		options[i] = checker.OverloadCostEstimate(c.overload, c.estimator())
	}
	return cel.CostEstimatorOptions(options...)
}

func (c cost) estimator() checker.FunctionEstimator {
	return func(e checker.CostEstimator, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
		if target != nil {
			args = append([]checker.AstNode{*target}, args...)
		}
		sizes := make([]checker.SizeEstimate, len(args))
		for i, a := range args {
			switch {
			case a.Type().Kind() == types.IntKind:
				sizes[i] = number(a)
			case c.deep:
				sizes[i] = deepSize(e, a)
			default:
				sizes[i] = size(e, a)
			}
		}
		estimate := c.estimate(sizes)
		return &estimate
	}
}

// trackers count what the functions of this package cost, and those of CEL that compare all items of a list.
func trackers() []interpreter.CostTrackerOption {
	var options []interpreter.CostTrackerOption
	for _, costs := range [][]cost{listCosts(), comparingCosts(), mapCosts(), jsonCosts(), hashCosts(), randomCosts(), runtimeCosts()} {
		for _, c := range costs {
			options = append(options, interpreter.OverloadCostTracker(c.overload, func(args []ref.Val, result ref.Val) *uint64 {
				cost := c.track(args, result)
				return &cost
			}))
		}
	}
	return options
}

// number is the value of an integer literal, or anything up to the length of the longest text.
func number(n checker.AstNode) checker.SizeEstimate {
	if e := n.Expr(); e != nil {
		if i, ok := e.AsLiteral().(types.Int); ok && i >= 0 && i <= maxText {
			return checker.FixedSizeEstimate(uint64(i))
		}
	}
	return checker.SizeEstimate{Min: 1, Max: maxText}
}

func size(e checker.CostEstimator, n checker.AstNode) checker.SizeEstimate {
	if s := n.ComputedSize(); s != nil {
		return *s
	}
	if s := e.EstimateSize(n); s != nil {
		return *s
	}
	return checker.UnknownSizeEstimate()
}

// deepSize is the number of bytes of a value as text. What stands in an object is no
// longer than the object may be.
func deepSize(e checker.CostEstimator, n checker.AstNode) checker.SizeEstimate {
	s := size(e, n)
	params := n.Type().Parameters()
	switch {
	case n.Path() != nil:
		s.Max = maxText
		return s
	case n.Type().Kind() == types.ListKind && len(params) == 1:
		return s.Multiply(deepSize(e, part{params[0]}).Add(checker.FixedSizeEstimate(1)))
	case n.Type().Kind() == types.MapKind && len(params) == 2:
		return s.Multiply(deepSize(e, part{params[0]}).Add(deepSize(e, part{params[1]})))
	}
	return s
}

// part is an item of a computed value, of which only the type is known.
type part struct{ of *types.Type }

// Path is empty.
func (part) Path() []string { return nil }

// Expr is empty.
func (part) Expr() ast.Expr { return nil }

// Type is the type of the item.
func (p part) Type() *types.Type { return p.of }

// ComputedSize is known for scalars.
func (p part) ComputedSize() *checker.SizeEstimate {
	scalar := []types.Kind{types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.DurationKind, types.TimestampKind}
	if slices.Contains(scalar, p.of.Kind()) {
		return &checker.SizeEstimate{Min: 1, Max: 32}
	}
	return nil
}

// traversal is the cost of going through a text.
func traversal(length uint64) uint64 {
	return uint64(math.Ceil(float64(length) * common.StringTraversalCostFactor))
}

// length is CEL's size of a value, 1 where it has none.
func length(v ref.Val) uint64 {
	if s, ok := v.(traits.Sizer); ok {
		if n, ok := s.Size().(types.Int); ok && n >= 0 {
			return uint64(n)
		}
	}
	return 1
}

// weight is the cost of going through a value to the bottom.
func weight(data any) uint64 {
	var sum uint64 = 1
	switch d := data.(type) {
	case string:
		return 1 + traversal(uint64(len(d)))
	case map[string]any:
		for k, v := range d {
			sum += weight(k) + weight(v)
		}
	case []any:
		for _, v := range d {
			sum += weight(v)
		}
	case []ref.Val:
		for _, v := range d {
			sum += weight(v)
		}
	case map[ref.Val]ref.Val:
		for k, v := range d {
			sum += weight(k) + weight(v)
		}
	case types.Bytes:
		return 1 + traversal(uint64(len(d)))
	case ref.Val:
		return weightOf(d)
	}
	return sum
}

func weightOf(v ref.Val) uint64 {
	if inner := v.Value(); inner != nil {
		switch inner.(type) {
		case string, map[string]any, []any, []ref.Val, map[ref.Val]ref.Val:
			return weight(inner)
		}
	}
	var sum uint64 = 1
	switch c := v.(type) {
	case traits.Lister:
		for it := c.Iterator(); it.HasNext() == types.True; {
			sum += weight(it.Next())
		}
	case traits.Mapper:
		for it := c.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			sum += weight(k) + weight(c.Get(k))
		}
	}
	return sum
}
