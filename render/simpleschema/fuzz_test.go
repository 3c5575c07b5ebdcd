package simpleschema

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// FuzzSimpleSchema builds a field, and an alias of it, from any type and any
// markers, in every style that YAML has for them. It must not panic, the
// places of problems must lie in the file, and what is built must be JSON.
func FuzzSimpleSchema(f *testing.F) {
	for _, seed := range [][2]string{
		{"string", ` required=true description="a \"b\" c" pattern="^[a-z]+$"`},
		{"integer", ` default=5 minimum=1 maximum = 10 enum=1,2,3`},
		{"[]map[string]Person", ` | listType=map listMapKey=name uniqueItems=true`},
		{"float", ` default=NaN minimum=+.5e3`},
		{"object", ` default={"a": ["b" } required`},
		{"map[ string ]T", ` default="`},
		{"[][]", "\tdefault='a b' foo =\n"},
		{"boolean", ` immutable=t validation="self == \\d" é=ü`},
		{"\xff[]", " default=\"\xfe\\u12\""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, typ, markers string) {
		line := typ + "|" + markers
		quoted, err := json.Marshal(line)
		if err != nil {
			t.Skip("not JSON")
		}
		block := strings.ReplaceAll(line, "\n", "\n    ")
		for _, scalar := range []string{string(quoted), "'" + strings.ReplaceAll(line, "'", "''") + "'", "|\n    " + block, ">\n    " + block} {
			fuzzOne(t, "spec:\n  a: "+scalar+"\n  b: T\n  c: '[]T'\ntypes:\n  T: "+scalar+"\n  Person:\n    name: string\n")
		}
	})
}

func fuzzOne(t *testing.T, text string) {
	t.Helper()
	docs, _ := source.Parse(source.NewFile("rgd.yaml", []byte(text)), source.Limits{})
	if len(docs) != 1 || docs[0].Root.Get("types") == nil {
		return
	}
	built, list := Build(docs[0].Root.Get("spec"), docs[0].Root.Get("types"))
	for _, d := range list {
		inside(t, text, d.Span)
		for _, r := range d.Related {
			inside(t, text, r.Span)
		}
		if d.Code == "" || d.Message == "" {
			t.Errorf("a problem without code or text: %+v", d)
		}
	}
	if (built == nil) != list.HasErrors() {
		t.Fatalf("built %v, but problems %v", built, list)
	}
	if built == nil {
		return
	}
	if _, err := json.Marshal(built.Schema); err != nil {
		t.Errorf("marshal: %v", err)
	}
	for i, rule := range built.Schema.Properties["a"].XValidations {
		place, _ := built.Origin.Find("properties[a].x-kubernetes-validations[" + strconv.Itoa(i) + "].rule")
		if place.String() != rule.Rule && place.String() != markImmutable {
			t.Errorf("rule %d is %q, but its origin is %q", i, rule.Rule, place.String())
		}
	}
}

