package dialect

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// maxText is the length of the longest text that fits into a request to the API server.
const maxText = 3 << 20

// randomLib is the library of random.seededString and random.seededInt.
type randomLib struct{}

// LibraryName is the name under which kro registers the library.
func (randomLib) LibraryName() string { return "random" }

// CompileOptions declares the functions.
func (randomLib) CompileOptions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("random.seededString", cel.Overload("random.seededString_int_string",
			[]*cel.Type{cel.IntType, cel.StringType}, cel.StringType, cel.BinaryBinding(seededString))),
		cel.Function("random.seededInt", cel.Overload("random.seededInt_int_int_string",
			[]*cel.Type{cel.IntType, cel.IntType, cel.StringType}, cel.IntType, cel.FunctionBinding(seededInt))),
		estimates(randomCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (randomLib) ProgramOptions() []cel.ProgramOption { return nil }

// seededString spells the digest of the seed in letters and digits. Four bytes make a
// character, so the text repeats after eight, as in kro.
func seededString(length, seed ref.Val) ref.Val {
	n, ok := length.(types.Int)
	s, ok2 := seed.(types.String)
	switch {
	case !ok || !ok2:
		return noOverload()
	case n <= 0:
		return types.NewErr("random.seededString length must be positive")
	case n > maxText:
		return types.NewErr("random.seededString length must not exceed %d, the size of the largest object", maxText)
	}
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	digest := sha256.Sum256([]byte(s))
	text := make([]byte, n)
	for i := range text {
		at := 4 * i % len(digest)
		text[i] = alphabet[binary.BigEndian.Uint32(digest[at:])%uint32(len(alphabet))]
	}
	return types.String(text)
}

// seededInt is a number from the interval that holds its lower but not its upper bound.
func seededInt(args ...ref.Val) ref.Val {
	if len(args) != 3 {
		return noOverload()
	}
	low, ok := args[0].(types.Int)
	high, ok2 := args[1].(types.Int)
	seed, ok3 := args[2].(types.String)
	if !ok || !ok2 || !ok3 {
		return noOverload()
	}
	if low >= high {
		return types.NewErr("random.seededInt min must be less than max")
	}
	digest := sha256.Sum256([]byte(seed))
	// The difference of two int64 fits into a uint64, and the sum is below high again.
	width := uint64(high) - uint64(low)                  //nolint:gosec // wraps on purpose
	offset := binary.BigEndian.Uint64(digest[:]) % width // width is positive
	return types.Int(uint64(low) + offset)               //nolint:gosec // wraps back
}
