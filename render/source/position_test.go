package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/source"
)

// root parses one document and fails the test on any problem.
func root(t *testing.T, text string) *source.Node {
	t.Helper()
	docs, problems := source.Parse(source.NewFile("f.yaml", []byte(text)), source.Limits{})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("%q: %d documents, problems %v", text, len(docs), problems)
	}
	return docs[0].Root
}

// place is what an editor shows of a span: start, end and the text between.
func place(s source.Span) string {
	return fmt.Sprintf("%d:%d-%d:%d %q", s.Start().Line, s.Start().Column, s.End().Line, s.End().Column, s.Text())
}

func TestSpan(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		path   []any
		want   string
	}{
		"Plain":           {"a plain scalar ends with its last character", "a: b c  # d\n", []any{"a"}, `1:4-1:7 "b c"`},
		"Number":          {"a value that is not a string has its text too", "a: 0x1F\n", []any{"a"}, `1:4-1:8 "0x1F"`},
		"PlainFolded":     {"a plain scalar may span lines", "a: b\n  c\n", []any{"a"}, `1:4-2:4 "b\n  c"`},
		"Single":          {"quotes belong to the scalar", "a: 'it''s'\n", []any{"a"}, `1:4-1:11 "'it''s'"`},
		"Double":          {"an escaped quote does not end the scalar", `a: "b\"c"`, []any{"a"}, `1:4-1:10 "\"b\\\"c\""`},
		"Literal":         {"a block scalar is all its lines", "a: |\n  b\n  c\nd: e\n", []any{"a"}, `1:4-3:4 "|\n  b\n  c"`},
		"Folded":          {"blank lines inside belong to it, those behind it do not", "a: >-\n  b\n\n  c\n\nd: e\n", []any{"a"}, `1:4-4:4 ">-\n  b\n\n  c"`},
		"Null":            {"an absent value is a point", "a:\nb: c\n", []any{"a"}, `1:3-1:3 ""`},
		"Tag":             {"a tag is not part of the value", "a: !!str 12\n", []any{"a"}, `1:10-1:12 "12"`},
		"TagQuoted":       {"a tag before quotes is not part of the value", "a: !!int \"12\"\n", []any{"a"}, `1:10-1:14 "\"12\""`},
		"AnchorAndTag":    {"an anchor is not part of the value, in any order", "a: &x !!str\n  12\n", []any{"a"}, `2:3-2:5 "12"`},
		"Alias":           {"an alias has the place of its anchor", "a: &x b\nc: *x\n", []any{"c"}, `1:7-1:8 "b"`},
		"Merge":           {"a merged value has the place where it is written", "a: &x {k: v}\nc:\n  <<: *x\n", []any{"c", "k"}, `1:11-1:12 "v"`},
		"Map":             {"a map is its first line", "a:\n  b: c\n  d: e\n", []any{"a"}, `2:3-2:7 "b: c"`},
		"Flow":            {"a flow list is its line", "a: [b, c]\n", []any{"a"}, `1:4-1:10 "[b, c]"`},
		"FlowItem":        {"items of a flow list have their own places", "a: [b, 'c']\n", []any{"a", 1}, `1:8-1:11 "'c'"`},
		"MultiByte":       {"columns count runes", "ключ: {é: 日本}\n", []any{"ключ", "é"}, `1:11-1:13 "日本"`},
		"CRLF":            {"a carriage return before the line feed is not a column", "a: b\r\nc:\r\n  - d\r\n", []any{"c", 0}, `3:5-3:6 "d"`},
		"CRLFLiteral":     {"block scalars with carriage returns", "a: |\r\n  b\r\n  c\r\nd: e\r\n", []any{"a"}, `1:4-3:4 "|\r\n  b\r\n  c"`},
		"ByteOrderMark":   {"a byte order mark does not shift the text", "\ufeffa: b\n", []any{"a"}, `1:5-1:6 "b"`},
		"OldMac":          {"a lone carriage return ends a line for YAML, not for editors", "a: b\rc: d\n", []any{"c"}, `1:9-1:10 "d"`},
		"NextLine":        {"the line ends that only YAML 1.1 knows do not shift later lines", "a: \"x\u0085y\u2028z\"\nc: d\n", []any{"c"}, `2:4-2:5 "d"`},
		"DocumentStart":   {"text behind the dashes", "--- {a: b}\n", []any{"a"}, `1:9-1:10 "b"`},
		"DirectiveBefore": {"lines of directives count", "%YAML 1.1\n---\na: b\n", []any{"a"}, `3:4-3:5 "b"`},
		"JSON":            {"JSON on one line", `{"a": {"b": [1, {"c": "d"}]}}`, []any{"a", "b", 1, "c"}, `1:23-1:26 "\"d\""`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, ok := root(t, tc.text).At(tc.path...)
			if !ok {
				t.Fatalf("%v is missing", tc.path)
			}
			if diff := cmp.Diff(tc.want, place(n.Span())); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSpanOf(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		part   string // of the decoded value of a
		want   string
	}{
		"Plain":          {"bytes are bytes", "a: x${b}y\n", "${b}", `1:5-1:9 "${b}"`},
		"PlainFolded":    {"behind a line break", "a: x\n   y ${b}\n", "${b}", `2:6-2:10 "${b}"`},
		"AcrossLines":    {"a part may span a folded line", "a: ${b +\n   c}\n", "${b + c}", `1:4-2:6 "${b +\n   c}"`},
		"Single":         {"a doubled quote is one character", "a: 'it''s ${b}'\n", "${b}", `1:11-1:15 "${b}"`},
		"SingleQuote":    {"the quote itself is both", "a: 'it''s'\n", "'", `1:7-1:9 "''"`},
		"Double":         {"escapes are longer than what they mean", `a: "x\t\u00e9${b}"`, "${b}", `1:14-1:18 "${b}"`},
		"DoubleEscape":   {"an escape is one place", `a: "x\u00e9y"`, "é", `1:6-1:12 "\\u00e9"`},
		"DoubleQuotes":   {"escaped quotes inside an expression", `a: "${b[\"c\"]}"`, `${b["c"]}`, `1:5-1:16 "${b[\\\"c\\\"]}"`},
		"DoubleFolded":   {"a folded line of a quoted scalar", "a: \"x\n\n  y ${b}\"\n", "${b}", `3:5-3:9 "${b}"`},
		"DoubleEscaped":  {"an escaped line break vanishes", "a: \"x\\\n  ${b}\"\n", "${b}", `2:3-2:7 "${b}"`},
		"Literal":        {"the second line of a literal", "a: |\n  x\n    ${b}\n", "${b}", `3:5-3:9 "${b}"`},
		"LiteralKeep":    {"header indicators", "a: |2+\n   x\n  ${b}\n\n", "${b}", `3:3-3:7 "${b}"`},
		"LiteralComment": {"a comment behind the header", "a: | # c ${b}\n  ${b}\n", "${b}", `2:3-2:7 "${b}"`},
		"Folded":         {"a folded scalar", "a: >-\n  x\n  y\n\n  ${b}\n", "${b}", `5:3-5:7 "${b}"`},
		"FoldedIndented": {"more indented lines keep their breaks", "a: >\n  x\n    y\n  ${b}\n", "${b}", `4:3-4:7 "${b}"`},
		"MultiByte":      {"columns count runes", "a: żółć ${b}\n", "${b}", `1:9-1:13 "${b}"`},
		"MultiByteRune":  {"a rune of several bytes", "a: x日y\n", "日", `1:5-1:6 "日"`},
		"CRLF":           {"carriage returns in a literal", "a: |\r\n  x\r\n  ${b}\r\n", "${b}", `3:3-3:7 "${b}"`},
		"CRLFFolded":     {"carriage returns in a folded plain scalar", "a: x\r\n  ${b}\r\n", "${b}", `2:3-2:7 "${b}"`},
		"Tagged":         {"behind a tag and an anchor", "a: !!str &x ${b}\n", "${b}", `1:13-1:17 "${b}"`},
		"LiteralAnchor":  {"a block scalar behind an anchor", "a: &x |\n  ${b}\n", "${b}", `2:3-2:7 "${b}"`},
		"Empty":          {"the end of the text is a point", "a: xyz\n", "", `1:4-1:4 ""`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := root(t, tc.text).Get("a")
			from := strings.Index(n.Str(), tc.part)
			if from < 0 {
				t.Fatalf("%q does not contain %q", n.Str(), tc.part)
			}
			if diff := cmp.Diff(tc.want, place(n.SpanOf(from, from+len(tc.part)))); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSpanOfEnd: the end of every style of scalar is inside the file and not before its start.
func TestSpanOfEnd(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a: b\n", "a: 'b'\n", "a: \"b\"\n", "a: |\n  b\n", "a: >\n  b", "a: !!binary aGk=\n", "a: |+\n\n\n", "a: ''\n"} {
		n := root(t, text).Get("a")
		span := n.SpanOf(len(n.Str()), len(n.Str()))
		if span.Compare(n.Span()) < 0 || span.Start().Line == 0 {
			t.Errorf("%q: the end is %s, the scalar %s", text, place(span), place(n.Span()))
		}
	}
}
