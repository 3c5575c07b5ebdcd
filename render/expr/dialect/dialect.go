package dialect

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"k8s.io/apiserver/pkg/cel/library"
)

// New builds the environment. It declares one variable, runtime. An error is a defect of
// this program, not of any input.
func New() (*cel.Env, error) {
	return cel.NewEnv(
		// In the order of kro's BaseDeclarations, because a later overload may collide with an earlier one.
		ext.TwoVarComprehensions(),
		ext.Lists(),
		ext.Strings(),
		ext.Bindings(),
		cel.OptionalTypes(),
		ext.Encoders(),
		library.Lists(),
		library.URLs(),
		library.Regex(),
		library.Quantity(),
		library.IP(),
		library.CIDR(),
		library.SemverLib(),
		cel.Lib(randomLib{}),
		cel.Lib(mapsLib{}),
		cel.Lib(jsonLib{}),
		cel.Lib(hashLib{}),
		cel.Lib(listsLib{}),
		cel.Lib(omitLib{}),
		cel.Lib(runtimeLib{}),
		// Instead of CEL's full registry, as kro does for typed environments; it is also cheaper to extend.
		cel.CustomTypeProvider(provider{types.NewEmptyRegistry()}),
	)
}

// noOverload is the error for arguments of wrong types. It is a new one each time: CEL
// writes into errors where they came from.
func noOverload() ref.Val { return types.NewErr("no such overload") }
