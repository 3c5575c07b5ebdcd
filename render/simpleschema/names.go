package simpleschema

import (
	"slices"
	"strings"
	"unicode"

	"github.com/krowave/krowave/render/diag"
)

// The markers, exactly as they are written.
const (
	markRequired    = "required"
	markDefault     = "default"
	markDescription = "description"
	markMinimum     = "minimum"
	markMaximum     = "maximum"
	markValidation  = "validation"
	markImmutable   = "immutable"
	markEnum        = "enum"
	markPattern     = "pattern"
	markMinLength   = "minLength"
	markMaxLength   = "maxLength"
	markMinItems    = "minItems"
	markMaxItems    = "maxItems"
	markUniqueItems = "uniqueItems"
	markListType    = "listType"
	markListMapKey  = "listMapKey"
)

// markerNames are all markers, in the order of suggestions.
func markerNames() []string {
	return []string{
		markRequired, markDefault, markDescription, markMinimum, markMaximum, markValidation, markImmutable, markEnum,
		markPattern, markMinLength, markMaxLength, markMinItems, markMaxItems, markUniqueItems, markListType, markListMapKey,
	}
}

func isMarker(name string) bool { return slices.Contains(markerNames(), name) }

// meantMarker is the marker that a name of another schema language stands for, or "".
func meantMarker(name string) string {
	switch strings.ToLower(name) {
	case "min", "minvalue", "min_value", "gte", "ge":
		return markMinimum
	case "max", "maxvalue", "max_value", "lte", "le":
		return markMaximum
	case "unique", "unique_items", "set":
		return markUniqueItems
	case "readonly", "read_only", "const":
		return markImmutable
	case "regex", "regexp":
		return markPattern
	case "desc", "doc", "comment":
		return markDescription
	case "values", "options", "oneof", "allowed":
		return markEnum
	case "rule", "cel", "validations", "xvalidation":
		return markValidation
	case "mandatory", "require":
		return markRequired
	case "list_type", "x-kubernetes-list-type":
		return markListType
	case "listmapkeys", "mapkey", "x-kubernetes-list-map-keys":
		return markListMapKey
	}
	return diag.Suggest(name, markerNames())
}

// markerHint explains an unknown marker.
func markerHint(name string) string {
	switch name {
	case "optional":
		return "every field is optional unless it has required=true"
	case "nullable", "format", "example", "title", "multipleOf", "exclusiveMinimum", "exclusiveMaximum",
		"minProperties", "maxProperties", "oneOf", "anyOf", "allOf", "message":
		return "SimpleSchema has no such marker; a rule can be written as validation=\"…\""
	}
	if m := meantMarker(cut(name)); m != "" {
		return "did you mean " + m + "?"
	}
	return "the markers are " + strings.Join(markerNames(), ", ")
}

// meantType is the type that a name of another language stands for, or "".
func meantType(name string) string {
	switch strings.ToLower(name) {
	case "int", "int8", "int16", "int32", "int64", "uint", "uint32", "uint64", "long", "integers":
		return "integer"
	case "bool", "flag":
		return "boolean"
	case "number", "double", "float32", "float64", "decimal":
		return "float"
	case "str", "text", "date", "datetime", "date-time", "timestamp", "duration", "quantity", "byte", "bytes", "enum":
		return "string"
	case "any", "json", "dict", "map", "struct", "interface{}", "intorstring", "null":
		return "object"
	case "array", "list", "slice", "[string]", "array[string]", "list[string]", "array<string>", "list<string>", "strings":
		return "[]string"
	case "map<string,string>", "map<string, string>", "dict[string,string]", "dict<string,string>":
		return "map[string]string"
	}
	if element, ok := strings.CutSuffix(name, "[]"); ok && element != "" {
		return "[]" + element
	}
	return ""
}

