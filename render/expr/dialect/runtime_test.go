package dialect

import (
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

// readyObject has a condition as it should be, and one that is odd.
func readyObject() ref.Val {
	return value.Raw(map[string]any{"a": "A", "status": map[string]any{"conditions": []any{
		map[string]any{"type": "Ready", "status": "True", "reason": "R", "message": "M"},
		map[string]any{"type": "Odd", "status": int64(1)},
	}}})
}

// openObject has a status that is not known.
func openObject() ref.Val {
	schema := &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{}}
	return value.Wrap(map[string]any{"kind": "X"}, schema, value.UnknownIn("open"))
}

func TestConditions(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType))
	ready := Condition{Type: "Ready", Status: "True", Reason: "R", Message: "M"}
	vars := map[string]any{"x": readyObject(), RuntimeVariable: Runtime()}
	tests := map[string]struct {
		reason string
		want   []Condition
		fails  string
	}{
		"runtime.newCondition({type: 'A', status: 'True', reason: 'R', message: 'M'})":            {"all fields", []Condition{{Type: "A", Status: "True", Reason: "R", Message: "M"}}, ""},
		"runtime.newCondition({status: 'False', type: x.a})":                                      {"in any order, computed", []Condition{{Type: "A", Status: "False"}}, ""},
		"[runtime.newCondition({type: 'A', status: 'Unknown'}), runtime.condition(x, 'Ready')]":   {"a list", []Condition{{Type: "A", Status: "Unknown"}, ready}, ""},
		"dyn(runtime.condition(x, 'Ready'))":                                                      {"dyn", []Condition{ready}, ""},
		"runtime.condition(x, 'Missing')":                                                         {"the empty condition", []Condition{{}}, ""},
		"runtime.condition(x, 'Odd')":                                                             {"a field that is no string is empty", []Condition{{Type: "Odd"}}, ""},
		"runtime.condition({}, 'A')":                                                              {"no status", []Condition{{}}, ""},
		"runtime.condition({'status': {}}, 'A')":                                                  {"no conditions", []Condition{{}}, ""},
		"runtime.condition({'status': {'conditions': [runtime.condition(x, 'Ready')]}}, 'Ready')": {"conditions made of conditions", []Condition{ready}, ""},
		"runtime.newCondition({type: x.b, status: 'True'})":                                       {"a missing value", nil, "no such key: b"},
		"runtime.newCondition({type: '', status: 'True'})":                                        {"an empty type", nil, "type must not be empty"},
		"runtime.newCondition({type: 'A', status: 'true'})":                                       {"a wrong status", nil, `status must be one of True, False, Unknown (got "true")`},
		"runtime.newCondition({type: dyn(1), status: 'True'})":                                    {"a type that is no string", nil, "type must be a string, got int"},
		"runtime.condition(1, 'A')":                                                               {"no object", nil, "obj must be an object"},
		"runtime.condition({'status': 1}, 'A')":                                                   {"no status object", nil, "obj.status must be an object"},
		"runtime.condition({'status': {'conditions': 1}}, 'A')":                                   {"no list", nil, "obj.status.conditions must be a list"},
		"runtime.condition({'status': {'conditions': [1]}}, 'A')":                                 {"no objects in it", nil, "unexpected condition element type int"},
		"[1]": {"a list of something else", nil, "a list of conditions holds something that is none"},
		"1":   {"something else", nil, "want runtime.newCondition(...) or a list of them, got int"},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := conditions(t, env, text, vars)
			if tc.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fails) {
					t.Fatalf("%s: error %v, want %q", tc.reason, err, tc.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestConditionFields: a condition has four fields and cannot become part of an object.
func TestConditionFields(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.DynType), cel.Variable("open", cel.DynType))
	vars := map[string]any{"x": readyObject(), "open": openObject(), RuntimeVariable: Runtime()}
	fields := map[string]any{
		"runtime.condition(x, 'Ready').reason":                           "R",
		"runtime.condition(x, 'Ready') == runtime.condition(x, 'Ready')": true,
		"runtime.condition(x, 'Ready') == runtime.condition(x, 'Odd')":   false,
		"has(runtime.condition(x, 'Ready').status)":                      true,
		"runtime.newCondition({type: 'A', status: 'True'})":              failed("unsupported type: a value of type kro.run.Condition cannot be part of an object"),
		"runtime == runtime": true,
		"type(runtime) == type(runtime.condition(x, 'A'))":                  false,
		"runtime.condition(open, 'Ready').status":                           value.NewUnknown(value.Path{Node: "open"}).String(),
		"[runtime.condition(x, 'Ready')].map(c, c.type + c.message).join()": "ReadyM",
		"json.marshal(runtime.condition(x, 'Ready'))":                       failed("json.marshal failed to convert value: unsupported type: a value of type kro.run.Condition cannot be part of an object"),
		"x.newCondition": failed("no such key: newCondition"),
	}
	for text, want := range fields {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := run(t, env, text, vars)
			if u, ok := got.(*types.Unknown); ok {
				if len(value.Paths(u)) != 1 || value.Paths(u)[0].String() != "open.status" {
					t.Errorf("waits for %v", value.Paths(u))
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func conditions(t *testing.T, env *cel.Env, text string, vars map[string]any) ([]Condition, error) {
	t.Helper()
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	program, err := Program(env, checked)
	if err != nil {
		t.Fatal(err)
	}
	var result ref.Val
	if result, _, err = program.Eval(vars); err != nil {
		return nil, err
	}
	return Conditions(result)
}

// TestNewConditionSyntax: the macro points at the key that is wrong.
func TestNewConditionSyntax(t *testing.T) {
	t.Parallel()
	env := newEnv(t, cel.Variable("x", cel.MapType(cel.StringType, cel.StringType)))
	tests := map[string]struct {
		fault  string
		column int // 0-based
	}{
		"runtime.newCondition({type: 'A'})":                           {"'status' is required", 21},
		"runtime.newCondition({status: 'True'})":                      {"'type' is required", 21},
		"runtime.newCondition({'type': 'A', status: 'True'})":         {"keys must be bare identifiers", 22},
		"runtime.newCondition({x.a: 'A', status: 'True'})":            {"keys must be bare identifiers", 23},
		"runtime.newCondition({type: 'A', status: 'True', more: ''})": {`unknown key "more"`, 49},
		"runtime.newCondition({type: 'A', type: 'B', status: 'T'})":   {`duplicate key "type"`, 33},
		"runtime.newCondition(x)":                                     {"argument must be a map literal", 21},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, issues := env.Parse(text)
			if issues.Err() == nil {
				t.Fatal("no error")
			}
			got := issues.Errors()[0]
			if !strings.Contains(got.Message, tc.fault) || got.Location.Column() != tc.column {
				t.Errorf("%q at column %d, want %q at %d", got.Message, got.Location.Column(), tc.fault, tc.column)
			}
		})
	}
	if _, issues := env.Parse("x.newCondition({1: 2})"); issues.Err() != nil {
		t.Errorf("a function of the same name of another receiver: %v", issues.Err())
	}
}
