package dialect

import (
	"crypto/md5" //nolint:gosec // kro has it; for names and checksums, not for secrets
	"crypto/sha256"
	"hash/fnv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// hashLib is the library of digests. They are bytes, so that an object can only take them encoded.
type hashLib struct{}

// LibraryName is the name under which kro registers the library.
func (hashLib) LibraryName() string { return "hash" }

// CompileOptions declares the functions.
func (hashLib) CompileOptions() []cel.EnvOption {
	return []cel.EnvOption{
		digest("fnv64a", func(text []byte) []byte {
			h := fnv.New64a()
			_, _ = h.Write(text) // a hash takes everything
			return h.Sum(nil)
		}),
		digest("sha256", func(text []byte) []byte {
			sum := sha256.Sum256(text)
			return sum[:]
		}),
		digest("md5", func(text []byte) []byte {
			sum := md5.Sum(text) //nolint:gosec // see the import
			return sum[:]
		}),
		estimates(hashCosts()),
	}
}

// ProgramOptions are none: [Limit] tracks the cost.
func (hashLib) ProgramOptions() []cel.ProgramOption { return nil }

func digest(name string, sum func([]byte) []byte) cel.EnvOption {
	return cel.Function("hash."+name, cel.Overload("hash."+name+"_string", []*cel.Type{cel.StringType}, cel.BytesType,
		cel.UnaryBinding(func(v ref.Val) ref.Val {
			s, ok := v.(types.String)
			if !ok {
				return types.MaybeNoSuchOverloadErr(v)
			}
			return types.Bytes(sum([]byte(s)))
		})))
}
