package dialect

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/krowave/krowave/render/expr/value"
)

// mapsLib is the library of merge and deepMerge.
type mapsLib struct{}

// LibraryName is the name under which kro registers the library.
func (mapsLib) LibraryName() string { return "cel.lib.ext.maps" }

// CompileOptions declares the functions.
func (mapsLib) CompileOptions() []cel.EnvOption {
	m := cel.MapType(cel.TypeParamType("K"), cel.TypeParamType("V"))
	return []cel.EnvOption{
		cel.Function("merge", cel.MemberOverload("map_merge", []*cel.Type{m, m}, m, cel.BinaryBinding(merge))),
		cel.Function("deepMerge", cel.MemberOverload("dyn_deepmerge_dyn",
			[]*cel.Type{cel.DynType, cel.DynType}, cel.DynType, cel.BinaryBinding(deepMerge))),
		estimates(mapCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (mapsLib) ProgramOptions() []cel.ProgramOption { return nil }

// merge takes the entries of both maps; the right one wins.
func merge(left, right ref.Val) ref.Val {
	l, ok := left.(traits.Mapper)
	r, ok2 := right.(traits.Mapper)
	if !ok || !ok2 {
		return types.NewErr("no such overload: %v.merge(%v)", left.Type(), right.Type())
	}
	if u := types.MergeUnknowns(value.Partial(left), value.Partial(right)); u != nil {
		return u
	}
	merged := entries(r)
	for it := l.Iterator(); it.HasNext() == types.True; {
		k := it.Next()
		if _, ok := r.Find(k); !ok { // not merged[k]: 1 and 1u are one key
			merged[k] = l.Get(k)
		}
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, merged)
}

// deepMerge merges maps in maps. Anywhere else the right one wins, lists included.
func deepMerge(left, right ref.Val) ref.Val {
	l, ok := left.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(left)
	}
	r, ok := right.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(right)
	}
	if u := types.MergeUnknowns(value.Partial(left), value.Partial(right)); u != nil {
		return u
	}
	if r.Size() == types.IntZero { // as it is, so that a struct stays one
		return left
	}
	if l.Size() == types.IntZero {
		return right
	}
	merged := entries(l)
	for it := r.Iterator(); it.HasNext() == types.True; {
		k := it.Next()
		v := r.Get(k)
		_, isMap := v.(traits.Mapper)
		if old, ok := merged[k].(traits.Mapper); ok && isMap {
			v = deepMerge(old, v)
		}
		merged[k] = v
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, merged)
}

func entries(m traits.Mapper) map[ref.Val]ref.Val {
	all := map[ref.Val]ref.Val{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		k := it.Next()
		all[k] = m.Get(k)
	}
	return all
}
