package simpleschema

import (
	"testing"

	"github.com/krowave/krowave/render/diag"
)

func TestTokenizer(t *testing.T) {
	t.Parallel()
	syntax := func(at ...string) []problem {
		var ps []problem
		for _, a := range at {
			ps = append(ps, problem{diag.SchemaMarkerSyntax, a})
		}
		return ps
	}
	cases := map[string]lineCase{
		"Two":            {reason: "blanks separate markers", line: "string | required=true description=x", want: `{"description":"x","type":"string"} required a`},
		"NoBlanks":       {reason: "no blank is needed behind the |", line: "string|required=true", want: `{"type":"string"} required a`},
		"Tabs":           {reason: "tabs are blanks", line: "string |\trequired=true\tdescription=x", want: `{"description":"x","type":"string"} required a`},
		"LineBreak":      {reason: "line breaks are blanks", line: "string |\nrequired=true\ndescription=x", want: `{"description":"x","type":"string"} required a`},
		"EqualSigns":     {reason: "a value may hold =", line: "string | description=a=b==c", want: `{"description":"a=b==c","type":"string"}`},
		"BlankBefore":    {reason: "a blank may stand before the =", line: "string | required =true", want: `{"type":"string"} required a`},
		"BlankBehind":    {reason: "a blank behind the = ends the value", line: "string | required= true", errors: syntax("true")},
		"BlanksAround":   {reason: "a blank behind the = ends the value", line: "string | required = true default=x", errors: syntax("true")},
		"EmptyValue":     {reason: "an empty description is one", line: "string | description= required=true", want: `{"type":"string"} required a`},
		"NothingBehind":  {reason: "a | needs a marker", line: "string |", errors: syntax("|")},
		"BlankEnd":       {reason: "a blank at the end is a marker without a name", line: "string | required=true ", errors: syntax(" ")},
		"BreakEnd":       {reason: "so is a line break", line: "string | required=true\n", errors: syntax(`\n`)},
		"SecondBar":      {reason: "the second | is part of a name", line: "string | default=x | required=true", errors: syntax("|")},
		"SecondBarGlued": {reason: "the second | is part of a name", line: "string | default=x |required=true", errors: syntax("|")},
		"BarInValue":     {reason: "a | inside a value is text", line: "string | description=a|b", want: `{"description":"a|b","type":"string"}`},
		"BarAndUnknown":  {reason: "both are reported", line: "string | default=x |requird=true", errors: []problem{{diag.SchemaMarkerSyntax, "|"}, {diag.SchemaUnknownMarker, "requird"}}},
		"GluedFirst":     {reason: "words without = are glued to the next key", line: "string | foo required=true", errors: syntax("foo")},
		"GluedBetween":   {reason: "words without = are glued to the next key", line: "string | description=My name required=true", errors: syntax("name")},
		"GluedMarker":    {reason: "kro joins the words to a marker", line: "string | re quired=true", want: `{"type":"string"} required a`, warnings: []problem{{diag.SchemaSuspect, "re quired"}}},
		"NoValue":        {reason: "a marker has a value", line: "string | required", errors: syntax("required")},
		"NoValueLast":    {reason: "a marker has a value", line: "string | default=x required", errors: syntax("required")},
		"NoName":         {reason: "a value has a name", line: "string | =x", errors: syntax("=")},
		"Unknown":        {reason: "names are case sensitive", line: "string | Required=true", errors: []problem{{diag.SchemaUnknownMarker, "Required"}}},
		"UnknownTwice":   {reason: "every problem is found", line: "string | min=1 max=x nope=[a b] required=maybe", errors: []problem{{diag.SchemaUnknownMarker, "min"}, {diag.SchemaUnknownMarker, "max"}, {diag.SchemaUnknownMarker, "nope"}, {diag.SchemaMarkerValue, "maybe"}}},
		"OpenQuote":      {reason: "quotes are closed", line: `string | default="a required=true`, errors: syntax(`"`)},
		"LoneQuote":      {reason: "one quote is not an empty string", line: `string | default="`, errors: syntax(`"`)},
		"EscapedClose":   {reason: "an escaped quote does not close", line: `string | default="a\"`, errors: syntax(`"`)},
		"OpenBracket":    {reason: "brackets are closed", line: `object | default={"a": [1}`, errors: syntax("{")},
		"StrayBracket":   {reason: "brackets are opened", line: `object | default={}} required=true`, errors: []problem{{diag.SchemaNotJSON, "{}}"}, {diag.SchemaMarkerSyntax, "}"}}},
		"QuotedBrackets": {reason: "brackets in quotes are text", line: `string | description="]}["`, want: `{"description":"]}[","type":"string"}`},
		"BlankInBracket": {reason: "blanks in brackets are text", line: `[]string | default=[ "a" ] required=true`, want: `{"type":"array","default":["a"],"items":{"type":"string"}} required a`},
		"Unescape":       {reason: "only two escapes are known", line: `string | description="a\"b\\c\d"`, want: `{"description":"a\"b\\c\\d","type":"string"}`},
		"BareBackslash":  {reason: "outside quotes nothing is an escape", line: `string | description=\a\\b`, want: `{"description":"\\a\\\\b","type":"string"}`},
		"BareEscape":     {reason: "outside quotes nothing is an escape, so that this quote opens", line: `string | description=a\"b\"`, errors: syntax(`"`)},
		"NoBlankBetween": {reason: "one value may begin and end with quotes of two", line: `string | pattern="^a$"description="x"`, want: `{"type":"string","pattern":"^a$\"description=\"x"}`},
		"QuoteInside":    {reason: "a quote inside a value holds blanks", line: `string | description=a" "b`, want: `{"description":"a\" \"b","type":"string"}`},
		"QuotedKey":      {reason: "a key cannot be quoted", line: `string | "required"=true`, errors: []problem{{diag.SchemaUnknownMarker, `"required"`}}},
		"Unicode":        {reason: "other blanks separate, too", line: "string | required=true\u00a0description=é", want: `{"description":"é","type":"string"} required a`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, tc)
		})
	}
}

