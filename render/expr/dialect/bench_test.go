package dialect

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/expr/value"
)

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExtend is what every RGD costs before its first expression is checked.
func BenchmarkExtend(b *testing.B) {
	env := newEnv(b)
	b.ReportAllocs()
	for b.Loop() {
		e, err := env.Extend(cel.Variable("schema", cel.DynType), cel.Variable("x", cel.DynType))
		if err != nil {
			b.Fatal(err)
		}
		if _, issues := e.Compile("x"); issues.Err() != nil {
			b.Fatal(issues.Err())
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	env := newEnv(b, cel.Variable("x", cel.DynType))
	b.ReportAllocs()
	for b.Loop() {
		if _, issues := env.Compile("x.metadata.name + '-' + x.spec.region"); issues.Err() != nil {
			b.Fatal(issues.Err())
		}
	}
}

func BenchmarkProgram(b *testing.B) {
	env := newEnv(b, cel.Variable("x", cel.DynType))
	for name, text := range map[string]string{"Plain": "x.metadata.name + '-' + x.spec.region", "Marked": "x.spec.tags.map(t, t + '!').join(',')"} {
		b.Run(name, func(b *testing.B) {
			checked, issues := env.Compile(text)
			if issues.Err() != nil {
				b.Fatal(issues.Err())
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Program(env, checked); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEval compares an evaluation with and without counting its cost.
func BenchmarkEval(b *testing.B) {
	env := newEnv(b, cel.Variable("x", cel.DynType))
	data := map[string]any{"metadata": map[string]any{"name": "n"}, "spec": map[string]any{"region": "r", "tags": []any{"a", "b", "c"}}}
	vars := map[string]any{"x": value.Raw(data)}
	for name, text := range map[string]string{"Select": "x.metadata.name + '-' + x.spec.region", "Macro": "x.spec.tags.map(t, t + '!').join(',')"} {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			b.Fatal(issues.Err())
		}
		for kind, options := range map[string][]cel.ProgramOption{"Free": nil, "Limited": Limit(1_000_000)} {
			program, err := Program(env, checked, options...)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(name+kind, func(b *testing.B) { benchmark(b, program, vars) })
		}
	}
}

func benchmark(b *testing.B, program cel.Program, vars map[string]any) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if v, _, err := program.Eval(vars); err != nil || v.Type() != types.StringType {
			b.Fatal(v, err)
		}
	}
}
