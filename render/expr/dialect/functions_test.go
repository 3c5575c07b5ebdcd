package dialect

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/value"
)

// failed stands for an evaluation error in tables.
type failed string

// run evaluates an expression and converts the result.
func run(tb testing.TB, env *cel.Env, text string, vars map[string]any, options ...cel.ProgramOption) any {
	tb.Helper()
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		tb.Fatal(issues.Err())
	}
	program, err := Program(env, checked, options...)
	if err != nil {
		tb.Fatal(err)
	}
	result, _, err := program.Eval(vars)
	if err != nil {
		return failed(err.Error())
	}
	data, err := value.ToJSON(result)
	if err != nil {
		return failed(err.Error())
	}
	return data
}

// TestFunctions: exact values of kro's functions. The values were computed by kro.
func TestFunctions(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType))
	long := value.Raw(map[string]any{"s": "text", "n": int64(1)})
	tests := map[string]any{
		"random.seededString(10, 'abc')":                       "r6qfjs5dr6",
		"random.seededString(20, 'abc')":                       "r6qfjs5dr6qfjs5dr6qf",
		"random.seededString(1, '')":                           "e",
		"random.seededString(0, 'abc')":                        failed("random.seededString length must be positive"),
		"random.seededString(-1, 'abc')":                       failed("random.seededString length must be positive"),
		"random.seededString(3145729, 'abc')":                  failed("random.seededString length must not exceed 3145728, the size of the largest object"),
		"random.seededString(3145728, 'abc').size()":           int64(3145728),
		"random.seededString(x.s, 'abc')":                      failed("no such overload: random.seededString(string, string)"),
		"random.seededInt(30000, 32768, 'abc')":                int64(32138),
		"random.seededInt(5, 6, 'abc')":                        int64(5),
		"random.seededInt(-100, -50, 'abc') < -50":             true,
		"random.seededInt(-100, -50, 'abc') >= -100":           true,
		"random.seededInt(5, 5, 'abc')":                        failed("random.seededInt min must be less than max"),
		"random.seededInt(1, 2, x.n)":                          failed("no such overload: random.seededInt(int, int, int)"),
		"base64.encode(hash.fnv64a('abc'))":                    "5x+iGQVBV0s=",
		"base64.encode(hash.fnv64a(''))":                       "y/Kc5IQiIyU=",
		"base64.encode(hash.sha256('abc'))":                    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
		"base64.encode(hash.md5('abc'))":                       "kAFQmDzST7DWlj99KOF/cg==",
		"hash.md5(x.n)":                                        failed("no such overload: hash.md5(int)"),
		"json.marshal({'b': 1.0, 'a': [1.5, '<&>', null]})":    `{"a":[1.5,"\u003c\u0026\u003e",null],"b":1}`,
		"json.marshal(b'hi')":                                  `"aGk="`,
		"json.marshal(optional.none())":                        "null",
		"json.marshal(duration('90m'))":                        `"1h30m0s"`,
		"json.marshal(omit())":                                 "{}",
		"json.marshal(double('NaN'))":                          failed("json.marshal failed to encode value: json: unsupported value: NaN"),
		"json.marshal(quantity('1'))":                          failed("json.marshal failed to convert value: unsupported type: a value of type kubernetes.Quantity cannot be part of an object"),
		`json.unmarshal('{"n": 1}').n == 1`:                    true,
		`json.unmarshal('{"n": 1}').n + 1`:                     failed("no such overload"),
		`string(json.unmarshal('{"n": 1}').n)`:                 "1",
		`json.unmarshal('{"n": [1, {"a": null}]}')`:            map[string]any{"n": []any{1.0, map[string]any{"a": nil}}},
		`json.unmarshal('{')`:                                  failed("json.unmarshal failed to parse JSON: unexpected end of JSON input"),
		`json.unmarshal(x.n)`:                                  failed("no such overload: json.unmarshal(int)"),
		"{'a': 1, 'b': 1}.merge({'b': 2, 'c': 3})":             map[string]any{"a": int64(1), "b": int64(2), "c": int64(3)},
		"{'a': {'x': 1}}.merge({'a': {'y': 1}})":               map[string]any{"a": map[string]any{"y": int64(1)}},
		"{dyn(1): 'a'}.merge({dyn(1u): 'b'}).size()":           int64(1),
		"dyn([1]).merge({'a': 1})":                             failed("no such overload: merge(list, map)"),
		"{'a': {'x': 1, 'z': [1]}}.deepMerge({'a': {'y': 1}})": map[string]any{"a": map[string]any{"x": int64(1), "y": int64(1), "z": []any{int64(1)}}},
		"{'a': [1, 2]}.deepMerge({'a': [3]})":                  map[string]any{"a": []any{int64(3)}},
		"{'a': {'x': 1}}.deepMerge({'a': 1})":                  map[string]any{"a": int64(1)},
		"{'a': 1}.deepMerge({'a': {'x': 1}})":                  map[string]any{"a": map[string]any{"x": int64(1)}},
		"{}.deepMerge({'a': 1})":                               map[string]any{"a": int64(1)},
		"{'a': 1}.deepMerge({})":                               map[string]any{"a": int64(1)},
		"{'a': 1}.deepMerge([1])":                              failed("no such overload"),
		"'a'.deepMerge({})":                                    failed("no such overload"),
		"lists.setAtIndex([1, 2], 1, 9)":                       []any{int64(1), int64(9)},
		"lists.setAtIndex([1, 2], 2, 9)":                       failed("lists.setAtIndex: index 2 out of bounds [0, 2)"),
		"lists.setAtIndex([1, 2], -1, 9)":                      failed("lists.setAtIndex: index -1 out of bounds [0, 2)"),
		"lists.insertAtIndex([1, 2], 0, 9)":                    []any{int64(9), int64(1), int64(2)},
		"lists.insertAtIndex([1, 2], 2, 9)":                    []any{int64(1), int64(2), int64(9)},
		"lists.insertAtIndex([1, 2], 3, 9)":                    failed("lists.insertAtIndex: index 3 out of bounds [0, 2]"),
		"lists.removeAtIndex([1, 2], 0)":                       []any{int64(2)},
		"lists.removeAtIndex([1, 2], 1)":                       []any{int64(1)},
		"lists.removeAtIndex([], 0)":                           failed("lists.removeAtIndex: index 0 out of bounds [0, 0)"),
		"[[1, 2], lists.setAtIndex([1, 2], 0, 9)][0]":          []any{int64(1), int64(2)},
		"omit()":                  value.Omitted{},
		"[1, omit()]":             []any{int64(1), value.Omitted{}},
		"omit() == omit()":        failed("omit() removes a field and cannot be compared"),
		"'a' + omit()":            failed("no such overload"),
		"type(omit()) == type(1)": false,
		"string(omit())":          failed("no such overload: string(kro.omit)"),
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			vars := map[string]any{"x": long}
			if diff := cmp.Diff(want, run(t, env, text, vars)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, run(t, env, text, vars, Limit(10_000_000)...)); diff != "" {
				t.Errorf("with a limit (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefused: what kro's environment does not have does not compile here.
func TestRefused(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType), cel.Variable("s", cel.StringType), cel.Variable("n", cel.IntType))
	for _, text := range []string{
		"math.greatest(1, 2)", "sets.contains([1], [1])", "regex.replace('a', 'b', 'c')", "now()", "format.dns1123Label()",
		"jsonpatch.escapeKey('a')", "semver('1', true)", "string(quantity('1'))", "string(url('http://a'))", "string(semver('1.0.0'))",
		"n == 1.0", "n < 1.0", "s + n", "s == null", "quantity('1').sign()", "hash.sha1('a')", "base64.encode('a')",
		"random.seededString(1)", "{'a': 1}.merge({'a': 'b'})", "true ? 1 : 'a'",
		"runtime.condition(x, 'A').other", "runtime.other", "s.map(c, c)", "`s`",
	} {
		if _, issues := env.Compile(text); issues.Err() == nil {
			t.Errorf("%s compiles", text)
		}
	}
}
