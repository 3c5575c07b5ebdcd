package simpleschema

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/render/diag"
)

// limit sets minimum or maximum. Kro takes them on any type; only numbers mind them.
func (f *field) limit(m marker, target **float64, forStrings, forLists string) {
	n, err := strconv.ParseFloat(m.value.str, 64)
	if err != nil {
		f.badValue(m, "a number")
		return
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		f.diags.errorf(diag.SchemaNotJSON, m.value, "%s has no form in JSON", cut(m.value.str)).
			WithHint("leave the marker out for no limit")
		return
	}
	switch f.schema.Type {
	case "string":
		f.pointless(m).WithHint("did you mean %s?", forStrings)
	case "array":
		f.pointless(m).WithHint("did you mean %s?", forLists)
	case "boolean", "object":
		f.pointless(m)
	}
	*target = &n
	f.origin.mark(m.name, m.value)
}

// pointless warns of a marker without effect.
func (f *field) pointless(m marker) *diag.Diagnostic {
	return f.diags.warnf(diag.SchemaSuspect, m.key, "%s has no effect on %s", m.name, plural(f.schema.Type))
}

// setDefault sets the default, as the text that stands in the CRD. The text of a
// string goes there between quotes as it is, so that JSON's own escapes count
// (docs/compat/kro.md#string-defaults).
func (f *field) setDefault(m marker) {
	v := m.value.str
	var err error
	want := ""
	switch f.schema.Type {
	case "":
		return
	case "string":
		f.setStringDefault(m)
		return
	case "integer":
		_, err = strconv.ParseInt(v, 10, 64)
		want = "a whole number"
	case "number":
		_, err = strconv.ParseFloat(v, 64)
		want = "a number"
	case "boolean":
		_, err = strconv.ParseBool(v)
		want = "true or false"
	}
	if err != nil {
		f.badValue(m, want)
		return
	}
	if v != "" && !json.Valid([]byte(v)) {
		f.diags.errorf(diag.SchemaNotJSON, m.value, "the default %s is not valid JSON", cut(v)).WithHint("%s", f.defaultHint(v))
		return
	}
	if v == "" {
		f.diags.warnf(diag.SchemaSuspect, m.key, "an empty default is no default for %s", plural(f.schema.Type)).
			WithHint("write default={} or default=[]")
	}
	f.schema.Default = &apiextensionsv1.JSON{Raw: []byte(v)}
	f.origin.mark(m.name, m.value)
}

// defaultHint shows how the default of a field that is no string is written.
func (f *field) defaultHint(v string) string {
	switch f.schema.Type {
	case "boolean":
		b, _ := strconv.ParseBool(v) //nolint:errcheck // the caller has parsed it
		return "write default=" + strconv.FormatBool(b)
	case "integer":
		n, _ := strconv.ParseInt(v, 10, 64) //nolint:errcheck // the caller has parsed it
		return "write default=" + strconv.FormatInt(n, 10)
	case "number":
		if n, _ := strconv.ParseFloat(v, 64); !math.IsNaN(n) && !math.IsInf(n, 0) { //nolint:errcheck // the caller has parsed it
			return "write default=" + strconv.FormatFloat(n, 'g', -1, 64)
		}
		return "JSON has no NaN and no infinity"
	case "array":
		return "write a JSON list: default=[\"a\",\"b\"]"
	}
	return "write a JSON object: default={\"key\":\"value\"}"
}

func (f *field) setStringDefault(m marker) {
	raw := []byte(`"` + m.value.str + `"`)
	if json.Valid(raw) {
		f.warnQuotes(m)
		f.schema.Default = &apiextensionsv1.JSON{Raw: raw}
		f.origin.mark(m.name, m.value)
		return
	}
	at, hint := badCharacter(m.value.str)
	d := f.diags.errorf(diag.SchemaNotJSON, m.value.sub(at, min(at+1, len(m.value.str))), "this character makes the default invalid JSON; kro does not escape it")
	d.WithHint("%s", hint)
}

