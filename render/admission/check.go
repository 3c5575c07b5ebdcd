package admission

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"k8s.io/kube-openapi/pkg/validation/strfmt"

	"github.com/krowave/krowave/render/diag"
)

// checker holds a value against a compiled schema, as the API server does after
// pruning and defaulting.
type checker struct {
	recorder
}

// value checks x and everything in it. Of a value that has the wrong type nothing else is said.
func (w *checker) value(x any, n *node) {
	if n == nil {
		return
	}
	if !n.takes(x) {
		w.wrongType(x, n)
		return
	}
	if n.enum != nil && !isOneOf(x, n.enum) {
		w.notOneOf(x, n.enum)
	}
	if x == nil {
		return
	}
	if n.allOf != nil || n.anyOf != nil || n.oneOf != nil || n.not != nil {
		w.alternatives(x, n)
	}
	switch x := x.(type) {
	case string:
		w.text(x, n)
	case int64, float64:
		w.number(x, n.numbers)
	case map[string]any:
		w.object(x, n)
	case []any:
		w.array(x, n)
	}
}

// takes reports that the type of a value is right. A format changes what passes: with
// one, the API server lets arrays through where it wants strings.
func (n *node) takes(x any) bool {
	if x == nil {
		return n.types == 0 || n.nullable
	}
	if n.types == 0 && n.format == "" {
		return true
	}
	numeric := n.types & (isInteger | isNumber)
	switch x := x.(type) {
	case string:
		return n.types&isString != 0 || (n.format != "" && numeric == 0)
	case []any:
		return n.types&isArray != 0 || (n.format != "" && numeric == 0)
	case bool:
		return n.types&isBoolean != 0
	case map[string]any:
		return n.types&isObject != 0
	case int64:
		return numeric != 0
	case float64:
		return n.types&isNumber != 0 || (n.types&isInteger != 0 && isWholeNumber(x))
	}
	return false
}

func (w *checker) wrongType(x any, n *node) {
	f := w.add(ruleType, "must be %s, not %s", n.types, describe(x))
	if n.types&isString == 0 {
		return
	}
	switch x.(type) {
	case bool, int64, float64:
		f.hint = "write it in quotes"
	}
}

// isOneOf compares as the API server does, across the types of numbers.
func isOneOf(x any, enum []any) bool {
	for _, e := range enum {
		if want, ok := e.(string); ok {
			if got, ok := x.(string); ok {
				if got == want {
					return true
				}
				continue
			}
		}
		if e == nil || x == nil {
			continue
		}
		v, t := reflect.ValueOf(x), reflect.TypeOf(e)
		if v.Type().ConvertibleTo(t) && reflect.DeepEqual(v.Convert(t).Interface(), e) {
			return true
		}
	}
	return false
}

func (w *checker) notOneOf(x any, enum []any) {
	var words, candidates []string
	for _, e := range enum {
		words = append(words, quote(e))
		if s, ok := e.(string); ok {
			candidates = append(candidates, s)
		}
	}
	f := w.add(ruleEnum, "must be %s, not %s", list(words), quote(x))
	if s, ok := x.(string); ok {
		if meant := diag.Suggest(s, candidates); meant != "" {
			f.hint = "did you mean " + quote(meant) + "?"
		}
	}
}

func (w *checker) text(x string, n *node) {
	if l := n.lengths; l != nil && (l.minLength != nil || l.maxLength != nil) {
		size := int64(utf8.RuneCountInString(x))
		w.length(size, l.minLength, l.maxLength, "character")
	}
	if n.pattern != nil {
		if re, err := n.pattern.compile(); err != nil {
			w.add(rulePattern, "has a schema whose pattern %s is not a regular expression", quote(n.pattern.text))
		} else if !re.MatchString(x) {
			w.add(rulePattern, "must match the pattern %s, but is %s", n.pattern.text, quote(x))
		}
	}
	if n.hasForm && !strfmt.Default.Validates(n.format, x) {
		w.add(rulePattern, "must be of the format %s, but is %s", n.format, quote(x))
	}
}

func (w *checker) length(size int64, low, high *int64, unit string) {
	if low != nil && size < *low {
		w.add(ruleLength, "must have at least %s, but has %d", counted(*low, unit), size)
	}
	if high != nil && size > *high {
		w.add(ruleLength, "must have at most %s, but has %d", counted(*high, unit), size).blocks = true
	}
}

