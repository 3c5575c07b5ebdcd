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
		"a.b[0].c", "a['x-y'].c", "a[b.c]", "a[b[1]]", "a[?0]", "a[0x1]", "a[1u]", "a[-1]", "a[1.0]", "a[99999999999999999999]",
		"string(a.b)", "f()", "f( a , b )", "f(a,)", "f(,)", "base64.encode(hash.sha256(json.marshal(a.b)))", "in(a)", "if(a)", "a.if(b)",
		"has(a.b)", "has(a)", "has(a.b.c())", "has(a.b, c)", "has(has(a.b).c)", "a.has(b.c)", "has(a.b) == has(c.d)", "f(has(a.b), has(c.d))", "has(a.b[0].c)",
		"a == b", "a==b", "a<=1", "a < b.c", "a == b == c", "a = b", "a + b", "a+b+c", "a + 'x' + b == \"y\" + c", "a == 1 + 2", "a && b", "a ? b : c", "!a", "a - 1",
		"''", "\"\"", "'''x'''", "'a\\n'", "'a\nb'", "'ä'", "r'x'", "b'x'", "'x'.size()", "1.size()", "007", "1 2", "a b", "a\n== b", "a == b // c",
		"a.all(x, x)", "a.map(x, y)", "cel.bind(a, b, c)", "math.greatest(a, b)", "a.optMap(x, x)", "a.sortBy(x, x)", "all(a)", "a.all()",
		"[a]", "{}", "(a)", "a.b{}", "a(", "a)", "f(a", "a[0", "a (b)", "a .b", "a. b", "a== =b", "a<==b", "a+ +b", "has (a.b)", "a[ 0 ]", "f()()", "a[0](b)",
	} {
		f.Add(text)
	}
	language, err := NewLanguage()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := language.plain(text)
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
	language, err := NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"schema": true, "schema.spec.name": true, "a._b.c9.D": true, "a.namespace": true,
		"a.b()": true, "a.b[0]": true, " a": true, "has(a.b)": true, "string(a.b)": true, "a.b == 'x'": true, "a + '-x'": true,
		"base64.encode(hash.sha256(json.marshal(a.b)))": true,
		"namespace": false, "a.in": false, "true": false, "": false, "a.": false, "a.map(x, x)": false, "a == b == c": false, "a && b": false,
	} {
		if got := language.plain(text) != nil; got != want {
			t.Errorf("plain(%q): want %v, got %v", text, want, got)
		}
	}
}

// tree is everything that a syntax tree says.
type tree struct {
	Nodes   []string
	Macros  int
	Offsets map[int64]ast.OffsetRange
	Lines   []int32
	Text    string
}

func parts(a *cel.Ast) tree {
	info := a.NativeRep().SourceInfo()
	whole := tree{Offsets: info.OffsetRanges(), Lines: info.LineOffsets(), Text: a.Source().Content()}
	ast.PreOrderVisit(a.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		node := fmt.Sprint(e.ID(), " ", e.Kind())
		switch e.Kind() {
		case ast.SelectKind:
			node += fmt.Sprint(" ", e.AsSelect().FieldName(), " ", e.AsSelect().IsTestOnly())
		case ast.CallKind:
			node += fmt.Sprint(" ", e.AsCall().FunctionName(), " ", e.AsCall().IsMemberFunction(), " ", len(e.AsCall().Args()))
		case ast.LiteralKind:
			node += fmt.Sprintf(" %T %v", e.AsLiteral(), e.AsLiteral())
		default:
			node += " " + e.AsIdent()
		}
		whole.Nodes = append(whole.Nodes, node)
	}))
	whole.Macros = len(info.MacroCalls())
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
			if language.plain("schema.metadata.name") == nil {
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
