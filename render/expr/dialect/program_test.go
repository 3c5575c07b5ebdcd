package dialect

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/value"
)

// TestMapOrder: macros go over maps in the order of their keys, wherever the map comes from.
func TestMapOrder(t *testing.T) {
	t.Parallel()
	texts := cel.MapType(cel.StringType, cel.StringType)
	env := newEnv(t, cel.Variable("m", texts), cel.Variable("x", cel.DynType), cel.Variable("yes", cel.BoolType))
	data := map[string]any{}
	for i := range 30 {
		data[fmt.Sprintf("k%02d", i)] = "v"
	}
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"m": value.Raw(data), "x": value.Raw(map[string]any{"data": data, "text": string(text)}), "yes": true}
	var want []any
	for i := range 30 {
		want = append(want, fmt.Sprintf("k%02d", i))
	}
	for _, expression := range []string{
		"m.map(k, k)",
		"m.filter(k, true)",
		"x.data.map(k, k)",
		"(yes ? m : {}).map(k, k)",
		"m.merge({}).map(k, k)",
		"dyn(m).deepMerge({'k05': 'w'}).map(k, k)",
		"json.unmarshal(x.text).map(k, k)",
		"m.transformMap(k, v, v).map(k, k)",
		"m.transformList(k, v, k)",
		"cel.bind(b, m, b.map(k, k))",
		"[m].map(b, b.map(k, k))[0]",
		"optional.of(m).value().map(k, k)",
		"{'a': m}.a.map(k, k)",
		"{'a': m}['a'].map(k, k)",
		"m.map(k, m.map(j, j))[3]",
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			for range 20 {
				if diff := cmp.Diff(want, run(t, env, expression, vars)); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff(want, run(t, env, expression, vars, Limit(1_000_000)...)); diff != "" {
				t.Errorf("with a limit (-want +got):\n%s", diff)
			}
		})
	}
	literal := "{'d': 1, 'a': 2, 'c': 3, 'b': 4}.map(k, k)"
	for range 20 {
		if diff := cmp.Diff([]any{"a", "b", "c", "d"}, run(t, env, literal, vars)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", literal, diff)
		}
	}
}

// TestSameCost: the steps that a program wraps cost what they cost unwrapped.
func TestSameCost(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType))
	vars := map[string]any{"x": value.Raw(map[string]any{"m": map[string]any{"a": "1", "b": "2"}, "l": []any{"x", "y"}})}
	for _, text := range []string{
		"x.m.map(k, k) == ['a', 'b']", "x.l.join(',')", "'x' in x.l", "x.m == {'a': '1'}", "size(x.m)", "x.l.map(i, i).join()", "{'a': 1}.all(k, k == 'a')",
		"(true ? x.m : x.l).size()", "[x.l, x.l].flatten().sort()", "x.m['a'] == x.l[0]", "x.?m.orValue({}).map(k, k)",
	} {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		ours, err := Program(env, checked, Limit(1_000_000)...)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := env.Program(checked, Limit(1_000_000)...)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := actualCost(t, ours, vars), actualCost(t, plain, vars); a != b {
			t.Errorf("%s costs %d, without wrapping %d", text, a, b)
		}
	}
}

func actualCost(t *testing.T, p cel.Program, vars map[string]any) uint64 {
	t.Helper()
	_, details, err := p.Eval(vars)
	if err != nil {
		t.Fatal(err)
	}
	return *details.ActualCost()
}

// TestPrograms: a program and the values it runs on may be shared by goroutines.
func TestPrograms(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType))
	text := "x.l.map(i, i.n + x.m.map(k, k).join()).distinct().size() + (has(x.status.y) ? 1 : 2)"
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	program, err := Program(env, checked, Limit(1_000_000)...)
	if err != nil {
		t.Fatal(err)
	}
	x := value.Wrap(map[string]any{"l": []any{map[string]any{"n": "a"}}, "m": map[string]any{"k": "v"}}, nil, value.UnknownIn("x"))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				v, _, err := program.Eval(map[string]any{"x": x})
				if u, ok := v.(*types.Unknown); err != nil || !ok || len(value.Paths(u)) != 2 {
					t.Errorf("%v, %v", v, err)
				}
			}
		})
	}
	group.Wait()
}
