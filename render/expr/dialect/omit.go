package dialect

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/expr/value"
)

// omitLib is the library of omit(). Where it may be used is not for the dialect to say.
type omitLib struct{}

// LibraryName is the name under which kro registers the library.
func (omitLib) LibraryName() string { return "kro.omit" }

// CompileOptions declares the function.
func (omitLib) CompileOptions() []cel.EnvOption {
	return []cel.EnvOption{cel.Function("omit", cel.Overload("omit_void", nil, cel.DynType,
		cel.FunctionBinding(func(...ref.Val) ref.Val { return value.Omit() })))}
}

// ProgramOptions is empty: a call costs one.
func (omitLib) ProgramOptions() []cel.ProgramOption { return nil }
