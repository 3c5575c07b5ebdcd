package dialect

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestOverloads: the list that docs and test/kro compare with. An update of cel-go or of
// Kubernetes that adds a function must not pass unseen, since kro would refuse its use.
func TestOverloads(t *testing.T) {
	t.Parallel()
	got := overloads(newEnv(t))
	file := filepath.Join("testdata", "overloads.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("overloads and macros (-want +got):\n%s", diff)
	}
}

// overloads lists what an environment offers, one a line.
func overloads(env *cel.Env) string {
	var lines []string
	functions := env.Functions()
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		for _, o := range functions[name].OverloadDecls() {
			style := ""
			if o.IsMemberFunction() {
				style = "."
			}
			args := make([]string, len(o.ArgTypes()))
			for i, a := range o.ArgTypes() {
				args[i] = a.String()
			}
			lines = append(lines, fmt.Sprintf("%s%s(%s) %s # %s", style, name, strings.Join(args, ", "), o.ResultType(), o.ID()))
		}
	}
	for _, m := range env.Macros() {
		lines = append(lines, fmt.Sprintf("macro %s:%d receiver=%v # %s", m.Function(), m.ArgCount(), m.IsReceiverStyle(), m.MacroKey()))
	}
	for _, l := range env.Libraries() {
		lines = append(lines, "library "+l)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func newEnv(tb testing.TB, options ...cel.EnvOption) *cel.Env {
	tb.Helper()
	env, err := New()
	if err != nil {
		tb.Fatal(err)
	}
	if len(options) == 0 {
		return env
	}
	if env, err = env.Extend(options...); err != nil {
		tb.Fatal(err)
	}
	return env
}
