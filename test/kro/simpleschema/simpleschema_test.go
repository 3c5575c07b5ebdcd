package simpleschema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	krosimpleschema "github.com/kubernetes-sigs/kro/pkg/simpleschema"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/simpleschema"
	"github.com/krowave/krowave/render/source"
)

// simple is the part of an RGD that is SimpleSchema.
type simple struct {
	Spec  map[string]any `json:"spec"`
	Types map[string]any `json:"types"`
}

// theirs is kro's schema. A schema that panics, or that cannot be written as JSON and
// therefore never reaches an API server, counts as refused.
func (s simple) theirs() (schema *apiextensionsv1.JSONSchemaProps, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, err = nil, fmt.Errorf("kro panics: %v", r)
		}
	}()
	schema, err = krosimpleschema.ToOpenAPISpec(s.Spec, s.Types)
	if err != nil {
		return nil, err
	}
	if _, err := json.Marshal(schema); err != nil {
		return nil, err
	}
	return schema, nil
}

// ours is krowave's schema of the same text.
func (s simple) ours(tb testing.TB) (*simpleschema.Built, *source.Node, diag.List) {
	tb.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		tb.Fatal(err)
	}
	docs, problems := source.Parse(source.NewFile("rgd.json", text), source.Limits{})
	if len(docs) != 1 || len(problems) > 0 {
		tb.Fatalf("%s: %v", text, problems)
	}
	root := docs[0].Root
	built, diags := simpleschema.Build(root.Get("spec"), root.Get("types"))
	return built, root, diags
}

// compareSimple reports a difference in verdict or schema and tells whether both accept.
func compareSimple(t *testing.T, s simple) bool {
	t.Helper()
	want, err := s.theirs()
	got, _, diags := s.ours(t)
	if (err == nil) != (got != nil) {
		t.Errorf("%v\nkro: %v\nours: %v", s, err, diags)
		return false
	}
	if err != nil {
		return false
	}
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got.Schema)); diff != "" {
		t.Errorf("%v (-kro +ours):\n%s", s, diff)
	}
	return true
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSimpleSchemaLines compares lines at the edges of the grammar.
func TestSimpleSchemaLines(t *testing.T) {
	t.Parallel()
	lines := []string{
		"", " ", "|", " | required=true", "string", " string ", "String", "int", "[]", "[] ", "[]string", "[] string", "[ ]string", "[]|", "map[string]",
		"map[string]string", "map[ string ]string", "map[integer]string", "map[", "[]map[string][]float", "string | ", "string |", "string |required=true",
		"string | required=true ", "string | required= true", "string | required = true", "string | required =true", "string | required", "string | =x",
		"string | default=x | required=true", "string | foo required=true", "string | required=T default=", "string | default=\"", "string | default=\"\"",
		"string | default=\"a\\\"b\"", "string | default=\"a\\nb\"", "string | default=\"a\nb\"", "string | default=\"a\\\\nb\"", "string | default=a\\b", "string | default='a'",
		"string | default='a b'", "string | pattern=\"^a$\"description=\"x\"", "string | \"required\"=true", "string | [required]=true", "string | re quired=true",
		"string | description=\"a\"b\"c\"", "string | description=\\\"a\\\"", "string | description=\"\\\"", "string | description=\"\\\\\"", "string | description=\"\\a\\\"",
		"string | description=a\u00a0required=true", "string | enum=a,,b", "string | enum=[\"a\",\"b\"]", "string | enum=", "string | enum=\"a, b\"", "string | enum=a,\u0007",
		"string | enum=\u200b", "string | enum=\U000e0001", "integer | enum=1,+2", "integer | enum=01", "float | enum=1", "boolean | enum=true", "[]string | enum=a",
		"integer | default=+5", "integer | default=007", "integer | default=-0", "integer | default=1_000", "integer | default=9223372036854775808", "float | default=NaN",
		"float | default=.5", "float | default=5.", "float | default=1e999", "float | default=0x1p-2", "float | minimum=0x1p-2", "float | minimum=NaN", "float | maximum=Inf",
		"boolean | default=T", "boolean | default=1", "boolean | default=true", "object | default={}", "object | default={\"a\": [1, \"b c\"]}", "object | default=", "object | default=null",
		"object | default={} }", "object | default={", "object | default=}", "[]string | default=[\"a\", \"b\"]", "[]string | default=a", "map[string]string | default={\"a\":\"b\"}",
		"[]string | uniqueItems=true listType=set", "[]string | uniqueItems=true listType=map", "[]string | listType=map uniqueItems=true", "[]string | uniqueItems=maybe",
		"[]object | listMapKey=a listType=map", "[]object | listMapKey=a", "[]object | listMapKey=a listMapKey=a listType=map", "[]object | listMapKey= listType=map", "string | listType=set",
		"string | minLength=-1 maxLength=1.5", "[]string | minItems=1 maxItems=2", "string | minItems=1", "string | validation=", "string | validation=\" \"", "string | immutable=yes",
		"string | pattern=", "string | pattern=\"(\"", "integer | pattern=a", "string | pattern=[a-z]", "string | pattern=^a]$", "Name", "[]Name", "Name | required=true", "Name | required=false",
		"Name | default=b", "Strict | listType=set", "Struct", "Struct | default={}", "[]Struct", "foo bar", "a=b", "string required=true",
	}
	types := map[string]any{
		"Name": "string | required=true default=a validation=true", "Strict": "[]string | listType=atomic", "foo bar": "integer", "a=b": "boolean",
		"Struct": map[string]any{"name": "Name", "level": "integer | default=1"}, "string": "integer",
	}
	accepted := 0
	for _, line := range lines {
		for _, s := range []simple{
			{Spec: map[string]any{"a": line}, Types: types},
			{Spec: map[string]any{"a": map[string]any{"b": line, "c": "string | default=x"}}, Types: types},
			{Spec: map[string]any{"a": "Alias", "b": "[]Alias"}, Types: map[string]any{"Alias": line, "Name": types["Name"]}},
		} {
			if compareSimple(t, s) {
				accepted++
			}
		}
	}
	if accepted < len(lines)/2 {
		t.Errorf("only %d of %d texts are accepted: the table tests too little", accepted, 3*len(lines))
	}
}