// typeHint explains an unknown type, given the names of the named types.
func typeHint(name string, named []string) string {
	if t := meantType(name); t != "" {
		return "did you mean " + t + "?"
	}
	candidates := builtinTypes()
	if len(named) <= maxNames {
		candidates = append(candidates, named...)
	}
	candidates = slices.DeleteFunc(candidates, func(c string) bool { return len(c) > maxQuoted })
	for _, c := range candidates {
		if strings.EqualFold(c, name) {
			return "did you mean " + c + "?"
		}
	}
	if len(name) > maxQuoted {
		return ""
	}
	if first, rest, found := strings.Cut(name, " "); found && isBuiltin(first) {
		if key, _, isPair := strings.Cut(strings.TrimSpace(rest), "="); isPair && isMarker(key) {
			return "put a | between the type and the markers: " + first + " | " + strings.TrimSpace(rest)
		}
	}
	if s := diag.Suggest(name, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return "a type of this name would have to stand in schema.types"
}

// unknown reports a key that is no marker, and recovers the marker that is meant
// where other words only stand in front of it.
func (t *tokenizer) unknown(words []Text) {
	if bare, found := words[0].cutPrefix("|"); found {
		t.stray([]Text{words[0].slice(0, 1)})
		words = words[1:]
		if bare.str != "" {
			words = append([]Text{bare}, words...)
		}
		if len(words) == 0 {
			return
		}
	}
	last := words[len(words)-1]
	if isMarker(last.str) {
		t.current.key, t.current.name = last, last.str
		if len(words) > 1 {
			t.stray(words[:len(words)-1])
		}
		return
	}
	name := join(words)
	t.diags.errorf(diag.SchemaUnknownMarker, t.in.sub(words[0].from-t.in.from, last.to-t.in.from), "unknown marker %s", quote(name)).
		WithHint("%s", markerHint(name))
}

// stray reports words that belong to no marker. Without any words it reports that
// the text ends before a marker has come.
func (t *tokenizer) stray(words []Text) {
	if len(words) == 0 {
		t.blankEnd()
		return
	}
	first, last := words[0], words[len(words)-1]
	at := t.in.sub(first.from-t.in.from, last.to-t.in.from)
	joined := cut(join(words))
	report := func(format string, args ...any) *diag.Diagnostic {
		return t.diags.errorf(diag.SchemaMarkerSyntax, at, format, args...)
	}
	switch {
	case strings.HasPrefix(joined, "|"):
		report("a second | has no meaning").WithHint("separate markers by blanks")
	case len(words) == 1 && isMarker(joined):
		report("the marker %s has no value", joined).WithHint("write %s", exampleOf(joined))
	case len(t.markers) == 0:
		d := report("%q is not a marker", joined)
		if m := meantMarker(joined); m != "" {
			d.WithHint("markers have a value: did you mean %s?", exampleOf(m))
		} else {
			d.WithHint("markers are written key=value")
		}
	default:
		t.strayBehind(&t.markers[len(t.markers)-1], joined, report)
	}
}

// strayBehind reports words between a marker and the next one.
func (t *tokenizer) strayBehind(previous *marker, words string, report func(string, ...any) *diag.Diagnostic) {
	raw := cut(previous.value.node.Str()[previous.value.from:previous.value.to])
	switch {
	case previous.bare:
		previous.name = "" // Its empty value is a consequence of the blank.
		report("a blank behind the = ends the value of %s, so %q belongs to nothing", previous.key.str, words).
			WithHint("write %s=%s, without a blank behind the =", previous.key.str, words)
	case strings.HasPrefix(raw, "'"):
		previous.name = ""
		report("a blank ended the value of %s, so %q belongs to nothing", previous.key.str, words).
			WithHint("only double quotes quote: %s=\"%s\"", previous.key.str, strings.Trim(raw+" "+words, "'"))
	case previous.value.at != nil:
		report("%q belongs to no marker", words).WithHint("markers are written key=value")
	default:
		report("a blank ended the value of %s, so %q belongs to nothing", previous.key.str, words).
			WithHint("quote a value that contains blanks: %s=\"%s %s\"", previous.key.str, raw, words)
	}
}

// blankEnd reports a text whose last marker is followed by white space, or that holds no marker.
func (t *tokenizer) blankEnd() {
	end := len(t.in.str)
	if len(t.markers) == 0 {
		bar := Text{node: t.in.node, from: t.in.from - 1, to: t.in.from}
		t.diags.errorf(diag.SchemaMarkerSyntax, bar, "no marker follows the |").
			WithHint("remove the | or write a marker such as required=true")
		return
	}
	from := len(strings.TrimRightFunc(t.in.str, unicode.IsSpace))
	d := t.diags.errorf(diag.SchemaMarkerSyntax, t.in.sub(from, end), "white space ends the text; kro takes it for a marker without a value")
	if strings.Contains(t.in.str[from:], "\n") {
		d.WithHint("end the block scalar with |- or >- so that it has no line break at its end")
	} else {
		d.WithHint("remove the blanks at the end")
	}
}

// exampleOf shows how a marker is written.
func exampleOf(name string) string {
	switch name {
	case markRequired, markImmutable, markUniqueItems:
		return name + "=true"
	case markMinimum, markMaximum, markMinLength, markMaxLength, markMinItems, markMaxItems:
		return name + "=1"
	case markListType:
		return name + "=map"
	}
	return name + "=…"
}
