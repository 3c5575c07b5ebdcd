package emit

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// UnsupportedError says that a value has no JSON form.
type UnsupportedError struct {
	Path  string // from the object, as in ".spec.ports[0]"
	Value any
}

// Error is the text of the error.
func (e *UnsupportedError) Error() string {
	if f, ok := e.Value.(float64); ok {
		return fmt.Sprintf("%s: the number %v has no JSON form", e.Path, f)
	}
	return fmt.Sprintf("%s: a value of type %T has no JSON form", e.Path, e.Value)
}

// under adds the step that led to the failing value. Only failures pay for paths.
func under(step string, err error) error {
	if unsupported, ok := errors.AsType[*UnsupportedError](err); ok {
		unsupported.Path = step + unsupported.Path
	}
	return err
}

func underKey(key string, err error) error { return under("."+key, err) }

func underIndex(i int, err error) error { return under("["+strconv.Itoa(i)+"]", err) }

// atom writes what YAML and JSON spell alike: null, booleans and numbers.
func (e *encoder) atom(value any) error {
	switch v := value.(type) {
	case nil:
		e.buf = append(e.buf, "null"...)
	case bool:
		e.buf = strconv.AppendBool(e.buf, v)
	case int64:
		e.buf = strconv.AppendInt(e.buf, v, 10)
	case int:
		e.buf = strconv.AppendInt(e.buf, int64(v), 10)
	case uint64:
		e.buf = strconv.AppendUint(e.buf, v, 10)
	case float64:
		return e.float(v)
	default:
		return &UnsupportedError{Value: value}
	}
	return nil
}

// float writes a number as encoding/json does, so that a whole number looks like an
// integer: in JSON, and for the API server, it is one.
func (e *encoder) float(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return &UnsupportedError{Value: f}
	}
	if f == 0 {
		f = 0 // without the sign of -0, which no integer has
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	e.buf = strconv.AppendFloat(e.buf, f, format, -1, 64)
	return nil
}
