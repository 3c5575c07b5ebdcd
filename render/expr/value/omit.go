package value

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Omitted stands in the data of [ToJSON] for a field or item that omit() removes.
type Omitted struct{}

// Omit is the value of omit(). It can be passed on, and nothing else.
func Omit() ref.Val { return omit{} }

type omit struct{}

// omitType is the type of the value of omit(); no expression can name it.
func omitType() *types.Type { return types.NewObjectType("kro.omit") }

// ConvertToNative gives [Omitted].
func (omit) ConvertToNative(t reflect.Type) (any, error) {
	if t.Kind() == reflect.Interface || t == reflect.TypeFor[Omitted]() {
		return Omitted{}, nil
	}
	return nil, fmt.Errorf("omit() cannot become a %v", t)
}

// ConvertToType knows nothing but the type itself.
func (omit) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return omitType()
	}
	return types.NewErr("omit() cannot become a %s", t.TypeName())
}

// Equal is an error: what is removed has no value to compare.
func (omit) Equal(ref.Val) ref.Val {
	return types.NewErr("omit() removes a field and cannot be compared")
}

// Type is the type of the value of omit().
func (omit) Type() ref.Type { return omitType() }

// Value is [Omitted].
func (omit) Value() any { return Omitted{} }
