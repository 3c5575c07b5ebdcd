package simpleschema

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// read parses a YAML document with the keys spec and types.
func read(tb testing.TB, text string) (spec, types *source.Node) {
	tb.Helper()
	docs, problems := source.Parse(source.NewFile("rgd.yaml", []byte(text)), source.Limits{})
	if len(problems) > 0 || len(docs) != 1 {
		tb.Fatalf("read %q: %d documents, problems %v", text, len(docs), problems)
	}
	return docs[0].Root.Get("spec"), docs[0].Root.Get("types")
}

// yamlString writes a string as a single-quoted YAML scalar, or a double-quoted one
// when it has line breaks.
func yamlString(s string) string {
	if strings.ContainsAny(s, "\n\t") {
		quoted, err := json.Marshal(s)
		if err != nil {
			return ""
		}
		return string(quoted)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// problem is what tests compare of a diagnostic.
type problem struct {
	Code diag.Code
	At   string // the text that it points at
}

func problemsOf(list diag.List, severity diag.Severity) []problem {
	var ps []problem
	for _, d := range list.Sorted() {
		if d.Severity == severity {
			ps = append(ps, problem{d.Code, d.Span.Text()})
		}
	}
	return ps
}

// schemaOf is the schema of the field a as JSON, followed by the fields that its parent requires.
func schemaOf(t *testing.T, b *Built) string {
	t.Helper()
	if b == nil {
		return ""
	}
	text, err := json.Marshal(b.Schema.Properties["a"])
	if err != nil {
		t.Fatalf("marshal: %v", err)
	}
	if len(b.Schema.Required) > 0 {
		return string(text) + " required " + strings.Join(b.Schema.Required, ",")
	}
	return string(text)
}

type lineCase struct {
	reason   string
	line     string
	types    string // more lines of YAML under types:
	want     string
	errors   []problem
	warnings []problem
}

// check builds a spec with the single field a.
func check(t *testing.T, tc lineCase) {
	t.Helper()
	text := "spec:\n  a: " + yamlString(tc.line) + "\n"
	if tc.types != "" {
		text += "types:\n" + tc.types
	}
	built, list := Build(read(t, text))
	if diff := cmp.Diff(tc.errors, problemsOf(list, diag.Error)); diff != "" {
		t.Errorf("%s: errors of %q (-want +got):\n%s", tc.reason, tc.line, diff)
	}
	if diff := cmp.Diff(tc.warnings, problemsOf(list, diag.Warning)); diff != "" {
		t.Errorf("%s: warnings of %q (-want +got):\n%s", tc.reason, tc.line, diff)
	}
	if diff := cmp.Diff(tc.want, schemaOf(t, built)); diff != "" {
		t.Errorf("%s: schema of %q (-want +got):\n%s", tc.reason, tc.line, diff)
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	cases := map[string]lineCase{
		"String":         {reason: "a scalar keeps its name", line: "string", want: `{"type":"string"}`},
		"Integer":        {reason: "a scalar keeps its name", line: "integer", want: `{"type":"integer"}`},
		"Boolean":        {reason: "a scalar keeps its name", line: "boolean", want: `{"type":"boolean"}`},
		"Float":          {reason: "OpenAPI calls it number", line: "float", want: `{"type":"number"}`},
		"Object":         {reason: "any fields are kept", line: "object", want: `{"type":"object","x-kubernetes-preserve-unknown-fields":true}`},
		"List":           {reason: "a list has items", line: "[]string", want: `{"type":"array","items":{"type":"string"}}`},
		"Map":            {reason: "a map has values", line: "map[string]integer", want: `{"type":"object","additionalProperties":{"type":"integer"}}`},
		"Nested":         {reason: "prefixes nest", line: "[]map[string][]boolean", want: `{"type":"array","items":{"type":"object","additionalProperties":{"type":"array","items":{"type":"boolean"}}}}`},
		"BlankInList":    {reason: "white space around an inner type is dropped", line: " [] string ", want: `{"type":"array","items":{"type":"string"}}`},
		"BlankInMap":     {reason: "white space around an inner type is dropped", line: "map[string] string", want: `{"type":"object","additionalProperties":{"type":"string"}}`},
		"Sixteen":        {reason: "sixteen prefixes are allowed", line: strings.Repeat("[]", 16) + "string", want: strings.Repeat(`{"type":"array","items":`, 16) + `{"type":"string"}` + strings.Repeat("}", 16)},
		"Seventeen":      {reason: "the seventeenth is too deep", line: strings.Repeat("[]", 17) + "string", errors: []problem{{diag.SchemaType, "string"}}},
		"Empty":          {reason: "a type is needed", line: "", errors: []problem{{diag.SchemaType, ""}}},
		"OnlyBlanks":     {reason: "a type is needed", line: "  ", errors: []problem{{diag.SchemaType, "  "}}},
		"OnlyMarkers":    {reason: "a type is needed before the markers", line: " | required=true", errors: []problem{{diag.SchemaType, " "}}},
		"EmptyList":      {reason: "a list has a type of elements", line: "[]", errors: []problem{{diag.SchemaType, "[]"}}},
		"EmptyMap":       {reason: "a map has a type of values", line: "[]map[string]", errors: []problem{{diag.SchemaType, "map[string]"}}},
		"MapKey":         {reason: "map keys are strings", line: "map[integer]string", errors: []problem{{diag.SchemaType, "map[integer]string"}}},
		"MapKeyBlank":    {reason: "the brackets hold no blanks", line: "map[ string ]string", errors: []problem{{diag.SchemaType, "map[ string ]string"}}},
		"BracketBlank":   {reason: "brackets with a blank are a name", line: "[ ]string", errors: []problem{{diag.SchemaUnknownType, "[ ]string"}}},
		"Unknown":        {reason: "names are case sensitive", line: "String", errors: []problem{{diag.SchemaUnknownType, "String"}}},
		"UnknownInside":  {reason: "the span is the name alone", line: "[]map[string] int", errors: []problem{{diag.SchemaUnknownType, "int"}}},
		"TypeAndMarkers": {reason: "problems on both sides of the | are found together", line: "int | minimum=x requird=true", errors: []problem{{diag.SchemaUnknownType, "int"}, {diag.SchemaMarkerValue, "x"}, {diag.SchemaUnknownMarker, "requird"}}},
		"Glued":          {reason: "without a | the markers are part of the name", line: "string required=true", errors: []problem{{diag.SchemaUnknownType, "string required=true"}}},
		"OddName":        {reason: "a named type may have any name", line: "[]foo bar", types: "  foo bar: integer\n", want: `{"type":"array","items":{"type":"integer"}}`},
		"Shadowed":       {reason: "a built-in name wins", line: "string", types: "  string: integer\n", want: `{"type":"string"}`, warnings: []problem{{diag.SchemaSuspect, "string"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, tc)
		})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	cases := map[string]lineCase{
		"String":         {reason: "a string goes between quotes", line: "string | default=a", want: `{"type":"string","default":"a"}`},
		"StringEmpty":    {reason: "an empty default is a default", line: "string | default=", want: `{"type":"string","default":""}`},
		"StringNull":     {reason: "null is a word", line: "string | default=null", want: `{"type":"string","default":"null"}`},
		"StringBlank":    {reason: "double quotes hold blanks", line: `string | default="a b"`, want: `{"type":"string","default":"a b"}`},
		"StringNewline":  {reason: "JSON reads the escape", line: `string | default="a\nb"`, want: `{"type":"string","default":"a\nb"}`},
		"StringQuote":    {reason: "kro does not escape quotes", line: `string | default="a\"b"`, errors: []problem{{diag.SchemaNotJSON, `\"`}}},
		"StringEscaped":  {reason: "JSON reads the escape that is left", line: `string | default="a\\\"b"`, want: `{"type":"string","default":"a\"b"}`},
		"StringBack":     {reason: "a backslash that starts no JSON escape", line: `string | default="C:\\dir"`, errors: []problem{{diag.SchemaNotJSON, `\\`}}},
		"StringUnicode":  {reason: "an incomplete JSON escape", line: `string | default=\u12`, errors: []problem{{diag.SchemaNotJSON, `\`}}},
		"StringRawLine":  {reason: "JSON strings hold no line breaks", line: "string | default=\"a\nb\"", errors: []problem{{diag.SchemaNotJSON, `\n`}}},
		"StringSingle":   {reason: "single quotes do not quote", line: "string | default='a'", want: `{"type":"string","default":"'a'"}`, warnings: []problem{{diag.SchemaSuspect, "''a''"}}},
		"StringSpaced":   {reason: "single quotes do not hold blanks", line: "string | default='a b'", errors: []problem{{diag.SchemaMarkerSyntax, "b''"}}},
		"Integer":        {reason: "the text is the default", line: "integer | default=-5", want: `{"type":"integer","default":-5}`},
		"IntegerQuoted":  {reason: "quotes are only for SimpleSchema", line: `integer | default="5"`, want: `{"type":"integer","default":5}`},
		"IntegerPlus":    {reason: "JSON has no plus sign", line: "integer | default=+5", errors: []problem{{diag.SchemaNotJSON, "+5"}}},
		"IntegerZeros":   {reason: "JSON has no leading zeros", line: "integer | default=007", errors: []problem{{diag.SchemaNotJSON, "007"}}},
		"IntegerWord":    {reason: "not a number", line: "integer | default=five", errors: []problem{{diag.SchemaMarkerValue, "five"}}},
		"IntegerEmpty":   {reason: "not a number", line: "integer | default=", errors: []problem{{diag.SchemaMarkerValue, "default"}}},
		"IntegerFloat":   {reason: "not a whole number", line: "integer | default=1.0", errors: []problem{{diag.SchemaMarkerValue, "1.0"}}},
		"Float":          {reason: "the text is the default", line: "float | default=1e3", want: `{"type":"number","default":1e3}`},
		"FloatNaN":       {reason: "Go reads it, JSON does not", line: "float | default=NaN", errors: []problem{{diag.SchemaNotJSON, "NaN"}}},
		"FloatPoint":     {reason: "Go reads it, JSON does not", line: "float | default=.5", errors: []problem{{diag.SchemaNotJSON, ".5"}}},
		"Boolean":        {reason: "the text is the default", line: "boolean | default=false", want: `{"type":"boolean","default":false}`},
		"BooleanOne":     {reason: "kro takes it; the API server will not", line: "boolean | default=1", want: `{"type":"boolean","default":1}`},
		"BooleanT":       {reason: "Go reads it, JSON does not", line: "boolean | default=T", errors: []problem{{diag.SchemaNotJSON, "T"}}},
		"BooleanYes":     {reason: "not a boolean", line: "boolean | default=yes", errors: []problem{{diag.SchemaMarkerValue, "yes"}}},
		"Object":         {reason: "the text is the default", line: `object | default={"a": 1}`, want: `{"type":"object","default":{"a":1},"x-kubernetes-preserve-unknown-fields":true}`},
		"List":           {reason: "the text is the default", line: `[]string | default=["x", "y z"]`, want: `{"type":"array","default":["x","y z"],"items":{"type":"string"}}`},
		"ListBare":       {reason: "the text must be JSON", line: `[]string | default=[x]`, errors: []problem{{diag.SchemaNotJSON, "[x]"}}},
		"MapEmptyText":   {reason: "no text is no default", line: `map[string]string | default=`, want: `{"type":"object","default":null,"additionalProperties":{"type":"string"}}`, warnings: []problem{{diag.SchemaSuspect, "default"}}},
		"Twice":          {reason: "the last one counts", line: "string | default=a default=b", want: `{"type":"string","default":"b"}`, warnings: []problem{{diag.SchemaSuspect, "default"}}},
		"ReplacedBad":    {reason: "only the default that counts must be JSON", line: "boolean | default=T default=true", want: `{"type":"boolean","default":true}`, warnings: []problem{{diag.SchemaSuspect, "default"}}},
		"AliasBad":       {reason: "a default that every use replaces need not be JSON", line: "Flag | default=true", types: "  Flag: boolean | default=T\n", want: `{"type":"boolean","default":true}`},
		"AliasBadInside": {reason: "the problem is in the type", line: "[]Flag", types: "  Flag: boolean | default=T\n", errors: []problem{{diag.SchemaNotJSON, "T"}}},
		"OverridesAlias": {reason: "the field's own default counts", line: "Name | default=b", types: "  Name: string | default=a\n", want: `{"type":"string","default":"b"}`},
		"FromAlias":      {reason: "a default comes with the type", line: "Name", types: "  Name: string | default=a\n", want: `{"type":"string","default":"a"}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, tc)
		})
	}
}