func TestMarkers(t *testing.T) {
	t.Parallel()
	value := func(at string) []problem { return []problem{{diag.SchemaMarkerValue, at}} }
	applies := func(at string) []problem { return []problem{{diag.SchemaMarkerType, at}} }
	conflict := func(at string) []problem { return []problem{{diag.SchemaConflict, at}} }
	suspect := func(at ...string) []problem {
		var ps []problem
		for _, a := range at {
			ps = append(ps, problem{diag.SchemaSuspect, a})
		}
		return ps
	}
	cases := map[string]lineCase{
		"RequiredForms":    {reason: "Go's forms of true", line: "string | required=T", want: `{"type":"string"} required a`},
		"RequiredFalse":    {reason: "not required", line: "string | required=0", want: `{"type":"string"}`},
		"RequiredYes":      {reason: "no form of true", line: "string | required=yes", errors: value("yes")},
		"RequiredEmpty":    {reason: "no form of true", line: "string | required=", errors: value("required")},
		"RequiredTwice":    {reason: "kro lists it twice", line: "string | required=true required=1", want: `{"type":"string"} required a,a`, warnings: []problem{{diag.SchemaRequiredTwice, "required"}}},
		"RequiredAlias":    {reason: "the type requires its fields", line: "Name", types: "  Name: string | required=true\n", want: `{"type":"string"} required a`},
		"RequiredKept":     {reason: "a field cannot undo it", line: "Name | required=false", types: "  Name: string | required=true\n", want: `{"type":"string"} required a`},
		"RequiredAgain":    {reason: "kro lists it twice", line: "Name | required=true", types: "  Name: string | required=true\n", want: `{"type":"string"} required a,a`, warnings: []problem{{diag.SchemaRequiredTwice, "required"}}},
		"RequiredThrough":  {reason: "it does not act through a list", line: "[]Name", types: "  Name: string | required=true\n", want: `{"type":"array","items":{"type":"string"}}`},
		"RequiredTwoSteps": {reason: "it acts through an alias", line: "Other", types: "  Other: Name\n  Name: string | required=true\n", want: `{"type":"string"} required a`},
		"Minimum":          {reason: "a limit of numbers", line: "integer | minimum=1 maximum=2.5", want: `{"type":"integer","maximum":2.5,"minimum":1}`},
		"MinimumHex":       {reason: "Go's forms of numbers", line: "float | minimum=0x1p-2", want: `{"type":"number","minimum":0.25}`},
		"MinimumString":    {reason: "accepted, without effect", line: "string | minimum=1", want: `{"type":"string","minimum":1}`, warnings: suspect("minimum")},
		"MinimumNaN":       {reason: "JSON has no NaN", line: "float | minimum=NaN", errors: []problem{{diag.SchemaNotJSON, "NaN"}}},
		"MinimumInf":       {reason: "JSON has no infinity", line: "float | maximum=-Inf", errors: []problem{{diag.SchemaNotJSON, "-Inf"}}},
		"MinimumWord":      {reason: "not a number", line: "integer | minimum=one", errors: value("one")},
		"MinimumHuge":      {reason: "not a number that Go can hold", line: "integer | minimum=1e999", errors: value("1e999")},
		"Impossible":       {reason: "accepted, but nothing is valid", line: "integer | minimum=2 maximum=1", want: `{"type":"integer","maximum":1,"minimum":2}`, warnings: suspect("maximum")},
		"Validation":       {reason: "a rule with kro's message", line: `integer | validation="self > 0"`, want: `{"type":"integer","x-kubernetes-validations":[{"rule":"self \u003e 0","message":"validation failed"}]}`},
		"ValidationTwice":  {reason: "rules add up", line: "integer | validation=self>0 validation=self<9", want: `{"type":"integer","x-kubernetes-validations":[{"rule":"self\u003e0","message":"validation failed"},{"rule":"self\u003c9","message":"validation failed"}]}`},
		"ValidationBlank":  {reason: "a rule has text", line: `integer | validation="  "`, errors: value(`"  "`)},
		"Immutable":        {reason: "a rule", line: "string | immutable=true", want: `{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"field is immutable"}]}`},
		"ImmutableFalse":   {reason: "no rule", line: "string | immutable=false", want: `{"type":"string"}`},
		"ImmutableAlias":   {reason: "rules of the type come first", line: "Name | validation=true", types: "  Name: string | immutable=true\n", want: `{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"field is immutable"},{"rule":"true","message":"validation failed"}]}`},
		"Enum":             {reason: "commas separate, blanks are dropped", line: `string | enum="a, b ,c"`, want: `{"type":"string","enum":["a","b","c"]}`},
		"EnumInteger":      {reason: "numbers stay numbers", line: "integer | enum=1,-2", want: `{"type":"integer","enum":[1,-2]}`},
		"EnumPlus":         {reason: "JSON has no plus sign", line: "integer | enum=1,+2", errors: []problem{{diag.SchemaNotJSON, "+2"}}},
		"EnumWord":         {reason: "not a number", line: "integer | enum=1,two", errors: value("two")},
		"EnumEmptyValue":   {reason: "values have text", line: "string | enum=a,,b", errors: value("")},
		"EnumEmpty":        {reason: "values have text", line: "string | enum=", errors: value("enum")},
		"EnumJSON":         {reason: "brackets and quotes are text", line: `string | enum=["a","b"]`, want: `{"type":"string","enum":["[\"a\"","\"b\"]"]}`, warnings: suspect(`["a","b"]`)},
		"EnumControl":      {reason: "Go's quoting is not always JSON", line: "string | enum=a,\U000e0001", errors: []problem{{diag.SchemaNotJSON, "\U000e0001"}}},
		"EnumQuote":        {reason: "values are quoted", line: `string | enum=a"b"c`, want: `{"type":"string","enum":["a\"b\"c"]}`},
		"EnumList":         {reason: "only strings and integers", line: "[]string | enum=a", errors: applies("enum")},
		"EnumReplaces":     {reason: "the field's own enum counts", line: "Name | enum=b", types: "  Name: string | enum=a\n", want: `{"type":"string","enum":["b"]}`},
		"Pattern":          {reason: "a pattern of strings", line: `string | pattern="^[a-z]+$"`, want: `{"type":"string","pattern":"^[a-z]+$"}`},
		"PatternBad":       {reason: "patterns compile", line: `string | pattern="a(b"`, errors: value(`"a(b"`)},
		"PatternEmpty":     {reason: "patterns have text", line: `string | pattern=""`, errors: value("pattern")},
		"PatternInteger":   {reason: "only strings", line: `integer | pattern="a"`, errors: applies("pattern")},
		"Lengths":          {reason: "limits of strings", line: "string | minLength=1 maxLength=5", want: `{"type":"string","maxLength":5,"minLength":1}`},
		"LengthNegative":   {reason: "accepted", line: "string | minLength=-1", want: `{"type":"string","minLength":-1}`, warnings: suspect("-1")},
		"LengthList":       {reason: "only strings", line: "[]string | minLength=1", errors: applies("minLength")},
		"LengthBoth":       {reason: "both problems are found", line: "integer | maxLength=x", errors: []problem{{diag.SchemaMarkerType, "maxLength"}, {diag.SchemaMarkerValue, "x"}}},
		"Items":            {reason: "limits of lists", line: "[]string | minItems=1 maxItems=5", want: `{"type":"array","maxItems":5,"minItems":1,"items":{"type":"string"}}`},
		"ItemsFloat":       {reason: "whole numbers", line: "[]string | maxItems=1.5", errors: value("1.5")},
		"ItemsString":      {reason: "only lists", line: "string | maxItems=1", errors: applies("maxItems")},
		"Unique":           {reason: "a set", line: "[]string | uniqueItems=true", want: `{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}`},
		"UniqueFalse":      {reason: "no set", line: "[]string | uniqueItems=false listType=map listMapKey=a", want: `{"type":"array","items":{"type":"string"},"x-kubernetes-list-map-keys":["a"],"x-kubernetes-list-type":"map"}`},
		"UniqueString":     {reason: "only lists", line: "string | uniqueItems=false", errors: applies("uniqueItems")},
		"UniqueAtomic":     {reason: "a list has one type", line: "[]string | listType=atomic uniqueItems=true", errors: conflict("uniqueItems")},
		"AtomicUnique":     {reason: "a list has one type", line: "[]string | uniqueItems=true listType=atomic", errors: conflict("listType")},
		"AtomicAlias":      {reason: "also the one of a named type", line: "Names | listType=set", types: "  Names: '[]string | listType=atomic'\n", errors: conflict("listType")},
		"ListTypeBad":      {reason: "three types", line: "[]string | listType=maps", errors: value("maps")},
		"ListTypeString":   {reason: "only lists", line: "string | listType=set", errors: applies("listType")},
		"MapKeys":          {reason: "keys add up", line: "[]object | listMapKey=a listMapKey=b listType=map", want: `{"type":"array","items":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"x-kubernetes-list-map-keys":["a","b"],"x-kubernetes-list-type":"map"}`},
		"MapKeyTwice":      {reason: "keys are unique", line: "[]object | listType=map listMapKey=a listMapKey=a", errors: conflict("a")},
		"MapKeyAlone":      {reason: "keys need a map", line: "[]object | listMapKey=a", errors: conflict("a")},
		"MapKeyOfSet":      {reason: "keys need a map", line: "[]object | listMapKey=a listType=set", errors: conflict("a")},
		"MapKeyString":     {reason: "only lists", line: "string | listMapKey=a", errors: applies("listMapKey")},
		"UnknownTypeQuiet": {reason: "of an unknown type only that is said", line: "Nmae | minLength=1 enum=a default=x listType=map", types: "  Name: string\n", errors: []problem{{diag.SchemaUnknownType, "Nmae"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, tc)
		})
	}
}
