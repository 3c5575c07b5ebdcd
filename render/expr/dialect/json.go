package dialect

import (
	"encoding/json"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/expr/value"
)

// jsonLib is the library of json.marshal and json.unmarshal; json.encode is CEL's own.
type jsonLib struct{}

// LibraryName is the name under which kro registers the library.
func (jsonLib) LibraryName() string { return "json" }

// CompileOptions declares the functions.
func (jsonLib) CompileOptions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("json.unmarshal", cel.Overload("json.unmarshal_string",
			[]*cel.Type{cel.StringType}, cel.DynType, cel.UnaryBinding(unmarshal))),
		cel.Function("json.marshal", cel.Overload("json.marshal_dyn",
			[]*cel.Type{cel.DynType}, cel.StringType, cel.UnaryBinding(marshal))),
		estimates(jsonCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (jsonLib) ProgramOptions() []cel.ProgramOption { return nil }

// unmarshal reads JSON. All numbers are doubles.
func unmarshal(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	var data any
	if err := json.Unmarshal([]byte(s), &data); err != nil {
		return types.NewErr("json.unmarshal failed to parse JSON: %v", err)
	}
	return value.Raw(data)
}

// marshal writes JSON as Go does: keys in order, no white space, <, > and & escaped, bytes in base64.
func marshal(v ref.Val) ref.Val {
	data, err := value.ToNative(v)
	if err != nil {
		return types.NewErr("json.marshal failed to convert value: %v", err)
	}
	if holes := value.Holes(data); holes != nil {
		return value.NewUnknown(holes...)
	}
	text, err := json.Marshal(data)
	if err != nil {
		return types.NewErr("json.marshal failed to encode value: %v", err)
	}
	return types.String(text)
}
