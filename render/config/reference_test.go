package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/input"
)

var update = flag.Bool("update", false, "rewrite the reference pages")

const (
	page   = "../../docs/reference/config.md"
	schema = "../../docs/reference/krowave.schema.json"
)

// TestSchemaFile: the JSON schema is made from the fields.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	agree(t, schema, schemaOf((&Config{}).fields()))
}

// TestPage: the table of the reference page is made from the fields.
func TestPage(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- fields: made by `make update` -->\n", "<!-- end of fields -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no table of fields", page)
	}
	agree(t, page, []byte(before+begin+tableOf((&Config{}).fields())+end+after))
}

// agree compares a file with what it should be, or writes it.
func agree(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs from the fields; run make update: -want +got\n%s", file, diff)
	}
}

// TestFieldsCoverConfig: every field of the Go type can be set by the file, and by one field of it.
func TestFieldsCoverConfig(t *testing.T) {
	t.Parallel()
	c := &Config{}
	bound := map[uintptr]string{}
	for _, f := range c.fields() {
		at := reflect.ValueOf(f.into).Pointer()
		if other := bound[at]; other != "" {
			t.Errorf("%s and %s set the same field", f.name, other)
		}
		bound[at] = f.name
		if f.doc == "" || f.otherwise == "" || !strings.HasSuffix(f.doc, ".") {
			t.Errorf("%s: no documentation or no default", f.name)
		}
	}
	var visit func(v reflect.Value, path string)
	visit = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			name := path + v.Type().Field(i).Name
			switch at := v.Field(i); {
			case at.Kind() == reflect.Struct:
				visit(at, name+".")
			case name != "Path" && bound[at.Addr().Pointer()] == "":
				t.Errorf("no field of the file sets %s", name)
			}
		}
	}
	visit(reflect.ValueOf(c).Elem(), "")
}

// TestDefaults: the limits that the reference names are those of package input.
func TestDefaults(t *testing.T) {
	t.Parallel()
	c := &Config{}
	for _, f := range c.fields() {
		if into, ok := f.into.(*int); ok {
			n, err := strconv.Atoi(f.otherwise)
			if err != nil {
				t.Fatal(err)
			}
			*into = n
		}
	}
	if diff := cmp.Diff(input.DefaultLimits(), c.Limits.Input()); diff != "" {
		t.Errorf("-input +reference\n%s", diff)
	}
}

func tableOf(fields []field) string {
	var b strings.Builder
	b.WriteString("| field | type | default | meaning |\n|---|---|---|---|\n")
	for _, f := range fields {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, typeOf(f), f.otherwise, f.doc)
	}
	return b.String()
}

func typeOf(f field) string {
	switch {
	case f.paths:
		return "list of paths"
	case len(f.values) > 0:
		return "`" + strings.Join(f.values, "`, `") + "`"
	}
	switch f.into.(type) {
	case *bool:
		return "boolean"
	case *int:
		return "integer from 1"
	}
	return fmt.Sprintf("string, such as `%s`", f.example)
}

func schemaOf(fields []field) []byte {
	root := object("What a repository wants to be rendered with. See docs/reference/config.md.")
	properties(root)["apiVersion"] = map[string]any{"const": APIVersion}
	properties(root)["kind"] = map[string]any{"const": Kind}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = Name
	root["required"] = []string{"apiVersion", "kind"}
	for _, f := range fields {
		at, name := root, f.name
		for {
			key, rest, nested := strings.Cut(name, ".")
			if !nested {
				break
			}
			if properties(at)[key] == nil {
				properties(at)[key] = object("")
			}
			at, name = properties(at)[key].(map[string]any), rest
		}
		properties(at)[name] = propertyOf(f)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return []byte(err.Error())
	}
	return b.Bytes()
}

func object(description string) map[string]any {
	o := map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
	if description != "" {
		o["description"] = description
	}
	return o
}

func properties(o map[string]any) map[string]any { return o["properties"].(map[string]any) }

func propertyOf(f field) map[string]any {
	p := map[string]any{"description": f.doc}
	otherwise := strings.Trim(f.otherwise, "`")
	switch f.into.(type) {
	case *bool:
		p["type"], p["default"] = "boolean", otherwise == "true"
	case *int:
		p["type"], p["minimum"], p["default"] = "integer", 1, json.Number(otherwise)
	case *string:
		p["type"] = "string"
		if otherwise != f.otherwise {
			p["default"] = otherwise
		}
	case *[]string:
		p["type"], p["items"] = "array", map[string]any{"type": "string", "minLength": 1}
	}
	if len(f.values) > 0 {
		p["enum"] = f.values
	}
	if f.pattern != "" {
		p["pattern"] = f.pattern
	}
	return p
}
