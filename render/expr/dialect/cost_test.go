package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/expr/value"
)

// fixedSizes says that every text has 100 bytes and every list and map 10 entries.
type fixedSizes struct{}

func (fixedSizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	switch n.Type().Kind() {
	case types.StringKind, types.BytesKind:
		return &checker.SizeEstimate{Max: 100}
	case types.ListKind, types.MapKind:
		return &checker.SizeEstimate{Max: 10}
	}
	return nil
}

func (fixedSizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// TestCostOfFunctions: kro's functions cost in proportion to what they go through, and
// an estimate bounds the cost of a run from both sides.
func TestCostOfFunctions(t *testing.T) {
	t.Parallel()
	texts := cel.ListType(cel.StringType)
	env := newEnv(t, cel.Variable("s", cel.StringType), cel.Variable("l", texts), cel.Variable("m", cel.MapType(cel.StringType, cel.StringType)))
	vars := map[string]any{"s": strings.Repeat("x", 100), "l": tenTexts(), "m": tenEntries(), RuntimeVariable: Runtime()}
	tests := map[string]uint64{
		"s":                            1,
		"random.seededString(50, s)":   1 + 1 + 15,
		"random.seededInt(1, 9, s)":    1 + 1 + 10,
		"hash.sha256(s)":               1 + 1 + 10,
		"json.marshal(s)":              1 + 1 + 10 + 11,
		"json.marshal(l)":              1 + 1 + 10*(1+10) + 104,
		"json.unmarshal('[1, 2, 3]')":  1 + 4,
		"m.merge(m)":                   2 + 30 + 20,
		"m.deepMerge(m)":               2 + 30 + 2*(1+10*(2+11)),
		"lists.setAtIndex(l, 0, s)":    2 + 10 + 10,
		"lists.insertAtIndex(l, 0, s)": 2 + 10 + 11,
		"lists.removeAtIndex(l, 0)":    1 + 10 + 10,
		"omit()":                       1,
		"runtime.newCondition({type: s, status: 'True'})":             1 + 1 + 30 + 1,
		"runtime.condition({'status': {'conditions': []}}, s)":        1 + 1 + 2*30 + 10 + 1,
		"l.distinct().size()":                                         1 + 1 + 10 + 210 + 1,
		"l.sort().size()":                                             1 + 1 + 10 + 210 + 1,
		"l.map(x, hash.sha256(x)).size() + l.filter(x, false).size()": 267,
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(text)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			program, err := Program(env, checked, Limit(1_000_000)...)
			if err != nil {
				t.Fatal(err)
			}
			_, details, err := program.Eval(vars)
			if err != nil {
				t.Fatal(err)
			}
			if got := *details.ActualCost(); got != want {
				t.Errorf("cost %d, want %d", got, want)
			}
			estimate, err := Estimate(env, checked, fixedSizes{})
			if err != nil {
				t.Fatal(err)
			}
			if got := *details.ActualCost(); got < estimate.Min || got > estimate.Max {
				t.Errorf("cost %d, estimated %d to %d", got, estimate.Min, estimate.Max)
			}
		})
	}
}

func tenTexts() []string {
	l := make([]string, 10)
	for i := range l {
		l[i] = strings.Repeat("y", 100)
	}
	return l
}

func tenEntries() map[string]string {
	m := make(map[string]string, 10)
	for i, v := range tenTexts() {
		m[fmt.Sprintf("k%08d", i)] = v
	}
	return m
}

// TestEstimateIsBounded: what stands in an object is not larger than an object.
func TestEstimateIsBounded(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType), cel.Variable("s", cel.StringType))
	for text, most := range map[string]uint64{
		"json.marshal(x)":                           4_000_000,
		"x.deepMerge(x)":                            7_000_000,
		"json.marshal([1, 2, 3])":                   300,
		"random.seededString(10, 'abc')":            10,
		"hash.sha256(random.seededString(10, 'a'))": 10,
		"lists.insertAtIndex([1, 2], 0, 3)":         30,
		"runtime.condition(x, 'A')":                 200,
	} {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		estimate, err := Estimate(env, checked, nil)
		if err != nil {
			t.Fatal(err)
		}
		if estimate.Max > most {
			t.Errorf("%s: estimated to cost up to %d, want at most %d", text, estimate.Max, most)
		}
	}
}

// TestEstimateOfPath: chains of fields are estimated without an estimator, as it would.
func TestEstimateOfPath(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType), cel.Variable("s", cel.StringType),
		cel.Variable("m", cel.MapType(cel.StringType, cel.MapType(cel.StringType, cel.DynType))), cel.Variable("o", types.NewObjectType("google.protobuf.Struct")))
	for text, simple := range map[string]bool{
		"s": true, "x": true, "x.a": true, "x.a.b.c": true, "m.a": true, "m.a.b": true, "m.a.b.c": true, "o.fields": true, "o.fields.a": true,
		"has(m.a.b)": false, "m.?a": false, "m.a.b[0].c": false, "{'a': 1}.a": false, "'a'": false, "s + s": false,
	} {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		if _, ok := path(checked.NativeRep(), checked.NativeRep().Expr()); ok != simple {
			t.Errorf("%s: want a chain of fields: %t", text, simple)
		}
		want, err := env.EstimateCost(checked, fixedSizes{}, checker.PresenceTestHasCost(false))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Estimate(env, checked, fixedSizes{})
		if err != nil || got != want {
			t.Errorf("%s: want %v, got %v (%v)", text, want, got, err)
		}
	}
}

// TestLimit: an expensive expression stops, wherever its cost comes from, and an
// unknown or an error never makes the counting fail.
func TestLimit(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("u", cel.DynType), cel.Variable("m", cel.MapType(cel.StringType, cel.StringType)))
	vars := map[string]any{"u": value.UnknownObject("u"), "m": tenEntries()}
	for _, text := range []string{
		"lists.range(1000).map(i, lists.range(1000)).size()",
		"lists.range(100).map(i, random.seededString(3000000, 'a')).size()",
		"lists.range(1000000).distinct().size()",
		"lists.range(1000).all(i, lists.range(1000).all(j, lists.range(1000).all(k, true)))",
		"lists.range(100).map(i, json.marshal(lists.range(10000))).size()",
	} {
		got := run(t, env, text, vars, Limit(1_000_000)...)
		if got != failed("operation cancelled: actual cost limit exceeded") {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, call := range []string{
		"u.distinct()", "u.sort()", "u.sortBy(x, x)", "u.flatten()", "u.join(',')", "u.sum()", "u.indexOf(1)", "u.slice(0, 1)", "u.reverse()",
		"json.marshal(u)", "json.unmarshal(u)", "hash.md5(u)", "random.seededString(3, u)", "u.merge(m)", "m.deepMerge(u)",
		"lists.setAtIndex(u, 0, 1)", "size(u)", "u.split(',')", "u.replace('a', 'b')", "base64.encode(u)", "url(u)", "u.matches('a')", "'%s'.format([u])",
	} {
		if _, ok := run(t, env, call, vars, Limit(1_000_000)...).(*types.Unknown); !ok {
			t.Errorf("%s of an unknown: %v", call, run(t, env, call, vars, Limit(1_000_000)...))
		}
		fails := strings.ReplaceAll(call, "u", "dyn(m.zz)")
		fails = strings.NewReplacer("sdyn(m.zz)m", "sum", "dyn(m.zz)nmarshal", "unmarshal", "dyn(m.zz)rl", "url").Replace(fails)
		if got := run(t, env, fails, vars, Limit(1_000_000)...); got != failed("no such key: zz") {
			t.Errorf("%s: %v", fails, got)
		}
	}
}
