package health

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/cel-go/cel"
	lua "github.com/yuin/gopher-lua"

	"github.com/krowave/krowave/render/expr/dialect"
)

// environment has one variable, x, of any type.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	env, err := dialect.New()
	if err != nil {
		return nil, err
	}
	return env.Extend(cel.Variable("x", cel.DynType))
})

// live are objects that expressions are asked about. They have no null and no empty list or
// map: Lua cannot tell the one from nothing and the others from each other.
func live() []map[string]any {
	return []map[string]any{
		{"kind": "Widget", "spec": map[string]any{"size": int64(3)}},
		{"kind": "Widget", "spec": map[string]any{"size": int64(3)}, "status": map[string]any{"phase": "Ready", "size": int64(3), "ok": true}},
		{"spec": map[string]any{"size": int64(0)}, "status": map[string]any{"phase": "Failed", "ok": false, "size": int64(4), "endpoint": map[string]any{"address": "a"}}},
		{"status": map[string]any{"conditions": []any{
			map[string]any{"type": "Synced", "status": "True"},
			map[string]any{"type": "Ready", "status": "False", "message": "not yet"},
		}}},
		{"status": map[string]any{"phase": "Ready", "zones": []any{"a", "b"}, "labels": map[string]any{"app": "web"}, "conditions": []any{
			map[string]any{"type": "Ready", "status": "True"},
			map[string]any{"reason": "has no type"},
		}}},
		{"status": "text"},
	}
}

// celTrue evaluates as kro does: what fails is not ready.
func celTrue(tb testing.TB, program cel.Program, object map[string]any) bool {
	tb.Helper()
	out, _, err := program.Eval(map[string]any{"x": object})
	return err == nil && out.Value() == true
}

func luaTrue(tb testing.TB, script string, object map[string]any) bool {
	tb.Helper()
	l := sandbox(tb, object)
	defer l.Close()
	if err := l.DoString(script); err != nil {
		tb.Fatalf("the script fails: %v\n%s", err, script)
	}
	return l.Get(-1) == lua.LTrue
}

// script is a translation that answers whether the condition is true.
func (l phrase) script() string {
	var b strings.Builder
	for _, f := range prelude() {
		for _, name := range l.calls {
			if name == f.name {
				b.WriteString(f.lua)
			}
		}
	}
	b.WriteString("local ok, ready = pcall(function() return " + l.text + " end)\nreturn ok and ready == true\n")
	return b.String()
}

// TestTranslate: in Lua every expression has the verdict that it has in CEL, about every object.
func TestTranslate(t *testing.T) {
	t.Parallel()
	for _, text := range translatable() {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			program, l, err := both(t, text)
			if err != nil {
				t.Fatal(err)
			}
			for i, object := range live() {
				want, got := celTrue(t, program, object), luaTrue(t, l.script(), object)
				if want != got {
					t.Errorf("object %d: CEL says %v, Lua says %v:\n%s", i, want, got, l.text)
				}
			}
		})
	}
}

func translatable() []string {
	return []string{
		`x.status.phase == "Ready"`,
		`x.status.phase != "Failed"`,
		`"Ready" == x.status["phase"]`,
		`x.status.ok`,
		`!x.status.ok`,
		`x.status.ok == true && x.status.phase == "Ready"`,
		`x.status.size == x.spec.size`,
		`x.status.size >= x.spec.size && x.status.size > 0`,
		`x.status.size < 4 || x.status.phase == "Failed"`,
		`x.status.missing == "a" || x.status.phase == "Ready"`,
		`x.status.phase == "Ready" || x.status.missing == "a"`,
		`x.status.missing == "a" && x.status.phase == "Ready"`,
		`!(x.status.missing == "a" && x.status.phase == "Ready")`,
		`!(x.status.missing == "a")`,
		`has(x.status.endpoint)`,
		`has(x.status) && has(x.status.endpoint.address)`,
		`!has(x.status)`,
		`x.status.endpoint != null`,
		`x.status.conditions.exists(c, c.type == "Ready" && c.status == "True")`,
		`x.status.conditions.all(c, c.status == "True")`,
		`!x.status.conditions.exists(c, c.status == "False")`,
		`x.status.conditions.exists(c, c.type == "Ready") && x.status.conditions.all(c, c.type != "Failed")`,
		`x.status.conditions[0].status == "True"`,
		`x.status.conditions[1].message == "not yet"`,
		`x.status.?phase.orValue("none") == "none"`,
		`x.?status.phase.orValue("") == "Ready"`,
		`x.?status.?endpoint.?address.hasValue()`,
		`x.status.?conditions.orValue([]).exists(c, c.type == "Ready")`,
		`x.status.?zones[?0].orValue("") == "a"`,
		`x.status.phase in ["Ready", "Active"]`,
		`"b" in x.status.zones`,
		`"app" in x.status.labels`,
		`size(x.status.zones) == 2`,
		`x.status.conditions.size() > 1`,
		`x.status.zones == ["a", "b"]`,
		`has(x.status.ok) ? x.status.ok : x.status.phase == "Ready"`,
		`x.status.zones.exists(x, x == "a")`,
		`x.status.size == 3.0`,
		`x.kind == "Wid\"get\n"`,
		`true`,
	}
}

// TestUntranslated: what has no form in Lua is said to have none.
func TestUntranslated(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`x.status.phase.startsWith("R")`:                "the function startsWith has no form in Lua",
		`x.status.phase == null`:                        "== null has no form in Lua",
		`x.status.zones.map(z, z) == []`:                "a macro other than exists and all has no form in Lua",
		`x.status.zones.exists_one(z, z == "a")`:        "a macro other than exists and all has no form in Lua",
		`x.status.size + 1 == 4`:                        "the function + has no form in Lua",
		`x.status == {"phase": "Ready"}`:                "an object has no form in Lua",
		`x.status[x.kind] == "a"`:                       "a computed key has no form in Lua",
		`x.status.size == 9007199254740993`:             "a literal of this type has no form in Lua",
		`x.status.zones.all(i, z, i == 0)`:              "a macro other than exists and all has no form in Lua",
		`optional.of(x.status.phase).orValue("") == ""`: "orValue of this has no form in Lua",
	} {
		if _, _, err := both(t, text); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

// both compiles an expression in both languages. The error is that of the translation.
func both(tb testing.TB, text string) (cel.Program, phrase, error) {
	tb.Helper()
	env, err := environment()
	if err != nil {
		tb.Fatal(err)
	}
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, phrase{}, issues.Err()
	}
	program, err := dialect.Program(env, checked)
	if err != nil {
		tb.Fatal(err)
	}
	l, err := translate(checked.NativeRep().Expr(), "x")
	return program, l, err
}

// FuzzTranslate: what Lua calls ready is ready in CEL, whatever the expression, and the script
// always answers.
func FuzzTranslate(f *testing.F) {
	for _, text := range translatable() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			t.Skip()
		}
		program, l, err := both(t, text)
		if err != nil {
			t.Skip(err)
		}
		for i, object := range live() {
			if luaTrue(t, l.script(), object) && !celTrue(t, program, object) {
				t.Errorf("object %d: Lua says ready, CEL does not: %s\n%s", i, text, l.text)
			}
		}
	})
}
