package dialect

import (
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// randomCosts: the seed is gone through once, and each character of the result is written.
func randomCosts() []cost {
	return []cost{
		{
			overload: "random.seededString_int_string",
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				return checker.CallEstimate{CostEstimate: reading(s[0].Add(s[1])), ResultSize: &s[0]}
			},
			track: func(args []ref.Val, result ref.Val) uint64 { return 1 + traversal(length(args[1])+length(result)) },
		},
		{
			overload: "random.seededInt_int_int_string",
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				return checker.CallEstimate{CostEstimate: reading(s[2])}
			},
			track: func(args []ref.Val, _ ref.Val) uint64 { return 1 + traversal(length(args[2])) },
		},
	}
}

// hashCosts: the text is gone through once. The size of the result is the digest's.
func hashCosts() []cost {
	digest := func(name string, size uint64) cost {
		return cost{
			overload: "hash." + name + "_string",
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				result := checker.FixedSizeEstimate(size)
				return checker.CallEstimate{CostEstimate: reading(s[0]), ResultSize: &result}
			},
			track: func(args []ref.Val, _ ref.Val) uint64 { return 1 + traversal(length(args[0])) },
		}
	}
	return []cost{digest("fnv64a", 8), digest("sha256", 32), digest("md5", 16)}
}

// jsonCosts: the value is gone through to the bottom and the text once, in either
// direction. A text may have as many values as bytes.
func jsonCosts() []cost {
	return []cost{
		{
			overload: "json.marshal_dyn",
			deep:     true,
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				result := checker.SizeEstimate{Min: 1, Max: s[0].Max}
				return checker.CallEstimate{CostEstimate: values(s[0]), ResultSize: &result}
			},
			track: func(args []ref.Val, result ref.Val) uint64 { return weight(args[0]) + traversal(length(result)) },
		},
		{
			overload: "json.unmarshal_string",
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				result := checker.SizeEstimate{Max: s[0].Max}
				return checker.CallEstimate{CostEstimate: values(s[0]), ResultSize: &result}
			},
			track: func(args []ref.Val, result ref.Val) uint64 { return traversal(length(args[0])) + weight(result) },
		},
	}
}

// mapCosts: merge copies the entries of both maps, deepMerge everything in them.
func mapCosts() []cost {
	estimate := func(s []checker.SizeEstimate) checker.CallEstimate {
		both := s[0].Add(s[1])
		result := checker.SizeEstimate{Min: max(s[0].Min, s[1].Min), Max: both.Max}
		return checker.CallEstimate{CostEstimate: copying(both, common.MapCreateBaseCost), ResultSize: &result}
	}
	return []cost{
		{
			overload: "map_merge",
			estimate: estimate,
			track: func(args []ref.Val, _ ref.Val) uint64 {
				return common.MapCreateBaseCost + length(args[0]) + length(args[1])
			},
		},
		{
			overload: "dyn_deepmerge_dyn",
			deep:     true,
			estimate: estimate,
			track: func(args []ref.Val, _ ref.Val) uint64 {
				return common.MapCreateBaseCost + weight(args[0]) + weight(args[1])
			},
		},
	}
}

// listCosts: every item is copied.
func listCosts() []cost {
	changed := func(overload string, more, less uint64) cost {
		return cost{
			overload: overload,
			estimate: func(s []checker.SizeEstimate) checker.CallEstimate {
				result := s[0].Add(checker.FixedSizeEstimate(more))
				result.Min -= min(result.Min, less)
				return checker.CallEstimate{CostEstimate: copying(result, common.ListCreateBaseCost), ResultSize: &result}
			},
			track: func(args []ref.Val, _ ref.Val) uint64 { return common.ListCreateBaseCost + length(args[0]) + more },
		}
	}
	return []cost{
		changed("lists.setAtIndex_list_int_T", 0, 0),
		changed("lists.insertAtIndex_list_int_T", 1, 0),
		changed("lists.removeAtIndex_list_int", 0, 1),
	}
}

// comparingCosts replaces the trackers of cel-go for functions that compare all items
// with each other, because those panic when the list is unknown or an error. The cost is the same.
func comparingCosts() []cost {
	comparing := func(overload string, list int) cost {
		return cost{overload: overload, track: func(args []ref.Val, _ ref.Val) uint64 {
			l, ok := args[list].(traits.Lister)
			if !ok {
				return 1
			}
			n := float64(length(l))
			factor := 2.0
			if n > 0 {
				switch l.Get(types.IntZero).(type) {
				case types.String, types.Bytes:
					factor += common.StringTraversalCostFactor
				}
			}
			return 1 + common.ListCreateBaseCost + uint64(n*n*factor)
		}}
	}
	costs := []cost{comparing("list_distinct", 0)}
	for _, t := range []*types.Type{
		types.IntType, types.UintType, types.DoubleType, types.BoolType,
		types.DurationType, types.TimestampType, types.StringType, types.BytesType,
	} {
		costs = append(costs, comparing("list_"+t.TypeName()+"_sort", 0), comparing("list_"+t.TypeName()+"_sortByAssociatedKeys", 1))
	}
	return costs
}

// maxConditions is more than any object has.
const maxConditions = 100

// runtimeCosts: making a condition costs nothing beyond its map; finding one goes through the list.
func runtimeCosts() []cost {
	return []cost{
		{
			overload: "runtime_newCondition_map",
			estimate: func([]checker.SizeEstimate) checker.CallEstimate {
				return checker.CallEstimate{CostEstimate: checker.FixedCostEstimate(1)}
			},
			track: func([]ref.Val, ref.Val) uint64 { return 1 },
		},
		{
			overload: "runtime_condition_dyn_string",
			estimate: func([]checker.SizeEstimate) checker.CallEstimate {
				return checker.CallEstimate{CostEstimate: checker.CostEstimate{Min: 1, Max: maxConditions}}
			},
			track: func(args []ref.Val, _ ref.Val) uint64 {
				if list, fault := conditionsOf(args[1]); list != nil && fault == nil {
					return 1 + length(list)
				}
				return 1
			},
		},
	}
}

// reading is the cost of going through texts once.
func reading(s checker.SizeEstimate) checker.CostEstimate {
	return s.MultiplyByCostFactor(common.StringTraversalCostFactor).Add(checker.FixedCostEstimate(1))
}

// values is the cost of going through a text and the values that it stands for.
func values(s checker.SizeEstimate) checker.CostEstimate {
	c := reading(s.Add(s))
	return checker.CostEstimate{Min: 1, Max: c.Add(s.AsCost()).Max}
}

// copying is the cost of making a map or list.
func copying(s checker.SizeEstimate, base uint64) checker.CostEstimate {
	return s.AsCost().Add(checker.FixedCostEstimate(base))
}