func counted(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

func (w *checker) object(x map[string]any, n *node) {
	if l := n.lengths; l != nil {
		w.length(int64(len(x)), l.minProperties, l.maxProperties, "field")
	}
	for key, value := range x { // In any order: findings are sorted in the end.
		child, kept := n.child(key)
		w.push(key)
		switch {
		case child != nil:
			w.value(value, child)
		case n.closed && kept:
			w.unknown(key, n.names)
		}
		w.pop()
	}
	for _, name := range n.required {
		if _, ok := x[name]; !ok {
			w.missing(name)
		}
	}
}

func (w *checker) missing(name string) {
	w.push(name)
	w.add(ruleRequired, "is required").place = atParent
	w.pop()
}

// unknown reports the key of the value in hand.
func (w *checker) unknown(key string, known []string) {
	f := w.add(ruleUnknown, "is not a field that the schema knows")
	f.place = atKey
	if meant := diag.Suggest(key, known); meant != "" {
		f.hint = "did you mean " + quote(meant) + "?"
	}
}

func (w *checker) array(x []any, n *node) {
	if l := n.lengths; l != nil {
		w.length(int64(len(x)), l.minItems, l.maxItems, "item")
		if l.unique {
			w.set(x)
		}
	}
	if n.items != nil {
		for i, item := range x {
			w.pushItem(i)
			w.value(item, n.items)
			w.pop()
		}
	}
	switch n.listType {
	case "set":
		w.set(x)
	case "map":
		w.keyed(x, n.mapKeys)
	}
}

// set reports the items that are equal to an earlier one.
func (w *checker) set(x []any) {
	w.unique(len(x), func(i int) any { return identity(x[i]) }, func(i int) string { return quote(x[i]) })
}

// keyed reports the items whose keys are those of an earlier one.
func (w *checker) keyed(x []any, keys []string) {
	for i, item := range x {
		if _, ok := item.(map[string]any); !ok && item != nil {
			w.pushItem(i)
			w.add(ruleType, "must be an object, not %s", describe(item))
			w.pop()
			return
		}
	}
	w.unique(len(x), func(i int) any { return keyOf(x[i], keys) }, func(i int) string {
		item, _ := x[i].(map[string]any)
		var words []string
		for _, k := range keys {
			if v, ok := item[k]; ok {
				words = append(words, k+" "+quote(v))
			}
		}
		return strings.Join(words, ", ")
	})
}

func (w *checker) unique(size int, identityOf func(int) any, name func(int) string) {
	if size < 2 {
		return
	}
	first := make(map[any]int, size)
	for i := range size {
		id := identityOf(i)
		earlier, seen := first[id]
		if !seen {
			first[id] = i
			continue
		}
		same := w.trail.path().Index(earlier)
		w.pushItem(i)
		f := w.add(ruleDuplicate, "repeats %s: %s", same, name(i))
		f.other, f.note = same, "the first one is here"
		w.pop()
	}
}

// compound is the identity of objects and arrays.
type compound string

// identity is equal for equal values and usable as the key of a map.
func identity(x any) any {
	switch x.(type) {
	case map[string]any, []any:
		text, err := json.Marshal(x) // with sorted keys
		if err != nil {
			return compound("")
		}
		return compound(text)
	}
	return x
}

// keyOf is the identity of an item of a list of type map. With one key it is the
// key's value, a missing key being a value of its own.
func keyOf(item any, keys []string) any {
	object, _ := item.(map[string]any)
	if len(keys) == 1 {
		v, ok := object[keys[0]]
		if !ok {
			return struct{}{}
		}
		return identity(v)
	}
	picked := make(map[string]any, len(keys))
	for _, k := range keys {
		if v, ok := object[k]; ok {
			picked[k] = v
		}
	}
	return identity(picked)
}

// alternatives checks allOf, anyOf, oneOf and not.
func (w *checker) alternatives(x any, n *node) {
	for _, each := range n.allOf {
		w.value(x, each)
	}
	if len(n.anyOf) > 0 {
		if count, blocked := w.matching(x, n.anyOf); count == 0 {
			w.add(ruleAlternative, "must match at least one of the alternatives of its schema (anyOf)").blocks = blocked
		}
	}
	if len(n.oneOf) > 0 {
		if count, blocked := w.matching(x, n.oneOf); count != 1 {
			f := w.add(ruleAlternative, "must match exactly one of the alternatives of its schema (oneOf), but matches %d", count)
			f.blocks = blocked && count == 0
		}
	}
	if n.not != nil {
		if count, _ := w.matching(x, []*node{n.not}); count == 1 {
			w.add(ruleAlternative, "matches what its schema excludes (not)")
		}
	}
}

// matching counts the alternatives that have nothing to say against x, and reports whether
// one that has keeps CEL rules from being evaluated.
func (w *checker) matching(x any, alternatives []*node) (count int, blocked bool) {
	for _, n := range alternatives {
		inner := checker{recorder{quiet: true}}
		inner.value(x, n)
		if !inner.failed {
			count++
		}
		blocked = blocked || inner.blocked
	}
	return count, blocked
}
