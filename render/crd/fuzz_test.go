package crd

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

// FuzzCheck checks CRDs with any rule and any default. It must not panic, must say the
// same twice, and every problem must lie inside the line that it is about.
func FuzzCheck(f *testing.F) {
	for _, seed := range [][2]string{
		{"self > 0", "5"},
		{"slef.x && other == 'é' && self", "+5"},
		{"self.all(x,\n  x > y)", "[1]"},
		{"'\\u00e9' + 1", "{\"a\": 1}"},
		{"self == oldSelf", "null"},
		{"(", "\"\""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, rule, value string) {
		escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
		lines := map[string]any{
			"a": `string | validation="` + escaped(rule) + `" default="` + escaped(value) + `"`,
			"b": `[]P | maxItems=3 validation="` + escaped(rule) + `"`,
			"c": `object | default="` + escaped(value) + `"`,
		}
		text, err := json.Marshal(map[string]any{"kind": "App", "spec": lines, "types": map[string]any{"P": map[string]any{"x": lines["a"]}}})
		if err != nil {
			t.Skip("not JSON")
		}
		docs, _ := source.Parse(source.NewFile("rgd.yaml", text), source.Limits{})
		if len(docs) != 1 {
			return
		}
		schema := docs[0].Root
		built, _ := simpleschema.Build(schema.Get("spec"), schema.Get("types"))
		if built == nil {
			return
		}
		c := Synthesize(Input{Group: "kro.run", Version: "v1", Kind: "App", Namespaced: true, Spec: built.Schema})
		origin := Origin{Schema: schema, Spec: built.Origin}
		list := Check(c, origin)
		again := Check(c, origin)
		if len(list) != len(again) {
			t.Fatalf("%d problems, then %d", len(list), len(again))
		}
		for i, d := range list {
			if d.Message != again[i].Message || d.Span.Compare(again[i].Span) != 0 {
				t.Errorf("%q, then %q", d.Message, again[i].Message)
			}
			if d.Span.Start().Line < 1 || !strings.Contains(string(text), d.Span.Text()) {
				t.Errorf("%q has no place: %q", d.Message, d.Span.Text())
			}
		}
	})
}
