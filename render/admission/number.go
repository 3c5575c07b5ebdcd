package admission

import (
	"math"
	"strconv"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
)

// numbers bounds numbers the way the API server does, which knows whole numbers and
// fractions apart.
type numbers struct {
	integer bool // the type is integer and nothing else
	narrow  bool // the format has 32 bits
	minimum *bound
	maximum *bound
	factor  *bound // of multipleOf
	// broken names a bound that does not fit the type; then no number is valid.
	broken string
}

// bound is a limit as a float and, for whole numbers, with its fraction cut off.
type bound struct {
	float    float64
	whole    int64
	excluded bool
}

func newBound(f *float64, excluded bool) *bound {
	if f == nil {
		return nil
	}
	b := &bound{float: *f, excluded: excluded}
	switch {
	case *f >= math.MaxInt64:
		b.whole = math.MaxInt64
	case *f <= math.MinInt64:
		b.whole = math.MinInt64
	default:
		b.whole = int64(*f)
	}
	return b
}

func newNumbers(p *apiextensions.JSONSchemaProps, t types, format string) *numbers {
	n := &numbers{
		integer: t == isInteger,
		minimum: newBound(p.Minimum, p.ExclusiveMinimum),
		maximum: newBound(p.Maximum, p.ExclusiveMaximum),
		factor:  newBound(p.MultipleOf, false),
	}
	n.narrow = (n.integer && format == "int32") || (t == isNumber && format == "float")
	switch {
	case !n.holdsBound(n.minimum):
		n.broken = "minimum"
	case !n.holdsBound(n.maximum):
		n.broken = "maximum"
	case !n.holdsBound(n.factor):
		n.broken = "multipleOf"
	}
	if n.minimum == nil && n.maximum == nil && n.factor == nil && !n.integer && !n.narrow {
		return nil
	}
	return n
}

func (n *numbers) holdsBound(b *bound) bool { return b == nil || n.holds(b.float) }

// holds reports that a float is a value of the type and its format.
func (n *numbers) holds(f float64) bool {
	if !n.integer {
		return !n.narrow || !math.IsInf(float64(float32(f)), 0)
	}
	if f != math.Trunc(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return false
	}
	return !n.narrow || (f >= math.MinInt32 && f <= math.MaxInt32)
}

// number checks an int64 or float64.
func (w *checker) number(x any, n *numbers) {
	if n == nil {
		return
	}
	whole, isWhole := x.(int64)
	float, _ := x.(float64)
	if isWhole {
		float = float64(whole)
	}
	switch {
	case n.broken != "":
		w.add(ruleRange, "cannot have any value: the %s of its schema is not of the field's own type", n.broken)
		return
	case isWhole && n.integer && n.narrow && whole != int64(int32(whole)): //nolint:gosec // the cut is the question
		w.add(ruleRange, "must fit into 32 bits, but is %s", quote(x))
		return
	case (!isWhole || !n.integer) && !n.holds(float):
		w.add(ruleRange, "must fit into the format of its schema, but is %s", quote(x))
		return
	}
	if isWhole {
		w.whole(whole, n)
	} else {
		w.float(float, n)
	}
}

func (w *checker) whole(x int64, n *numbers) {
	if b := n.factor; b != nil && (b.whole <= 0 || x%b.whole != 0) {
		w.add(ruleRange, "must be a multiple of %s, but is %d", digits(b.float), x)
	}
	if b := n.maximum; b != nil && (x > b.whole || (b.excluded && x == b.whole)) {
		w.tooMuch(b, x)
	}
	if b := n.minimum; b != nil && (x < b.whole || (b.excluded && x == b.whole)) {
		w.tooLittle(b, x)
	}
}

func (w *checker) float(x float64, n *numbers) {
	if b := n.factor; b != nil && !isMultiple(x, b.float) {
		w.add(ruleRange, "must be a multiple of %s, but is %s", digits(b.float), digits(x))
	}
	if b := n.maximum; b != nil && (x > b.float || (b.excluded && x == b.float)) {
		w.tooMuch(b, x)
	}
	if b := n.minimum; b != nil && (x < b.float || (b.excluded && x == b.float)) {
		w.tooLittle(b, x)
	}
}

func (w *checker) tooMuch(b *bound, x any) {
	limit := "at most"
	if b.excluded {
		limit = "less than"
	}
	w.add(ruleRange, "must be %s %s, but is %s", limit, digits(b.float), quote(x))
}

func (w *checker) tooLittle(b *bound, x any) {
	limit := "at least"
	if b.excluded {
		limit = "more than"
	}
	w.add(ruleRange, "must be %s %s, but is %s", limit, digits(b.float), quote(x))
}

func digits(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func isMultiple(x, factor float64) bool {
	if factor <= 0 {
		return false
	}
	if factor < 1 {
		return isWholeNumber(1 / factor * x)
	}
	return isWholeNumber(x / factor)
}

// isWholeNumber takes what the API server takes for a whole number: nothing beyond 53
// bits, and what only a rounding error keeps from being whole.
func isWholeNumber(f float64) bool {
	const (
		limit   = 1<<53 - 1
		epsilon = 1e-9
	)
	if math.IsNaN(f) || f < -limit || f > limit {
		return false
	}
	rounded := math.Round(f)
	return f == rounded || math.Abs(f-rounded) < epsilon*math.Abs(rounded)
}
