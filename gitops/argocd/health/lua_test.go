package health

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// assess runs a script as Argo CD does: with the base and table libraries, and the object in obj.
func assess(t *testing.T, script string, object map[string]any) (status, message string) {
	t.Helper()
	l := sandbox(t, object)
	defer l.Close()
	if err := l.DoString(script); err != nil {
		t.Fatalf("the script fails, for which Argo CD waits for ever: %v\n%s", err, script)
	}
	table, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script answers %s, want a table", l.Get(-1).Type())
	}
	return table.RawGetString("status").String(), table.RawGetString("message").String()
}

func sandbox(tb testing.TB, object map[string]any) *lua.LState {
	tb.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			tb.Fatal(err)
		}
	}
	l.SetGlobal("obj", inLua(l, object))
	return l
}

// inLua is a JSON value as Argo CD hands it to scripts.
func inLua(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case nil:
		return lua.LNil
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case int:
		return lua.LNumber(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case []any:
		table := l.CreateTable(len(v), 0)
		for _, item := range v {
			table.Append(inLua(l, item))
		}
		return table
	case map[string]any:
		table := l.CreateTable(0, len(v))
		for key, item := range v {
			table.RawSetString(key, inLua(l, item))
		}
		return table
	}
	return lua.LString(fmt.Sprint(v))
}
