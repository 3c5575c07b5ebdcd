package dialect

import (
	"errors"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// Bounds of single calls. The limit of an expression's cost is checked behind a call, so it
// does not help against one call that takes forever or all memory. Nothing that fits into an
// object comes near them (docs/compat/kro.md#limits).
const (
	maxResult   = 16 << 20  // bytes of a text that a function makes
	maxItems    = 1_000_000 // of a list that a function goes through; lists.range has the same bound
	maxCompared = 5_000     // of a list whose items are all compared with each other
	maxExponent = 1_000     // of a quantity
	maxDigits   = 10_000    // of a quantity
)

// guard refuses the arguments of a call, by an error, or allows them by nil.
type guard func(args []ref.Val) ref.Val

// guardOf is the guard of a function, or nil.
func guardOf(function string) guard {
	switch function {
	case "replace":
		return guardReplace
	case "join":
		return guardJoin
	case "format":
		return guardFormat
	case "distinct":
		return guardDistinct
	case "quantity", "isQuantity":
		return guardQuantity
	}
	return nil
}

// guards are the implementations of the guarded functions of an environment, by overload.
type guards map[string]*functions.Overload

// guardsOf looks up the implementations of the guarded functions among the given ones.
func guardsOf(env *cel.Env, names map[string]bool) (guards, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := env.Functions() // a copy, and not a small one
	g := guards{}
	for name := range names {
		f := all[name]
		if f == nil {
			continue
		}
		bindings, err := f.Bindings()
		if err != nil {
			return nil, err
		}
		for _, b := range bindings {
			g[b.Operator] = b
		}
	}
	return g, nil
}

// wrap is the call with its guard in front.
func (g guards) wrap(call interpreter.InterpretableCall) interpreter.InterpretableCall {
	check := guardOf(call.Function())
	if check == nil {
		return call
	}
	impl := g[call.OverloadID()]
	if impl == nil {
		impl = g[call.Function()]
	}
	if impl == nil {
		return call
	}
	args := call.Args()
	return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), args, func(args ...ref.Val) ref.Val {
		if refusal := check(args); refusal != nil {
			return refusal
		}
		switch {
		case len(args) == 1 && impl.Unary != nil:
			return impl.Unary(args[0])
		case len(args) == 2 && impl.Binary != nil:
			return impl.Binary(args[0], args[1])
		case impl.Function != nil:
			return impl.Function(args...)
		}
		return noOverload()
	})
}

// guardReplace bounds the text that replace makes.
func guardReplace(args []ref.Val) ref.Val {
	text, ok := args[0].(types.String)
	old, ok2 := args[1].(types.String)
	with, ok3 := args[2].(types.String)
	if !ok || !ok2 || !ok3 {
		return nil
	}
	count := strings.Count(string(text), string(old))
	if len(args) == 4 {
		if n, ok := args[3].(types.Int); ok && n >= 0 {
			count = min(count, int(n))
		}
	}
	return tooLong("replace", len(text)+count*max(len(with)-len(old), 0))
}

// guardJoin bounds the text that join makes.
func guardJoin(args []ref.Val) ref.Val {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return nil
	}
	separator := 0
	if len(args) == 2 {
		s, _ := args[1].(types.String)
		separator = len(s)
	}
	sum := 0
	for it := list.Iterator(); it.HasNext() == types.True && sum <= maxResult; {
		s, _ := it.Next().(types.String)
		sum += len(s) + separator
	}
	return tooLong("join", sum)
}

// guardFormat bounds the text that format makes, roughly: other values than texts are short.
func guardFormat(args []ref.Val) ref.Val {
	sum := 0
	for _, a := range args {
		sum += textSize(a, maxResult-sum)
	}
	return tooLong("format", sum)
}

// textSize is about the number of bytes of a value as text. It stops counting at a bound.
func textSize(v ref.Val, bound int) int {
	switch v := v.(type) {
	case types.String:
		return len(v)
	case types.Bytes:
		return len(v)
	case traits.Lister:
		sum := 0
		for it := v.Iterator(); it.HasNext() == types.True && sum <= bound; {
			sum += 2 + textSize(it.Next(), bound-sum)
		}
		return sum
	case traits.Mapper:
		sum := 0
		for it := v.Iterator(); it.HasNext() == types.True && sum <= bound; {
			k := it.Next()
			sum += 4 + textSize(k, bound-sum) + textSize(v.Get(k), bound-sum)
		}
		return sum
	}
	return 1
}

func tooLong(function string, size int) ref.Val {
	if size > maxResult {
		return types.NewErr("%s would make a text of more than %d bytes", function, maxResult)
	}
	return nil
}

// guardDistinct bounds the number of comparisons.
func guardDistinct(args []ref.Val) ref.Val {
	if n := length(args[0]); n > maxCompared {
		return types.NewErr("distinct would compare %d items with each other, more than %d", n, maxCompared)
	}
	return nil
}

// guardQuantity refuses numbers that Kubernetes computes digit by digit.
func guardQuantity(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return nil
	}
	if len(s) > maxDigits {
		return types.NewErr("a quantity of %d characters is too long", len(s))
	}
	at := strings.LastIndexAny(string(s), "eE")
	if at < 0 {
		return nil
	}
	exponent, err := strconv.Atoi(string(s[at+1:]))
	if err != nil && !isRange(err) {
		return nil // not an exponent, and so an error or a suffix of Kubernetes
	}
	if err != nil || exponent > maxExponent || exponent < -maxExponent {
		return types.NewErr("a quantity with an exponent beyond %d is out of range", maxExponent)
	}
	return nil
}

func isRange(err error) bool {
	var number *strconv.NumError
	return errors.As(err, &number) && errors.Is(number.Err, strconv.ErrRange)
}

// tooMany refuses a list that takes too long to go through: concatenation costs
// nothing, so that a short expression makes lists of any size.
func tooMany(v ref.Val) ref.Val {
	if l, ok := v.(traits.Lister); ok {
		if n := length(l); n > maxItems {
			return types.NewErr("a list of %d items is too long, the limit is %d", n, maxItems)
		}
	}
	return nil
}
