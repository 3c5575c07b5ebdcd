package dialect

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// runtimeLib is the library of runtime.newCondition and runtime.condition.
type runtimeLib struct{}

// LibraryName is the name under which kro registers the library.
func (runtimeLib) LibraryName() string { return "kro.runtime" }

// CompileOptions declares the variable, its functions and the macro.
func (runtimeLib) CompileOptions() []cel.EnvOption {
	fields := cel.MapType(cel.StringType, cel.StringType)
	return []cel.EnvOption{
		cel.Variable(RuntimeVariable, runtimeType()),
		// Without CEL's own check of types, which looks at one entry of a map by chance.
		cel.Function("newCondition", decls.DisableTypeGuards(true), cel.MemberOverload("runtime_newCondition_map",
			[]*cel.Type{runtimeType(), fields}, ConditionType(), cel.BinaryBinding(newCondition))),
		cel.Function("condition", cel.MemberOverload("runtime_condition_dyn_string",
			[]*cel.Type{runtimeType(), cel.DynType, cel.StringType}, ConditionType(), cel.FunctionBinding(findCondition))),
		cel.Macros(cel.ReceiverMacro("newCondition", 1, expandNewCondition)),
		estimates(runtimeCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (runtimeLib) ProgramOptions() []cel.ProgramOption { return nil }

// expandNewCondition turns the bare names of {type: …, status: …} into strings. On
// another receiver than runtime the call is none of our business.
func expandNewCondition(factory cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	if target.Kind() != ast.IdentKind || target.AsIdent() != RuntimeVariable {
		return nil, nil
	}
	if args[0].Kind() != ast.MapKind {
		return nil, factory.NewError(args[0].ID(), "runtime.newCondition: argument must be a map literal")
	}
	seen := map[string]bool{}
	var fields []ast.EntryExpr
	for _, e := range args[0].AsMap().Entries() {
		key, fault := conditionField(e.AsMapEntry().Key(), seen)
		if fault != "" {
			return nil, factory.NewError(e.AsMapEntry().Key().ID(), "runtime.newCondition: "+fault)
		}
		seen[key] = true
		fields = append(fields, factory.NewMapEntry(factory.NewLiteral(types.String(key)), e.AsMapEntry().Value(), false))
	}
	for _, required := range []string{"type", "status"} {
		if !seen[required] {
			return nil, factory.NewError(args[0].ID(), fmt.Sprintf("runtime.newCondition: '%s' is required", required))
		}
	}
	return factory.NewMemberCall("newCondition", target, factory.NewMap(fields...)), nil
}

// conditionField is the name of a field, or what is wrong with it.
func conditionField(key ast.Expr, seen map[string]bool) (name, fault string) {
	if key.Kind() != ast.IdentKind {
		return "", "keys must be bare identifiers (type, status, reason, message); quoted or computed keys are not allowed"
	}
	name = key.AsIdent()
	switch {
	case !slices.Contains(conditionFields(), name):
		return "", fmt.Sprintf("unknown key %q (allowed: type, status, reason, message)", name)
	case seen[name]:
		return "", fmt.Sprintf("duplicate key %q", name)
	}
	return name, ""
}

// newCondition makes a condition from the map that the macro wrote.
func newCondition(_, fields ref.Val) ref.Val {
	m, ok := fields.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(fields)
	}
	var c condition
	for _, name := range conditionFields() {
		v, ok := m.Find(types.String(name))
		if !ok {
			continue
		}
		s, ok := v.(types.String)
		if !ok {
			return types.ValOrErr(v, "runtime.newCondition: %s must be a string, got %s", name, v.Type().TypeName())
		}
		*c.field(name) = string(s)
	}
	switch {
	case c.Condition.Type == "":
		return types.NewErr("runtime.newCondition: type must not be empty")
	case !IsConditionStatus(c.Status):
		return types.NewErr("runtime.newCondition: status must be one of True, False, Unknown (got %q)", c.Status)
	}
	return c
}

// IsConditionStatus reports a valid status of a condition.
func IsConditionStatus(s string) bool { return s == "True" || s == "False" || s == "Unknown" }

// findCondition looks for a condition of a type in an object's status.
func findCondition(args ...ref.Val) ref.Val {
	if len(args) != 3 {
		return noOverload()
	}
	wanted, ok := args[2].(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(args[2])
	}
	list, fault := conditionsOf(args[1])
	if fault != nil || list == nil {
		return orEmpty(fault)
	}
	for it := list.Iterator(); it.HasNext() == types.True; {
		switch c := it.Next().(type) {
		case condition:
			if c.Condition.Type == string(wanted) {
				return c
			}
		case traits.Mapper:
			if found := readCondition(c, string(wanted)); found != nil {
				return found
			}
		default:
			return types.ValOrErr(c, "runtime.condition: unexpected condition element type %s", c.Type().TypeName())
		}
	}
	return condition{}
}

func orEmpty(fault ref.Val) ref.Val {
	if fault != nil {
		return fault
	}
	return condition{}
}

// conditionsOf is obj.status.conditions, or nil when there is none.
func conditionsOf(object ref.Val) (list traits.Lister, fault ref.Val) {
	m, ok := object.(traits.Mapper)
	if !ok {
		return nil, types.ValOrErr(object, "runtime.condition: obj must be an object, got %s", object.Type().TypeName())
	}
	status, ok := m.Find(types.String("status"))
	if !ok {
		return nil, nil
	}
	if m, ok = status.(traits.Mapper); !ok {
		return nil, types.ValOrErr(status, "runtime.condition: obj.status must be an object")
	}
	conditions, ok := m.Find(types.String("conditions"))
	if !ok {
		return nil, nil
	}
	if list, ok = conditions.(traits.Lister); !ok {
		return nil, types.ValOrErr(conditions, "runtime.condition: obj.status.conditions must be a list")
	}
	return list, nil
}

// readCondition is a condition of the wanted type, an unknown, or nil when it is of another type. Fields that are no strings are empty.
func readCondition(m traits.Mapper, wanted string) ref.Val {
	var c condition
	for _, name := range conditionFields() {
		v, _ := m.Find(types.String(name))
		switch v := v.(type) {
		case types.String:
			*c.field(name) = string(v)
		case *types.Unknown:
			return v
		}
		if name == "type" && c.Condition.Type != wanted {
			return nil
		}
	}
	return c
}