// TestSimpleSchemaGenerated compares thousands of invented texts, lines alone and types that refer to each other.
func TestSimpleSchemaGenerated(t *testing.T) {
	t.Parallel()
	count := 10_000
	if testing.Short() {
		count = 2_000
	}
	accepted := 0
	for seed := range count {
		d := simpleDice{rand.New(rand.NewPCG(uint64(seed), 1))}
		s := simple{Spec: map[string]any{"a": d.line()}, Types: map[string]any{"T": "string | default=t"}}
		if seed%2 == 0 {
			s = d.schema()
		}
		if compareSimple(t, s) {
			accepted++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if accepted < count/20 || accepted > count*19/20 {
		t.Errorf("%d of %d texts are accepted: the generator is too one-sided", accepted, count)
	}
}

// simpleDice invents SimpleSchema.
type simpleDice struct{ *rand.Rand }

func (d simpleDice) pick(from ...string) string { return from[d.IntN(len(from))] }

// schema is a spec with named types, mostly sound.
func (d simpleDice) schema() simple {
	s := simple{Spec: d.object(2), Types: map[string]any{}}
	for _, name := range []string{"T", "U", "V"} {
		if d.IntN(4) == 0 {
			s.Types[name] = d.object(1)
		} else {
			s.Types[name] = d.sound()
		}
	}
	return s
}

func (d simpleDice) object(depth int) map[string]any {
	o := map[string]any{}
	for _, name := range []string{"a", "b", "c"} {
		switch n := d.IntN(12); {
		case n == 0 && depth > 0:
			o[name] = d.object(depth - 1)
		case n == 1:
			o[name] = d.line()
		case n == 2 && d.IntN(10) == 0:
			o[name] = []any{nil, 1, true, []any{"string"}, 1.5}[d.IntN(5)]
		case n < 10:
			o[name] = d.sound()
		}
	}
	return o
}

// sound is a line that is most likely accepted.
func (d simpleDice) sound() string {
	type form struct{ typ, markers string }
	forms := []form{
		{"string", "required=true"},
		{"string", "default=x"},
		{"string", "enum=a,b default=a"},
		{"string", "pattern=^[a-z]*$ maxLength=5"},
		{"integer", "minimum=1 default=3"},
		{"float", "maximum=2.5"},
		{"boolean", "default=false immutable=true"},
		{"[]string", "uniqueItems=true minItems=1"},
		{"[]T", "default=[]"},
		{"map[string]U", ""},
		{"T", "description=\"a b\""},
		{"U", "required=true"},
		{"V", ""},
		{"[]V", "maxItems=3"},
		{"object", "default={}"},
		{"string", "validation=\"self != 'a'\""},
		{"[]map[string]integer", "listType=atomic"},
	}
	f := forms[d.IntN(len(forms))]
	if f.markers == "" || d.IntN(3) == 0 {
		return f.typ
	}
	return f.typ + " | " + f.markers
}

// line is a type and markers put together from pieces, sound or not.
func (d simpleDice) line() string {
	var b strings.Builder
	for range d.IntN(3) {
		b.WriteString(d.pick("", "[]", "map[string]", " ", "[] ", "map[int]"))
	}
	b.WriteString(d.pick("string", "integer", "boolean", "float", "object", "string", "integer", "T", "X", "", "\t"))
	if d.IntN(8) == 0 {
		return b.String()
	}
	b.WriteString(d.pick("|", " | ", " |", "| ", ""))
	for i := range 1 + d.IntN(3) {
		if i > 0 {
			b.WriteString(d.pick(" ", " ", " ", "  ", "\t", "\n", "", " | "))
		}
		b.WriteString(d.pick("required", "default", "description", "minimum", "maximum", "validation", "immutable", "enum", "pattern", "minLength", "maxLength",
			"minItems", "maxItems", "uniqueItems", "listType", "listMapKey", "default", "default", "enum", "nope", "", "foo required"))
		b.WriteString(d.pick("=", "=", "=", "=", "=", " =", "= ", "", "=="))
		b.WriteString(d.value())
	}
	b.WriteString(d.pick("", "", "", "", " ", "\n", "x"))
	return b.String()
}

func (d simpleDice) value() string {
	plain := d.pick("true", "false", "1", "-5", "0", "1.5", "a", "a,b", "1,2", "set", "map", "atomic", "{}", "[]", `{"a":1}`, `["a"]`, "null", "NaN", "T", "+1", "")
	switch d.IntN(6) {
	case 0:
		return `"` + plain + `"`
	case 1:
		var b strings.Builder
		for range d.IntN(6) {
			b.WriteString(d.pick(`"`, `\`, "a", " ", "{", "}", "[", "]", "=", "|", ",", `\"`, `\\`, "\n", "'", "é", `\n`))
		}
		if d.IntN(2) == 0 {
			return `"` + b.String() + `"`
		}
		return b.String()
	}
	return plain
}
