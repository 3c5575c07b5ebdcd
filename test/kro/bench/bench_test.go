package bench_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/test/kro/bench"
	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// sides are both engines at every case.
func sides(tb testing.TB, visit func(c trial.Case, kro, krowave bench.Side)) {
	tb.Helper()
	cases, err := bench.Cases(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	o, err := oracle.New(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	engine, err := render.NewEngine()
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		kro, err := bench.Kro(o, c)
		if err != nil {
			tb.Fatal(err)
		}
		krowave, err := bench.Krowave(engine, c)
		if err != nil {
			tb.Fatal(err)
		}
		visit(c, kro, krowave)
	}
}

// TestSameWork: both sides make the same objects of a case, in the same order.
func TestSameWork(t *testing.T) {
	t.Parallel()
	sides(t, func(c trial.Case, kro, krowave bench.Side) {
		if err := kro.Compile(); err != nil {
			t.Error(err)
		}
		if err := krowave.Compile(); err != nil {
			t.Error(err)
		}
		if kro.Render == nil {
			return
		}
		want, err := kro.Render()
		if err != nil {
			t.Fatal(err)
		}
		got, err := krowave.Render()
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			t.Errorf("%s: no objects", c.Name)
		}
		if diff := cmp.Diff(plain(t, want), plain(t, got)); diff != "" {
			t.Errorf("%s: -kro +krowave\n%s", c.Name, diff)
		}
	})
}

// plain are objects without what kro's runtime stamps on the items of collections.
func plain(t *testing.T, objects []map[string]any) []map[string]any {
	t.Helper()
	all := make([]map[string]any, len(objects))
	for i, o := range objects {
		normal, err := manifest.NormalMap(o)
		if err != nil {
			t.Fatal(err)
		}
		metadata, _ := normal["metadata"].(map[string]any)
		labels, _ := metadata["labels"].(map[string]any)
		maps.DeleteFunc(labels, func(key string, _ any) bool { return key == "kro.run/collection-index" })
		if len(labels) == 0 {
			delete(metadata, "labels")
		}
		all[i] = normal
	}
	return all
}

func BenchmarkCompile(b *testing.B) {
	sides(b, func(c trial.Case, kro, krowave bench.Side) {
		compile(b, c.Name+"/kro", kro)
		compile(b, c.Name+"/krowave", krowave)
	})
}

func compile(b *testing.B, name string, side bench.Side) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := side.Compile(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	sides(b, func(c trial.Case, kro, krowave bench.Side) {
		if kro.Render != nil {
			rendering(b, c.Name+"/kro", kro)
			rendering(b, c.Name+"/krowave", krowave)
		}
	})
}

func rendering(b *testing.B, name string, side bench.Side) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := side.Render(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
