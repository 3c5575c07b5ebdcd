package dialect

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// listsLib is the library of functions that change a list at an index.
type listsLib struct{}

// LibraryName is the name under which kro registers the library.
func (listsLib) LibraryName() string { return "kro.lists" }

// CompileOptions declares the functions.
func (listsLib) CompileOptions() []cel.EnvOption {
	item := cel.TypeParamType("T")
	list := cel.ListType(item)
	return []cel.EnvOption{
		cel.Function("lists.setAtIndex", cel.Overload("lists.setAtIndex_list_int_T",
			[]*cel.Type{list, cel.IntType, item}, list, cel.FunctionBinding(setAtIndex))),
		cel.Function("lists.insertAtIndex", cel.Overload("lists.insertAtIndex_list_int_T",
			[]*cel.Type{list, cel.IntType, item}, list, cel.FunctionBinding(insertAtIndex))),
		cel.Function("lists.removeAtIndex", cel.Overload("lists.removeAtIndex_list_int",
			[]*cel.Type{list, cel.IntType}, list, cel.BinaryBinding(removeAtIndex))),
		estimates(listCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (listsLib) ProgramOptions() []cel.ProgramOption { return nil }

func setAtIndex(args ...ref.Val) ref.Val {
	items, i, refusal := itemsAndIndex(args)
	switch {
	case refusal != nil:
		return refusal
	case len(args) != 3:
		return noOverload()
	case i < 0 || i >= len(items):
		return types.NewErr("lists.setAtIndex: index %d out of bounds [0, %d)", i, len(items))
	}
	items[i] = args[2]
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

// insertAtIndex appends when the index is the size of the list.
func insertAtIndex(args ...ref.Val) ref.Val {
	items, i, refusal := itemsAndIndex(args)
	switch {
	case refusal != nil:
		return refusal
	case len(args) != 3:
		return noOverload()
	case i < 0 || i > len(items):
		return types.NewErr("lists.insertAtIndex: index %d out of bounds [0, %d]", i, len(items))
	}
	return types.NewRefValList(types.DefaultTypeAdapter, slices.Insert(items, i, args[2]))
}

func removeAtIndex(list, index ref.Val) ref.Val {
	items, i, refusal := itemsAndIndex([]ref.Val{list, index})
	switch {
	case refusal != nil:
		return refusal
	case i < 0 || i >= len(items):
		return types.NewErr("lists.removeAtIndex: index %d out of bounds [0, %d)", i, len(items))
	}
	return types.NewRefValList(types.DefaultTypeAdapter, slices.Delete(items, i, i+1))
}

// itemsAndIndex are a new slice of a list's items and a position, or what is wrong with them.
func itemsAndIndex(args []ref.Val) (items []ref.Val, index int, refusal ref.Val) {
	if len(args) < 2 {
		return nil, 0, noOverload()
	}
	l, ok := args[0].(traits.Lister)
	i, ok2 := args[1].(types.Int)
	if !ok || !ok2 {
		return nil, 0, noOverload()
	}
	if refusal := tooMany(l); refusal != nil {
		return nil, 0, refusal
	}
	for it := l.Iterator(); it.HasNext() == types.True; {
		items = append(items, it.Next())
	}
	return items, int(i), nil
}
