package dialect

import (
	"strings"
	"testing"

	"github.com/google/cel-go/cel"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

// TestGuards: no single call takes forever or all memory, even where nobody counts the cost.
func TestGuards(t *testing.T) {
	t.Parallel()
	texts := cel.ListType(cel.StringType)
	env := newEnv(t, cel.Variable("s", cel.StringType), cel.Variable("l", texts), cel.Variable("x", cel.DynType))
	doubled := "l" // 2^40 items
	for range 40 {
		doubled = "cel.bind(b, " + doubled + ", b + b)"
	}
	vars := map[string]any{
		"s": strings.Repeat("a", 1<<20), "l": []string{"a"},
		"x": value.Wrap([]any{"a"}, &catalog.Schema{Type: "array", Items: &catalog.Schema{Type: "string"}}, value.Absent),
	}
	tests := map[string]string{
		"s.replace('', s)":                          "replace would make a text of more than",
		"s.replace('a', s)":                         "replace would make a text of more than",
		"s.replace('a', s, 100)":                    "replace would make a text of more than",
		"lists.range(1000).map(i, s).join()":        "join would make a text of more than",
		"lists.range(1000).map(i, 'x').join(s)":     "join would make a text of more than",
		"'%s'.format([lists.range(100).map(i, s)])": "format would make a text of more than",
		"'%s'.format([{'a': {'b': [s + s + s + s + s + s + s + s + s, s + s + s + s + s + s + s + s]}}])": "format would make a text of more than",
		"lists.range(6000).distinct()":            "distinct would compare 6000 items",
		"quantity('1e-999999999')":                "a quantity with an exponent beyond 1000",
		"isQuantity('1e-99999999999999999999')":   "a quantity with an exponent beyond 1000",
		"isQuantity('1E9999')":                    "a quantity with an exponent beyond 1000",
		"isQuantity(s)":                           "a quantity of 1048576 characters is too long",
		doubled:                                   "a list of 1099511627776 items is too long",
		doubled + ".join()":                       "a list of 1099511627776 items is too long",
		doubled + ".distinct()":                   "a list of 1099511627776 items is too long",
		doubled + ".reverse()":                    "a list of 1099511627776 items is too long",
		doubled + ".sort()":                       "a list of 1099511627776 items is too long",
		doubled + " == l":                         "a list of 1099511627776 items is too long",
		"'b' in " + doubled:                       "a list of 1099511627776 items is too long",
		"json.marshal(" + doubled + ")":           "a list of 1099511627776 items is too long",
		"lists.removeAtIndex(" + doubled + ", 0)": "a list of 1099511627776 items is too long",
		"dyn(x) + " + doubled:                     "a list of 1099511627777 items is too long",
	}
	for text, want := range tests {
		t.Run(text[:min(len(text), 60)], func(t *testing.T) {
			t.Parallel()
			got, ok := run(t, env, text, vars).(failed)
			if !ok || !strings.Contains(string(got), want) {
				t.Errorf("%.200v, want %q", got, want)
			}
		})
	}
	for text, want := range map[string]any{
		"s.replace('a', 'b').size()":              int64(1 << 20),
		"s.replace('a', s, 2).size()":             int64(3<<20 - 2),
		"'aXbX'.replace('X', '--', 1)":            "a--bX",
		"['a', 'b'].join(', ')":                   "a, b",
		"'%s-%d %s'.format(['a', 1, {'k': [1]}])": "a-1 {k: [1]}",
		"[1, 2, 1].distinct().size()":             int64(2),
		"quantity('1e3').asInteger()":             int64(1000),
		"quantity('1Gi').asInteger()":             int64(1 << 30),
		"quantity('5E').asInteger()":              int64(5e18),
		"isQuantity('e')":                         false,
		"isQuantity('1e5x')":                      false,
		doubled + ".size()":                       int64(1 << 40),
		doubled + "[1099511627775]":               "a",
	} {
		if got := run(t, env, text, vars); got != want {
			t.Errorf("%.60s: %v, want %v", text, got, want)
		}
	}
}
