package dialect

import (
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

// ProgramOptions tracks the cost, that of CEL's own functions that compare all items included.
func (listsLib) ProgramOptions() []cel.ProgramOption {
	return append(trackers(listCosts()), trackers(comparingCosts())...)
}

func setAtIndex(args ...ref.Val) ref.Val {
	l, i, ok := listAndIndex(args)
	if !ok || len(args) != 3 {
		return noOverload()
	}
	items := itemsOf(l)
	if i < 0 || i >= int64(len(items)) {
		return types.NewErr("lists.setAtIndex: index %d out of bounds [0, %d)", i, len(items))
	}
	items[i] = args[2]
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

// insertAtIndex appends when the index is the size of the list.
func insertAtIndex(args ...ref.Val) ref.Val {
	l, i, ok := listAndIndex(args)
	if !ok || len(args) != 3 {
		return noOverload()
	}
	items := itemsOf(l)
	if i < 0 || i > int64(len(items)) {
		return types.NewErr("lists.insertAtIndex: index %d out of bounds [0, %d]", i, len(items))
	}
	items = append(items, nil)
	copy(items[i+1:], items[i:])
	items[i] = args[2]
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

func removeAtIndex(list, index ref.Val) ref.Val {
	l, i, ok := listAndIndex([]ref.Val{list, index})
	if !ok {
		return noOverload()
	}
	items := itemsOf(l)
	if i < 0 || i >= int64(len(items)) {
		return types.NewErr("lists.removeAtIndex: index %d out of bounds [0, %d)", i, len(items))
	}
	return types.NewRefValList(types.DefaultTypeAdapter, append(items[:i], items[i+1:]...))
}

func listAndIndex(args []ref.Val) (traits.Lister, int64, bool) {
	if len(args) < 2 {
		return nil, 0, false
	}
	l, ok := args[0].(traits.Lister)
	i, ok2 := args[1].(types.Int)
	return l, int64(i), ok && ok2
}

// itemsOf is a new slice of a list's items.
func itemsOf(l traits.Lister) []ref.Val {
	var items []ref.Val
	for it := l.Iterator(); it.HasNext() == types.True; {
		items = append(items, it.Next())
	}
	return items
}