func inside(t *testing.T, text string, span source.Span) {
	t.Helper()
	lines := strings.Count(text, "\n") + 1
	start, end := span.Start(), span.End()
	if start.Line < 1 || start.Line > lines || end.Line > lines || end.Line < start.Line {
		t.Errorf("%v to %v is not inside a file of %d lines", start, end, lines)
	}
	if !strings.Contains(text, span.Text()) {
		t.Errorf("%q is not in the file", span.Text())
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	doubling := "spec:\n  a: T40\ntypes:\n  T0: string\n"
	for i := range 40 {
		doubling += strings.NewReplacer("X", strconv.Itoa(i+1), "Y", strconv.Itoa(i)).Replace("  TX:\n    a: TY\n    b: TY\n")
	}
	cycles := "spec:\ntypes:\n"
	for i := range 500 {
		cycles += strings.ReplaceAll("  AX: BX\n  BX: AX\n", "X", strconv.Itoa(i))
	}
	var heavy strings.Builder
	for i := range 100 {
		heavy.WriteString("  a" + strconv.Itoa(i) + ": T\n")
	}
	cases := map[string]struct {
		reason string
		text   string
		want   map[diag.Code]int
	}{
		"Doubling": {
			reason: "types that double at every level are stopped",
			text:   doubling,
			want:   map[diag.Code]int{diag.SchemaTooLarge: 1},
		},
		"HeavyCopies": {
			reason: "what the markers of a type hold is copied with it",
			text:   "spec:\n" + heavy.String() + "types:\n  T: string | default=" + strings.Repeat("x", 100<<10) + "\n",
			want:   map[diag.Code]int{diag.SchemaTooLarge: 1},
		},
		"LongLine": {
			reason: "a line is at most 128 KiB long",
			text:   "spec:\n  a: string | description=" + strings.Repeat("x", 128<<10) + "\n",
			want:   map[diag.Code]int{diag.SchemaTooLarge: 1},
		},
		"ManyErrors": {
			reason: "no more than 500 errors are described",
			text:   "spec:\n  a: string |" + strings.Repeat(" nope=1", 10_000) + "\n",
			want:   map[diag.Code]int{diag.SchemaUnknownMarker: maxProblems},
		},
		"ErrorAfterWarnings": {
			reason: "warnings do not push an error out",
			text:   "spec:\n  a: string |" + strings.Repeat(" default=1", 10_000) + " nope=1\n",
			want:   map[diag.Code]int{diag.SchemaSuspect: maxProblems, diag.SchemaUnknownMarker: 1},
		},
		"ManyCycles": {
			reason: "no more than 20 cycles are looked for",
			text:   cycles,
			want:   map[diag.Code]int{diag.SchemaTypeCycle: maxCycles},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, list := Build(read(t, tc.text))
			got := map[diag.Code]int{}
			for _, d := range list {
				got[d.Code]++
			}
			for code, n := range tc.want {
				if got[code] != n {
					t.Errorf("%s: %d problems %s, want %d", tc.reason, got[code], code, n)
				}
			}
			if len(got) != len(tc.want) {
				t.Errorf("%s: got %v, want %v", tc.reason, got, tc.want)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	built, list := Build(read(t, `
spec:
  plain: string | minLength=3 default="a b"
  group:
    inner: "[]Person | maxItems=4"
  map: map[string]Person
  odd]name: string | enum=a,b
types:
  Person:
    name: Name | validation="self != \"x\""
  Name: string | default=joe immutable=true
`))
	if built == nil {
		t.Fatalf("problems: %v", list)
	}
	cases := map[string]struct {
		reason string
		path   string
		want   string
		line   int
		via    []string
	}{
		"Root":      {reason: "nothing is written for the root", path: "", want: ""},
		"Type":      {reason: "a field is its type", path: "properties[plain]", want: "string", line: 3},
		"Marker":    {reason: "a part is its marker's value", path: "properties[plain].default", want: `a b`, line: 3},
		"Inside":    {reason: "a part of a value is the value", path: "properties[plain].default.x[0]", want: `a b`, line: 3},
		"Other":     {reason: "a part that is not written is the type", path: "properties[plain].pattern", want: "string", line: 3},
		"Object":    {reason: "an object is its name", path: "properties[group].default", want: "group", line: 4},
		"Items":     {reason: "elements are their type", path: "properties[group].properties[inner].items", want: "Person", line: 5},
		"Limit":     {reason: "a marker of the list", path: "properties[group].properties[inner].maxItems", want: "4", line: 5},
		"Through":   {reason: "a named type's part is in the type", path: "properties[group].properties[inner].items.properties[name].default", want: "joe", line: 11, via: []string{"Person", "Name"}},
		"FirstRule": {reason: "rules of the type come first", path: "properties[map].additionalProperties.properties[name].x-kubernetes-validations[0].rule", want: "immutable", line: 11, via: []string{"Person", "Name"}},
		"OwnRule":   {reason: "then those of the field", path: "properties[map].additionalProperties.properties[name].x-kubernetes-validations[1].rule", want: `self != "x"`, line: 10, via: []string{"Person"}},
		"Beyond":    {reason: "an unknown field is its parent", path: "properties[group].properties[nope].default", want: "group", line: 4},
		"OddName":   {reason: "names are compared whole", path: "properties[odd]name].enum[0]", want: "a,b", line: 7},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place, via := built.Origin.Find(tc.path)
			if got := place.String(); got != tc.want {
				t.Errorf("%s: %s is %q, want %q", tc.reason, tc.path, got, tc.want)
			}
			if got := place.Span().Start().Line; tc.line > 0 && got != tc.line {
				t.Errorf("%s: %s is in line %d, want %d", tc.reason, tc.path, got, tc.line)
			}
			var names []string
			for _, v := range via {
				names = append(names, v.String())
			}
			if strings.Join(names, ",") != strings.Join(tc.via, ",") {
				t.Errorf("%s: %s goes via %v, want %v", tc.reason, tc.path, names, tc.via)
			}
		})
	}
	rule, _ := built.Origin.Find("properties[map].additionalProperties.properties[name].x-kubernetes-validations[1].rule")
	if got := rule.SpanOf(8, 11).Text(); got != `\"x\"` {
		t.Errorf("the bytes 8 to 11 of the rule are %q, want %q", got, `\"x\"`)
	}
	deep := built.Origin.Property("map").Values().Property("name")
	if got := deep.Place().String(); got != "Name" {
		t.Errorf("the place of a value's field is %q, want Name", got)
	}
	if got := built.Origin.Property("group").Property("inner").Items().Property("none").Items().Place().String(); got != "" {
		t.Errorf("the place of nothing is %q", got)
	}
}
