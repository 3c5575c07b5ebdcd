package value

import (
	"math"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
)

func intOrString(data any) ref.Val {
	switch d := data.(type) {
	case string:
		return types.String(d)
	case int64:
		return types.Int(d)
	case int:
		return types.Int(d)
	case int32:
		return types.Int(d)
	}
	return types.NewErr("invalid data, expected XIntOrString value to be either a string or integer")
}

// text makes a string, or what the format says that the string stands for.
func text(data any, format string) ref.Val {
	s, ok := data.(string)
	if !ok {
		return types.NewErr("invalid data, expected string, got %T", data)
	}
	switch format {
	case "byte":
		var decoded strfmt.Base64
		if err := decoded.UnmarshalText([]byte(s)); err != nil {
			return types.NewErr("Invalid byte formatted string: %v", err) // not the text: it may be a Secret's
		}
		return types.Bytes(decoded)
	case "duration":
		d, err := strfmt.ParseDuration(s)
		if err != nil {
			return types.NewErr("Invalid duration %s: %v", s, err)
		}
		return types.Duration{Duration: d}
	case "date":
		d, err := time.Parse(strfmt.RFC3339FullDate, s)
		if err != nil {
			return types.NewErr("Invalid date formatted string %s: %v", s, err)
		}
		return types.Timestamp{Time: d}
	case "date-time":
		d, err := strfmt.ParseDateTime(s)
		if err != nil {
			return types.NewErr("Invalid date-time formatted string %s: %v", s, err)
		}
		return types.Timestamp{Time: time.Time(d)}
	}
	return types.String(s)
}

// number makes a double. JSON's whole numbers arrive as integers.
func number(data any) ref.Val {
	switch d := data.(type) {
	case float64:
		return types.Double(d)
	case int64:
		return types.Double(d)
	case int:
		return types.Double(d)
	case int32:
		return types.Double(d)
	case float32:
		return types.Double(d)
	}
	return types.NewErr("invalid data, expected float, got %T", data)
}

// integer makes an int. A decoder that knows only doubles gives whole ones.
func integer(data any) ref.Val {
	switch d := data.(type) {
	case int64:
		return types.Int(d)
	case int:
		return types.Int(d)
	case int32:
		return types.Int(d)
	case float64:
		// The largest int64 is no double; its neighbour 2^63 would overflow.
		if d == math.Trunc(d) && d >= math.MinInt64 && d < math.MaxInt64 {
			return types.Int(int64(d))
		}
		return types.NewErr("invalid data, expected int, got non-integer float %v", d)
	}
	return types.NewErr("invalid data, expected int, got %T", data)
}

func boolean(data any) ref.Val {
	if b, ok := data.(bool); ok {
		return types.Bool(b)
	}
	return types.NewErr("invalid data, expected bool, got %T", data)
}
