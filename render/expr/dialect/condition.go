package dialect

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// RuntimeVariable is the name of the variable that status.conditions expressions use.
const RuntimeVariable = "runtime"

// conditionName is the name of the type in messages and in [provider].
const conditionName = "kro.run.Condition"

// Condition is one entry of an instance's status.conditions. The empty one stands for
// a condition that an object does not have.
type Condition struct {
	Type    string
	Status  string // True, False or Unknown
	Reason  string
	Message string
}

// Runtime is the value of the variable runtime.
func Runtime() ref.Val { return runtimeValue{} }

// ConditionType is the static type of runtime.newCondition and runtime.condition.
func ConditionType() *types.Type { return types.NewObjectType(conditionName, traits.IndexerType) }

// IsCondition reports that a static type is the one of conditions.
func IsCondition(t *types.Type) bool { return t != nil && t.TypeName() == conditionName }

// Conditions are the conditions in the result of a status.conditions expression: one or a list of them.
func Conditions(v ref.Val) ([]Condition, error) {
	switch v := v.(type) {
	case condition:
		return []Condition{v.Condition}, nil
	case traits.Lister:
		var all []Condition
		for it := v.Iterator(); it.HasNext() == types.True; {
			c, ok := it.Next().(condition)
			if !ok {
				return nil, fmt.Errorf("a list of conditions holds something that is none")
			}
			all = append(all, c.Condition)
		}
		return all, nil
	}
	return nil, fmt.Errorf("want runtime.newCondition(...) or a list of them, got %s", v.Type().TypeName())
}

// condition is a [Condition] in CEL: opaque, but for its four fields.
type condition struct{ Condition }

var _ traits.Indexer = condition{}

// ConvertToNative is refused: a condition cannot be part of an object.
func (condition) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("type conversion error from %s to %v", conditionName, t)
}

// ConvertToType knows nothing but the type itself.
func (c condition) ConvertToType(t ref.Type) ref.Val {
	switch t.TypeName() {
	case conditionName:
		return c
	case types.TypeType.TypeName():
		return ConditionType()
	}
	return types.NewErr("type conversion error from %s to %s", conditionName, t.TypeName())
}

// Equal compares all fields.
func (c condition) Equal(other ref.Val) ref.Val {
	o, ok := other.(condition)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Bool(c == o)
}

// Type is [ConditionType].
func (condition) Type() ref.Type { return ConditionType() }

// Value is the [Condition].
func (c condition) Value() any { return c.Condition }

// Get is a field.
func (c condition) Get(field ref.Val) ref.Val {
	name, ok := field.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(field)
	}
	if at := c.field(string(name)); at != nil {
		return types.String(*at)
	}
	return types.NewErr("no such field: %s", name)
}

func (c *Condition) field(name string) *string {
	switch name {
	case "type":
		return &c.Type
	case "status":
		return &c.Status
	case "reason":
		return &c.Reason
	case "message":
		return &c.Message
	}
	return nil
}

func conditionFields() []string { return []string{"type", "status", "reason", "message"} }

// provider knows the fields of conditions, so that a misspelt one does not compile.
// Types of other packages are layered on top of it.
type provider struct{ types.Provider }

// FindStructType finds the type by its name.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if name == conditionName {
		return types.NewTypeTypeWithParam(ConditionType()), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if name == conditionName {
		return conditionFields(), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType finds the type of a field, which is string.
func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == conditionName {
		if new(Condition).field(field) == nil {
			return nil, false
		}
		return &types.FieldType{Type: types.StringType}, true
	}
	return p.Provider.FindStructFieldType(name, field)
}

// runtimeValue has two functions and no other use.
type runtimeValue struct{}

func runtimeType() *types.Type { return cel.ObjectType("kro.run.Runtime") }

// ConvertToNative is refused.
func (runtimeValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("type conversion error from kro.run.Runtime to %v", t)
}

// ConvertToType knows nothing but the type itself.
func (r runtimeValue) ConvertToType(t ref.Type) ref.Val {
	switch t.TypeName() {
	case runtimeType().TypeName():
		return r
	case types.TypeType.TypeName():
		return runtimeType()
	}
	return types.NewErr("type conversion error from kro.run.Runtime to %s", t.TypeName())
}

// Equal is true: there is only one.
func (runtimeValue) Equal(other ref.Val) ref.Val { return types.Bool(other == Runtime()) }

// Type is the type of the variable.
func (runtimeValue) Type() ref.Type { return runtimeType() }

// Value is of no use.
func (r runtimeValue) Value() any { return r }
