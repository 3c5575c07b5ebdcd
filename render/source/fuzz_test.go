package source_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/source"
)

// kubectl is what kubectl and kro make of the first document of a text: sigs.k8s.io/yaml turns
// it into JSON, whose whole numbers become int64.
func kubectl(text string) (any, error) {
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return numbers(v), nil
}

// numbers replaces JSON numbers as k8s.io/apimachinery does: int64 where they fit, else float64.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}

// marker is where a document ends: what stands behind it is nothing to the decoder that kubectl uses, and a document to us.
var marker = regexp.MustCompile("[\r\n\u0085\u2028\u2029](---|\\.\\.\\.)")

// FuzzResolve: what kubectl reads, we read with the same result; no text makes us panic.
func FuzzResolve(f *testing.F) {
	for _, text := range []string{
		"a: 1\nb: [x, 1.0, 0x1F, 0o17, 017, 1_000, +1, -0, .5, 1e3, 1e400, 12:30:45, 2001-01-01]\n",
		"y: on\nno: ~\n? 1\n: 2\n1.5: x\n", "a: &x {k: v}\nb: *x\nc: {<<: *x, l: 1}\n", "- !!str 1\n- !!int \"1\"\n- !!float 3\n- !!binary aGk=\n- !local x\n",
		"a: |+\n  x\n\nb: >-\n  y\n  z\n", "'it''s': \"\\u00e9\\x41\\\n  b\"\n", "a: 18446744073709551615\nb: 9223372036854775808\nc: -9223372036854775808\n",
		"{\"a\": [1, 2.50, true, null, \"\\/\"]}", "a: \"\\ud83d\\ude00\"\n", "\ufeffa: 1\n", "a:\r\n  b: 1\r\n", "!!set {a, b}\n", "a: 0b11\nb: -0b11\nc: 0b1_1\nd: 0b+0\ne: 0b-1\nf: -0b-1\ng: 0B1\nh: 0O7\ni: 0X1\nj: 0b+\n", "a: = \n", "--- a\n...\n", "%YAML 1.1\n---\na: 1\n", "&0\n!", "&0 #\n !", "a: &x # c\n  ! 1\nb: &y\n", "a: &x\n\n!\n", "a: &x\n! b: 1\n", "0\n...\n?", "!<!>", "a: !<!> 1\n", "a: &x\n\n!<!>\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, problems := source.Parse(source.NewFile("f.yaml", []byte(text)), source.Limits{})
		want, err := kubectl(text)
		for _, p := range problems {
			switch p.Kind {
			case source.DuplicateKey:
			case source.BadKey, source.BadValue:
				if err == nil && !marker.MatchString(text) {
					t.Errorf("%q: %s, but kubectl reads %v", text, p.Message, want)
				}
				return
			case source.Syntax, source.LimitHit:
				return // The two scanners differ in corners; both refuse rather than guess.
			}
		}
		if err != nil || len(docs) > 1 || (len(docs) == 1 && docs[0].Index > 0) {
			return
		}
		var got any
		if len(docs) == 1 {
			got = docs[0].Root.JSON()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -kubectl +source\n%s", text, diff)
		}
	})
}

// FuzzPositions: every value has a place inside its file, and every letter of a string leads back to
// the same letter in the file, or to an escape.
func FuzzPositions(f *testing.F) {
	for _, text := range []string{
		"a: b c\n  d\nk: 'it''s\n\n  x'\n", "a: \"x\\u00e9\\\n  y\\\"z\n\n  w\"\n", "a: |2-\n    x\n  y\n\nb: >+\n  u\n  v\n\n    w\n  z\n",
		"a: &x !!str\r\n  b\r\nc: [*x, é日, {? q : \"\\x41\"}]\r\n", "---\nx\n--- |\n y\n...\n--- >\n\n z\n", "\ufeff- a\u0085- \u2028b\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, problems := source.Parse(source.NewFile("f.yaml", []byte(text)), source.Limits{Nodes: 2000, Depth: 30})
		for _, p := range problems {
			if p.Span.Start().Line < 1 || p.Message == "" {
				t.Errorf("%q: a problem without a place: %+v", text, p)
			}
		}
		for _, d := range docs {
			positions(t, d.Root)
		}
	})
}

func positions(t *testing.T, n *source.Node) {
	t.Helper()
	span := n.Span()
	start, end := span.Start(), span.End()
	if start.Line < 1 || end.Line < start.Line || (end.Line == start.Line && end.Column < start.Column) {
		t.Errorf("%q: %s from %v to %v", span.File().Text(), n.Kind(), start, end)
	}
	for _, f := range n.Fields() {
		positions(t, f.KeyAt)
		positions(t, f.Value)
	}
	for _, item := range n.Items() {
		positions(t, item)
	}
	text := n.Str()
	for i, r := range text {
		part := n.SpanOf(i, i+utf8.RuneLen(r))
		if part == span || r == '\ufffd' || unicode.IsSpace(r) {
			continue
		}
		if got := part.Text(); got != string(r) && got[0] != '\\' && got != "''" {
			t.Errorf("%q: %q in %q leads to %q", span.File().Text(), r, text, got)
		}
	}
}
