package typing

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/source"
)

// asJSON is a schema as the CRD shows it; keys are sorted.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var sorted any
	if err := json.Unmarshal(text, &sorted); err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(sorted); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSchemaOf(t *testing.T) {
	t.Parallel()
	projected := object(map[string]*catalog.Schema{
		"object": object(map[string]*catalog.Schema{
			"my-key": scalar("string"), "namespace": scalar("boolean"), "$ref": scalar("number"),
			"surge": intOrString(), "size": quantity(), "time": formatted("date-time"), "data": formatted("byte"),
			"list": listOf(object(nil)), "map": mapWith(scalar("integer")), "sizes": mapWith(quantity()), "bare": {Type: "array"},
		}),
		"loose":    preserving(map[string]*catalog.Schema{"known": {Type: "string", Enum: []any{"x"}, Pattern: "x"}}),
		"anything": {Type: "object", AnyAdditional: true},
		"time":     formatted("date-time"),
	})
	cases := map[string]struct{ reason, expression, want string }{
		"Bool":       {"", "true", `{"type":"boolean"}`},
		"Int":        {"", "1", `{"type":"integer"}`},
		"Uint":       {"", "1u", `{"type":"integer"}`},
		"Double":     {"", "1.5", `{"type":"number"}`},
		"String":     {"", "'x'", `{"type":"string"}`},
		"Bytes":      {"", "b'x'", `{"format":"byte","type":"string"}`},
		"Timestamp":  {"", "a.time", `{"description":"Timestamp representing a creation time","format":"date-time","type":"string"}`},
		"Duration":   {"", "duration('1s')", `{"description":"unknown CEL type: google.protobuf.Duration","x-kubernetes-preserve-unknown-fields":true}`},
		"Null":       {"", "null", `{"description":"null type - any value allowed","x-kubernetes-preserve-unknown-fields":true}`},
		"Dyn":        {"", "dyn(1)", `{"x-kubernetes-preserve-unknown-fields":true}`},
		"Optional":   {"an optional value is not unwrapped", "a.?object", `{"description":"unknown CEL type: optional_type(__type_a.object)","x-kubernetes-preserve-unknown-fields":true}`},
		"List":       {"", "['x']", `{"items":{"type":"string"},"type":"array"}`},
		"ListOfTime": {"", "[a.time]", `{"items":{"description":"Timestamp representing a creation time","format":"date-time","type":"string"},"type":"array"}`},
		"Map":        {"", "{'a': 1}", `{"additionalProperties":{"type":"integer"},"type":"object"}`},
		"Nested":     {"", "[{'a': [1]}]", `{"items":{"additionalProperties":{"items":{"type":"integer"},"type":"array"},"type":"object"},"type":"array"}`},
		"Object": {
			"real names, and a place for all that the object may hold; times inside objects are anything, as in kro", "a.object",
			`{"properties":{"$ref":{"type":"number"},"bare":{"x-kubernetes-preserve-unknown-fields":true},"data":{"format":"byte","type":"string"},` +
				`"list":{"items":{"type":"object"},"type":"array"},"map":{"additionalProperties":{"type":"integer"},"type":"object"},` +
				`"my-key":{"type":"string"},"namespace":{"type":"boolean"},"size":{"x-kubernetes-preserve-unknown-fields":true},` +
				`"sizes":{"additionalProperties":{"x-kubernetes-preserve-unknown-fields":true},"type":"object"},` +
				`"surge":{"x-kubernetes-preserve-unknown-fields":true},"time":{"x-kubernetes-preserve-unknown-fields":true}},"type":"object"}`,
		},
		"Loose":    {"unknown fields stay allowed; enums and patterns are not carried over", "a.loose", `{"properties":{"known":{"type":"string"}},"type":"object","x-kubernetes-preserve-unknown-fields":true}`},
		"Anything": {"", "a.anything", `{"type":"object","x-kubernetes-preserve-unknown-fields":true}`},
		"Items":    {"", "many.map(x, x.anything)", `{"items":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"type":"array"}`},
		"TypeOf":   {"", "type(1)", `{"description":"unknown CEL type: type(int)","x-kubernetes-preserve-unknown-fields":true}`},
	}
	r := newRegistry(projected, projected)
	env := newEnv(t, r)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(tc.expression)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			if diff := cmp.Diff(tc.want, asJSON(t, r.SchemaOf(checked.OutputType()))); diff != "" {
				t.Errorf("%s\nschema of %s: -want, +got:\n%s", tc.reason, tc.expression, diff)
			}
		})
	}
	if diff := cmp.Diff(`{"additionalProperties":true,"type":"object"}`, asJSON(t, r.SchemaOf(types.NewObjectType("kro.run.Condition")))); diff != "" {
		t.Errorf("an object of which nothing is known may hold anything: -want, +got:\n%s", diff)
	}
}