// badCharacter finds what keeps the text of a string default from being the inside of a JSON string.
func badCharacter(s string) (at int, hint string) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return i, `write \\\" for a quotation mark inside a quoted default (each \ twice in a double-quoted YAML string)`
		case s[i] < ' ':
			return i, `write \n for a line break and \t for a tab`
		case s[i] == '\\':
			if i+1 == len(s) || !strings.ContainsRune(`"\/bfnrtu`, rune(s[i+1])) || (s[i+1] == 'u' && !hex4(s[i+2:])) {
				return i, `write \\\\ for a backslash inside a quoted default (each \ twice in a double-quoted YAML string)`
			}
			i++
		}
	}
	return 0, "write a text that can stand between the quotes of a JSON string"
}

// hex4 reports whether s starts with four hexadecimal digits.
func hex4(s string) bool {
	if len(s) < 4 {
		return false
	}
	_, err := strconv.ParseUint(s[:4], 16, 16)
	return err == nil
}

// setEnum sets the allowed values, which commas separate.
func (f *field) setEnum(m marker) {
	t := f.schema.Type
	if t != "string" && t != "integer" && t != "" {
		d := f.diags.errorf(diag.SchemaMarkerType, m.key, "%s applies to strings and integers, not to %s", m.name, plural(t))
		if t == "array" {
			d.WithHint("give the elements a named type with the enum, and write []ThatType")
		}
		return
	}
	f.warnEnum(m)
	values := []apiextensionsv1.JSON{}
	ok := true
	from := 0
	for part := range strings.SplitSeq(m.value.str, ",") {
		at := len(part) - len(strings.TrimLeftFunc(part, unicode.IsSpace)) + from
		from += len(part) + 1
		part = strings.TrimSpace(part)
		raw, good := f.enumValue(m, part, at)
		ok = ok && good
		values = append(values, apiextensionsv1.JSON{Raw: raw})
	}
	if ok && t != "" {
		f.schema.Enum = values
		f.origin.mark(m.name, m.value)
	}
}

// enumValue is one value of an enum as JSON. At is the place of the value in the marker's value.
func (f *field) enumValue(m marker, part string, at int) (raw []byte, ok bool) {
	place := m.value.sub(at, at+len(part))
	if part == "" {
		if m.value.str == "" {
			place = m.key
		}
		f.diags.errorf(diag.SchemaMarkerValue, place, "a value of the enum is empty").
			WithHint("write the values with a comma between them: enum=a,b")
		return nil, false
	}
	if f.schema.Type != "integer" {
		raw = []byte(strconv.Quote(part))
	} else {
		raw = []byte(part)
		if _, err := strconv.ParseInt(part, 10, 64); err != nil {
			d := f.diags.errorf(diag.SchemaMarkerValue, place, "a value of the enum of an integer must be a whole number, not %s", quote(part))
			if strings.HasPrefix(m.value.str, "[") {
				d.WithHint("write the values with a comma between them, without brackets: enum=1,2")
			}
			return nil, false
		}
	}
	if !json.Valid(raw) {
		f.diags.errorf(diag.SchemaNotJSON, place, "the enum value %s is not valid JSON", cut(string(raw)))
		return nil, false
	}
	return raw, true
}

// warnEnum warns of an enum that looks like a JSON list or names a value twice.
func (f *field) warnEnum(m marker) {
	s := m.value.str
	if f.schema.Type == "string" && strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		f.diags.warnf(diag.SchemaSuspect, m.value, "the brackets and quotes are part of the values").
			WithHint("write the values with a comma between them: enum=%s", strings.NewReplacer("[", "", "]", "", `"`, "", " ", "").Replace(cut(s)))
		return
	}
	f.warnQuotes(m)
	seen := map[string]bool{}
	for v := range strings.SplitSeq(s, ",") {
		v = strings.TrimSpace(v)
		if v != "" && seen[v] {
			f.diags.warnf(diag.SchemaSuspect, m.value, "the enum names %s twice", quote(v))
			return
		}
		seen[v] = true
	}
}
