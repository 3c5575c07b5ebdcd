package guard

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// Bounds of single calls. Nothing that fits into an object comes near them
// (docs/compat/kro.md#limits).
const (
	maxResult   = 16 << 20 // bytes of a text that a function makes
	maxCompared = 5_000    // of a list whose items are all compared with each other
	maxExponent = 1_000    // of a quantity
	maxDigits   = 10_000   // bytes of a quantity
)

// Functions are the names of the functions that are guarded.
func Functions() []string {
	return []string{"distinct", "format", "isQuantity", "join", "quantity", "replace"}
}

// check refuses the arguments of a call, by an error, or allows them by nil.
type check func(args []ref.Val) ref.Val

// checkOf is the check of a function, or nil.
func checkOf(function string) check {
	switch function {
	case "replace":
		return checkReplace
	case "join":
		return checkJoin
	case "format":
		return checkFormat
	case "distinct":
		return checkDistinct
	case "quantity", "isQuantity":
		return checkQuantity
	}
	return nil
}

// Calls are the implementations of guarded functions in an environment, by overload. It is
// immutable.
type Calls map[string]*functions.Overload

// For looks up the implementations of those of some functions that are guarded. An error is a
// defect of this program.
func For(env *cel.Env, names []string) (Calls, error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return checkOf(name) == nil })
	if len(names) == 0 {
		return nil, nil
	}
	all := env.Functions() // a copy, and not a small one
	g := Calls{}
	for _, name := range names {
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

// Wrap is a call with its check in front. Where the check refuses the arguments, the result is
// an error, of which refused is told first; refused may be nil.
func (g Calls) Wrap(call interpreter.InterpretableCall, refused func(error)) interpreter.InterpretableCall {
	check := checkOf(call.Function())
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
			if err, ok := refusal.(*types.Err); ok && refused != nil {
				refused(err)
			}
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
		return types.NewErr("no such overload")
	})
}

// checkReplace bounds the text that replace makes.
func checkReplace(args []ref.Val) ref.Val {
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

// checkJoin bounds the text that join makes.
func checkJoin(args []ref.Val) ref.Val {
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

// checkFormat bounds the text that format makes, roughly: other values than texts are short.
func checkFormat(args []ref.Val) ref.Val {
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

// checkDistinct bounds the number of comparisons.
func checkDistinct(args []ref.Val) ref.Val {
	list, ok := args[0].(traits.Sizer)
	if !ok {
		return nil
	}
	if n, ok := list.Size().(types.Int); ok && n > maxCompared {
		return types.NewErr("distinct would compare %d items with each other, more than %d", n, maxCompared)
	}
	return nil
}

// checkQuantity refuses what [Quantity] does.
func checkQuantity(args []ref.Val) ref.Val {
	s, ok := args[0].(types.String)
	if !ok {
		return nil
	}
	if err := Quantity(string(s)); err != nil {
		return types.WrapErr(err)
	}
	return nil
}

// Quantity refuses the text of a number that Kubernetes would compute digit by digit, and then
// refuse or round. It does not say whether the text is a quantity.
func Quantity(text string) error {
	if len(text) > maxDigits {
		return fmt.Errorf("a quantity of %d characters is too long", len(text))
	}
	at := strings.LastIndexAny(text, "eE")
	if at < 0 {
		return nil
	}
	exponent, err := strconv.Atoi(text[at+1:])
	if err != nil && !isRange(err) {
		return nil // not an exponent, and so an error or a suffix of Kubernetes
	}
	if err != nil || exponent > maxExponent || exponent < -maxExponent {
		return fmt.Errorf("a quantity with an exponent beyond %d is out of range", maxExponent)
	}
	return nil
}

func isRange(err error) bool {
	var number *strconv.NumError
	return errors.As(err, &number) && errors.Is(number.Err, strconv.ErrRange)
}