func TestStatusSchema(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		fields []string // path and CEL type
		want   string
		diags  []string
	}{
		"Empty": {"a status without fields", nil, `{"type":"object"}`, nil},
		"Tree": {
			"paths make objects and lists",
			[]string{"a string", "b.c int", "b.d[0].e bool", `f["x.y"] string`, "g[0][1] int"},
			`{"properties":{"a":{"type":"string"},"b":{"properties":{"c":{"type":"integer"},"d":{"items":{"properties":{"e":{"type":"boolean"}},"type":"object"},"type":"array"}},"type":"object"},` +
				`"f":{"properties":{"x.y":{"type":"string"}},"type":"object"},"g":{"items":{"items":{"type":"integer"},"type":"array"},"type":"array"}},"type":"object"}`, nil,
		},
		"SameItems": {"items of one type", []string{"a[0] int", "a[1] int"}, `{"properties":{"a":{"items":{"type":"integer"},"type":"array"}},"type":"object"}`, nil},
		"ItemsAddUp": {
			"objects in a list have the fields of all of them",
			[]string{"a[0].b int", "a[1].c string", "a[1].b int"},
			`{"properties":{"a":{"items":{"properties":{"b":{"type":"integer"},"c":{"type":"string"}},"type":"object"},"type":"array"}},"type":"object"}`, nil,
		},
		"OtherItems": {
			"items that differ can be anything, whichever comes first, and each place is reported once",
			[]string{"a[0] int", "a[1] string", "a[2] bool"},
			`{"properties":{"a":{"items":{"x-kubernetes-preserve-unknown-fields":true},"type":"array"}},"type":"object"}`,
			[]string{"EXP102: status.a[1] differs in type from status.a[0], but the items of a list share one schema: in the CRD they can be anything"},
		},
		"OtherField": {
			"only the field that differs can be anything",
			[]string{"a[0].b int", "a[1].b string", "a[1].c int"},
			`{"properties":{"a":{"items":{"properties":{"b":{"x-kubernetes-preserve-unknown-fields":true},"c":{"type":"integer"}},"type":"object"},"type":"array"}},"type":"object"}`,
			[]string{"EXP102: status.a[1].b differs in type from status.a[0].b, but the items of a list share one schema: in the CRD they can be anything"},
		},
		"ObjectAndScalar": {
			"",
			[]string{"a[0].b int", "a[1] string", "a[2].c int"},
			`{"properties":{"a":{"items":{"x-kubernetes-preserve-unknown-fields":true},"type":"array"}},"type":"object"}`,
			[]string{"EXP102: status.a[1] differs in type from status.a[0].b, but the items of a list share one schema: in the CRD they can be anything"},
		},
		"ListAndObject": {
			"",
			[]string{"a[0][0] int", "a[1].b int"},
			`{"properties":{"a":{"items":{"x-kubernetes-preserve-unknown-fields":true},"type":"array"}},"type":"object"}`,
			[]string{"EXP102: status.a[1].b differs in type from status.a[0][0], but the items of a list share one schema: in the CRD they can be anything"},
		},
	}
	byName := map[string]*types.Type{"int": types.IntType, "string": types.StringType, "bool": types.BoolType}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fields []Projection
			for _, f := range tc.fields {
				text, typ, _ := strings.Cut(f, " ")
				path, err := fieldpath.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				fields = append(fields, Projection{Path: path, Type: byName[typ], Node: parse(t, "${x}")})
			}
			schema, diags := newRegistry(nil, nil).StatusSchema(fields)
			if diff := cmp.Diff(tc.want, asJSON(t, schema)); diff != "" {
				t.Errorf("%s\nStatusSchema(%v): -want, +got:\n%s", tc.reason, tc.fields, diff)
			}
			var got []string
			for _, d := range diags {
				got = append(got, fmt.Sprintf("%s: %s", d.Code, d.Message))
			}
			if diff := cmp.Diff(tc.diags, got); diff != "" || diags.HasErrors() {
				t.Errorf("%s\nproblems of StatusSchema(%v): -want, +got:\n%s", tc.reason, tc.fields, diff)
			}
		})
	}
}

// parse reads one YAML document.
func parse(tb testing.TB, text string) *source.Node {
	tb.Helper()
	docs, problems := source.Parse(source.NewFile("a.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 || len(docs) != 1 {
		tb.Fatalf("parse %q: %d documents, %v", text, len(docs), problems)
	}
	return docs[0].Root
}
