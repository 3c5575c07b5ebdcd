package admission

import (
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr/guard"
)

// goDecoder finds what the API server cannot decode into the Go structs of a built-in
// kind, and the little of validation that their OpenAPI documents tell for certain. A null is
// the zero value everywhere.
type goDecoder struct {
	recorder
	secret bool // the object is a Secret
}

func (g *goDecoder) root(obj map[string]any, s *catalog.Schema) {
	g.object(obj, s, "")
}

// value checks x. Field is the name of the nearest field around it.
func (g *goDecoder) value(x any, s *catalog.Schema, field string) {
	if x == nil || s == nil {
		return
	}
	switch {
	case isQuantity(s):
		g.quantity(x)
	case s.IntOrString:
		g.intOrString(x)
	case s.Type == "object":
		g.fields(x, s, field)
	case s.Type == "array":
		g.array(x, s, field)
	case s.Type == "string":
		g.text(x, s)
	case s.Type == "integer":
		g.integer(x, s)
	case s.Type == "number":
		if !isNumeric(x) {
			g.wrong(x, "a number")
		}
	case s.Type == "boolean":
		if _, ok := x.(bool); !ok {
			g.wrong(x, "a boolean")
		}
	}
}

// isQuantity recognises resource.Quantity, the only thing that is a string or a number.
func isQuantity(s *catalog.Schema) bool {
	return s.Type == "" && len(s.OneOf) == 2 && s.OneOf[0].Type == "string" && s.OneOf[1].Type == "number"
}

func isNumeric(x any) bool {
	switch x.(type) {
	case int64, float64:
		return true
	}
	return false
}

// wrong reports a value of the wrong type.
func (g *goDecoder) wrong(x any, want string) {
	f := g.add(ruleType, "must be %s, not %s", want, g.described(x))
	switch x.(type) {
	case bool, int64, float64:
		if want == "a string" {
			f.hint = "write it in quotes"
		}
	}
}

// inSecret reports that the value in hand is, or holds, one of a Secret.
func (g *goDecoder) inSecret() bool { return g.secret && isSecretPath(g.trail.path()) }

// described is a value in words; of a Secret, its type.
func (g *goDecoder) described(x any) string {
	if !g.inSecret() {
		return describe(x)
	}
	switch x.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64, float64:
		return "a number"
	}
	return describe(x)
}

// but says what a value is instead of what it should be, unless it is a secret.
func (g *goDecoder) but(x any) string {
	if g.inSecret() {
		return ""
	}
	return ", but is " + quote(x)
}

func (g *goDecoder) quantity(x any) {
	if isNumeric(x) {
		return
	}
	s, ok := x.(string)
	if !ok {
		g.wrong(x, "a quantity")
	} else if err := guard.Quantity(s); err != nil {
		g.add(rulePattern, "cannot be read: %s", err)
	} else if _, err := resource.ParseQuantity(s); err != nil {
		g.add(rulePattern, "must be a quantity such as 500m or 1Gi%s", g.but(x))
	}
}

func (g *goDecoder) intOrString(x any) {
	switch x := x.(type) {
	case string:
	case int64, float64:
		g.fits(x, 32, "an integer or a string")
	default:
		g.wrong(x, "an integer or a string")
	}
}

func (g *goDecoder) integer(x any, s *catalog.Schema) {
	switch {
	case !isNumeric(x):
		g.wrong(x, "an integer")
	case s.Format == "int32":
		g.fits(x, 32, "an integer")
	default:
		g.fits(x, 64, "an integer")
	}
}

// fits checks that a number is whole and has no more bits than the field. A float is
// taken as it is written in JSON, where a whole one has no fraction.
func (g *goDecoder) fits(x any, bits uint, want string) {
	f, isFloat := x.(float64)
	if isFloat {
		x = wholeOrFloat(f)
	}
	i, ok := x.(int64)
	switch {
	case ok && i>>(bits-1) == 0, ok && i>>(bits-1) == -1:
	case ok, isFloat && f == math.Trunc(f):
		g.add(ruleRange, "must fit into %d bits%s", bits, g.but(x))
	default:
		g.wrong(x, want)
	}
}

