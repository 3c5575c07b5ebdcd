package value

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// ErrUnsupported is the cause of every error of [ToJSON]: a value that cannot be part of an object.
var ErrUnsupported = errors.New("unsupported type")

// ToJSON makes the data that an expression's result puts into an object: nil, bool,
// int64, float64, string, []any, map[string]any, and inside or instead of them [Omitted] and
// holes (*types.Unknown). It shares no memory with anything that the expression saw.
//
// As in kro, an empty optional is null, a duration is Go's text, a timestamp loses its
// fraction and its zone, and bytes are refused (docs/compat/kro.md#results). Errors do
// not quote values, which may be secret.
func ToJSON(v ref.Val) (any, error) { return converter{strict: true}.value(v) }

// ToNative is [ToJSON] for encoding/json: bytes and large unsigned integers are kept as they are.
func ToNative(v ref.Val) (any, error) { return converter{}.value(v) }

// maxItems bounds the lists that are converted: concatenation costs nothing, so that a
// short expression makes lists of any size.
const maxItems = 1_000_000

type converter struct{ strict bool }

func (c converter) value(v ref.Val) (any, error) {
	switch v := v.(type) {
	case nil, types.Null:
		return nil, nil
	case types.Bool:
		return bool(v), nil
	case types.Int:
		return int64(v), nil
	case types.String:
		return string(v), nil
	case types.Double:
		return c.double(float64(v))
	case types.Uint:
		return c.unsigned(uint64(v))
	case types.Bytes:
		return c.bytes(v)
	case types.Duration:
		return v.String(), nil
	case types.Timestamp:
		return timestamp(v.Time), nil
	case *types.Optional:
		if !v.HasValue() {
			return nil, nil
		}
		return c.value(v.GetValue())
	case *types.Unknown:
		return v, nil
	case omit:
		return Omitted{}, nil
	}
	return c.composite(v)
}

func (c converter) composite(v ref.Val) (any, error) {
	switch v := v.(type) {
	case *object:
		return v.plain(), nil // the data, not what it means: a map of Secret data stays encoded
	case *free:
		return v.plain(), nil
	case traits.Lister:
		return c.list(v)
	case traits.Mapper:
		return c.mapping(v)
	case *types.Err:
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, v)
	}
	return nil, fmt.Errorf("%w: a value of type %s cannot be part of an object", ErrUnsupported, v.Type().TypeName())
}

func (c converter) double(d float64) (any, error) {
	if c.strict && (math.IsNaN(d) || math.IsInf(d, 0)) {
		return nil, fmt.Errorf("%w: JSON has no number %v", ErrUnsupported, d)
	}
	return d, nil
}

func (c converter) unsigned(u uint64) (any, error) {
	switch {
	case !c.strict:
		return u, nil
	case u > math.MaxInt64:
		return nil, fmt.Errorf("%w: the unsigned number %d is too large; convert it explicitly, e.g. string(...)", ErrUnsupported, u)
	}
	return int64(u), nil
}

func (c converter) bytes(b types.Bytes) (any, error) {
	if !c.strict {
		return slices.Clone([]byte(b)), nil
	}
	return nil, fmt.Errorf("%w: bytes cannot be part of an object; encode them explicitly, e.g. base64.encode(...)", ErrUnsupported)
}

// timestamp is what metav1.Time makes of a time: the zero time is null.
func timestamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func (c converter) list(l traits.Lister) (any, error) {
	if n := size(l); n > maxItems {
		return nil, fmt.Errorf("%w: a list of %d items is too long, the limit is %d", ErrUnsupported, n, maxItems)
	}
	all := make([]any, 0, size(l))
	for it := l.Iterator(); it.HasNext() == types.True; {
		v, err := c.value(it.Next())
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func (c converter) mapping(m traits.Mapper) (any, error) {
	if data, ok := m.Value().(map[string]any); ok {
		return copied(data), nil
	}
	keys := make(map[string]ref.Val, size(m))
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		k, ok := key.(types.String)
		if !ok {
			return nil, fmt.Errorf("%w: the keys of a map must be strings, and this one is of type %s", ErrUnsupported, key.Type().TypeName())
		}
		keys[string(k)] = key
	}
	all := make(map[string]any, len(keys))
	for _, k := range slices.Sorted(maps.Keys(keys)) { // in order, so that of several errors the same one is found
		v, err := c.value(m.Get(keys[k]))
		if err != nil {
			return nil, err
		}
		all[k] = v
	}
	return all, nil
}

// copied is a deep copy of data. Holes are shared, they are immutable.
func copied(data any) any {
	switch d := data.(type) {
	case map[string]any:
		m := make(map[string]any, len(d))
		for k, v := range d {
			m[k] = copied(v)
		}
		return m
	case []any:
		l := make([]any, len(d))
		for i, v := range d {
			l[i] = copied(v)
		}
		return l
	case container:
		return d.plain()
	}
	return data
}

// plain is a copy of an entry's data, with holes if the entry is not known as a whole.
func plain(data any, wrap func() ref.Val) any {
	if !nested(data) {
		return data
	}
	if c, ok := wrap().(container); ok {
		return c.plain()
	}
	return copied(data)
}

// Holes are the reasons of all holes in the data of [ToJSON], sorted, each once.
func Holes(data any) []Path {
	if u := scan(data, nil); u != nil {
		return Paths(u)
	}
	return nil
}
