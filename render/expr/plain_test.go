package expr

import (
	"fmt"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/go-cmp/cmp"
)

// FuzzPlain: whatever is read as a plain path is what CEL's parser reads.
func FuzzPlain(f *testing.F) {
	for _, text := range []string{
		"schema", "schema.spec.name", "a._b.c9.D", "a.in", "a.true", "null", "namespace", "a.namespace", "if.x",
		"a..b", "a.", ".a", "a.9b", "9a", " a", "a ", "a.b()", "a.b[0]", "a.?b", "a.`b`", "ä.b", "a.ä", "", ".",
	} {
		f.Add(text)
	}
	language, err := NewLanguage()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := plain(text)
		if got == nil {
			return
		}
		want, issues := language.env.ParseSource(common.NewTextSource(text))
		if issues.Err() != nil {
			t.Fatalf("%q: the parser refuses it: %v", text, issues.Err())
		}
		if diff := cmp.Diff(parts(want), parts(got)); diff != "" {
			t.Errorf("%q: -parser +plain\n%s", text, diff)
		}
	})
}

// TestPlain: paths are read as such, and nothing else is.
func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"schema": true, "schema.spec.name": true, "a._b.c9.D": true, "a.namespace": true,
		"namespace": false, "a.in": false, "true": false, "a.b()": false, "a.b[0]": false, " a": false, "": false, "a.": false,
	} {
		if got := plain(text) != nil; got != want {
			t.Errorf("plain(%q): want %v, got %v", text, want, got)
		}
	}
}

// tree is everything that a syntax tree says.
type tree struct {
	Nodes   []string
	Offsets map[int64]ast.OffsetRange
	Lines   []int32
	Text    string
}

func parts(a *cel.Ast) tree {
	info := a.NativeRep().SourceInfo()
	whole := tree{Offsets: info.OffsetRanges(), Lines: info.LineOffsets(), Text: a.Source().Content()}
	ast.PreOrderVisit(a.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		name := e.AsIdent()
		if e.Kind() == ast.SelectKind {
			name = e.AsSelect().FieldName()
		}
		whole.Nodes = append(whole.Nodes, fmt.Sprintln(e.ID(), e.Kind(), name, e.AsSelect().IsTestOnly()))
	}))
	return whole
}

func BenchmarkParse(b *testing.B) {
	language, err := NewLanguage()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if plain("schema.metadata.name") == nil {
				b.Fatal("not plain")
			}
		}
	})
	b.Run("parser", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, issues := language.env.ParseSource(common.NewTextSource("schema.metadata.name")); issues.Err() != nil {
				b.Fatal(issues.Err())
			}
		}
	})
}