func (g *goDecoder) text(x any, s *catalog.Schema) {
	text, ok := x.(string)
	if _, isArray := x.([]any); isArray && s.Format == "byte" { // Go reads bytes from an array, too.
		return
	}
	if !ok {
		g.wrong(x, "a string")
		return
	}
	switch s.Format {
	case "byte":
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			g.add(rulePattern, "must be base64%s", g.but(x)).hint = g.base64Hint()
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			g.add(rulePattern, "must be a time such as 2006-01-02T15:04:05Z%s", g.but(x))
		}
	}
	if len(s.Enum) > 0 && text != "" && !slices.Contains(s.Enum, x) {
		w := checker{g.recorder}
		w.notOneOf(x, s.Enum)
		g.recorder = w.recorder
	}
}

func (g *goDecoder) base64Hint() string {
	if g.inSecret() {
		return "plain text belongs into stringData"
	}
	return ""
}

// fields checks a struct or a map. What has neither fields nor values is raw JSON.
func (g *goDecoder) fields(x any, s *catalog.Schema, field string) {
	if len(s.Properties) == 0 && s.AdditionalProperties == nil {
		return
	}
	object, ok := x.(map[string]any)
	if !ok {
		g.wrong(x, "an object")
		return
	}
	g.object(object, s, field)
}

func (g *goDecoder) object(x map[string]any, s *catalog.Schema, field string) {
	for key, value := range x { // In any order: findings are sorted in the end.
		g.push(key)
		switch property, ok := s.Properties[key]; {
		case ok && key == "status": // What the server does not read is not worth a word.
		case ok:
			g.value(value, property, key)
		case s.AdditionalProperties != nil:
			g.value(value, s.AdditionalProperties, field)
		case len(s.Properties) > 0 && !s.AnyAdditional && !s.PreserveUnknown:
			g.unknown(key, s)
		}
		g.pop()
	}
	for _, name := range s.Required {
		if x[name] == nil && enforced(field, name) {
			g.push(name)
			g.add(ruleRequired, "is required").place = atParent
			g.pop()
		}
	}
}

func (g *goDecoder) unknown(key string, s *catalog.Schema) {
	f := g.add(ruleDropped, "is not a field that the kind has")
	f.place = atKey
	if meant := diag.Suggest(key, slices.Sorted(maps.Keys(s.Properties))); meant != "" {
		f.hint = "did you mean " + quote(meant) + "?"
	}
}

func (g *goDecoder) array(x any, s *catalog.Schema, field string) {
	items, ok := x.([]any)
	if !ok {
		g.wrong(x, "an array")
		return
	}
	for i, item := range items {
		g.pushItem(i)
		g.value(item, s.Items, field)
		g.pop()
	}
	switch s.ListType {
	case "set":
		g.unique(items, func(item any) any { return item })
	case "map":
		g.unique(items, func(item any) any { return listKey(item, s) })
	}
}

// unique reports items that server-side apply takes for the same. Items of which that
// is not certain have no identity (nil).
func (g *goDecoder) unique(items []any, of func(any) any) {
	first := map[any]int{}
	for i, item := range items {
		key := of(item)
		if key == nil {
			continue
		}
		id := identity(key)
		earlier, seen := first[id]
		if !seen {
			first[id] = i
			continue
		}
		same := g.trail.path().Index(earlier)
		g.pushItem(i)
		f := g.add(ruleDuplicate, "repeats %s, which server-side apply refuses", same)
		f.other, f.note = same, "the first one is here"
		g.pop()
	}
}

// listKey is what tells an item from others, with defaults for keys that are not written.
func listKey(item any, s *catalog.Schema) any {
	fields, ok := item.(map[string]any)
	if !ok || len(s.ListMapKeys) == 0 {
		return nil
	}
	values := make(map[string]any, len(s.ListMapKeys))
	for _, key := range s.ListMapKeys {
		value := fields[key]
		if property := s.Items.Properties[key]; value == nil && property != nil {
			value = property.Default
		}
		if value == nil || value == "" {
			return nil
		}
		values[key] = value
	}
	return values
}
