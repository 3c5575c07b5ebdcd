package simpleschema

import (
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
// (docs/compat/kro.md#string-defaults). Whether that makes JSON is checked where
// the default is used, since a use can replace it.
func (f *field) setDefault(m marker) {
	v := m.value.str
	var err error
	want := ""
	switch f.schema.Type {
	case "":
		return
	case "string":
		f.warnQuotes(m)
		f.schema.Default = &apiextensionsv1.JSON{Raw: []byte(`"` + v + `"`)}
		f.origin.mark(m.name, m.value)
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
	if v == "" {
		f.diags.warnf(diag.SchemaSuspect, m.key, "an empty default is no default for %s", plural(f.schema.Type)).
			WithHint("write default={} or default=[]")
	}
	f.schema.Default = &apiextensionsv1.JSON{Raw: []byte(v)}
	f.origin.mark(m.name, m.value)
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
	for _, part := range enumParts(m.value) {
		raw, good := f.enumValue(m, part)
		ok = ok && good
		values = append(values, apiextensionsv1.JSON{Raw: raw})
	}
	if ok && t != "" {
		f.schema.Enum = values
		f.origin.mark(m.name, m.value)
	}
}

// enumParts are the values of an enum, without the white space around them.
func enumParts(list Text) []Text {
	var parts []Text
	from := 0
	for part := range strings.SplitSeq(list.str, ",") {
		at := from + len(part) - len(strings.TrimLeftFunc(part, unicode.IsSpace))
		parts = append(parts, list.sub(at, at+len(strings.TrimSpace(part))))
		from += len(part) + 1
	}
	return parts
}

// enumValue is one value of an enum as JSON.
func (f *field) enumValue(m marker, place Text) (raw []byte, ok bool) {
	part := place.str
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
