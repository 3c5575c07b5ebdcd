package emit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/emit"
)

// FuzzEmit: whatever object is written, sigs.k8s.io/yaml reads the same object from the YAML and
// encoding/json from the JSON, and writing what was read gives the same bytes again.
func FuzzEmit(f *testing.F) {
	for _, seed := range []string{
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"on":"y","1":"0x1"}},"data":{"a":"x\ny\n","b":"\n a","~":"---\n..."}}`,
		`{"a":[[],{},[[1,2.5,-0.0,1e21,1e-9,9223372036854775807,18446744073709551615,null,true]],{"b":[{"c":" "}]}]}`,
		`{"<<":{"a":1},"=":"=","? a":"? b","":"","a: b":"a #b","é":"\u2028","\u0000":"\ufeff","😀":"😀\n"}`,
		`{"` + longText + `":["` + longText + `\n"],"b":{"` + longText + `":{"a":{"` + longText + `":"\ta\n\n"}}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		object := map[string]any{}
		if json.Unmarshal(data, &object) != nil || object == nil {
			t.Skip()
		}
		text := checkYAML(t, object)
		list := []map[string]any{object, {"kind": "Last"}}
		var documents, items bytes.Buffer
		if err := errors.Join(emit.YAML(&documents, list), emit.JSON(&items, list)); err != nil {
			t.Fatal(err)
		}
		if want := string(text) + "---\nkind: Last\n"; documents.String() != want {
			t.Errorf("YAML(...): -want, +got:\n%s", cmp.Diff(want, documents.String()))
		}
		want, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": list})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decode(t, want), decode(t, items.Bytes()), numbers()); diff != "" {
			t.Errorf("JSON(...) read back: -want, +got:\n%s", diff)
		}
	})
}

// checkYAML writes an object, reads it back, and writes it again.
func checkYAML(t *testing.T, object map[string]any) []byte {
	t.Helper()
	first, err := emit.Object(object)
	if err != nil {
		t.Fatal(err)
	}
	same(t, object, first)
	var again map[string]any
	if err := yaml.Unmarshal(first, &again); err != nil {
		t.Fatal(err)
	}
	second, err := emit.Object(again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("written again: -first, +second:\n%s", diff)
	}
	return first
}

// FuzzScalar: a string without line breaks is written as the YAML library writes it, so
// that the library alone decides what needs quotes; and both generations of readers agree on it.
func FuzzScalar(f *testing.F) {
	for _, seed := range []string{"web", "10.0.0.0/8", "1Gi", "--a", "-c", "08", "y", "1:30", "2001-01-01", "0x1g", "a: b", "a:", "x #", "$a", "(", "_1", "/", "nginx:1.27@sha256:0", "12e03q", "1.27", "1.2.3", "25%", "a: 'b'", "{\"a\": 1}", "[x", "*x", "it's: ", "' #", "@a", "#", "100%: 1/2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := emit.Object(map[string]any{"k": s})
		if err != nil {
			t.Fatal(err)
		}
		same(t, map[string]any{"k": s}, text)
		var modern map[string]any
		if err := yamlv3.Unmarshal(text, &modern); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"k": string([]rune(s))}, modern); diff != "" {
			t.Errorf("read by yaml/v3: -want, +got:\n%s\n%s", diff, text)
		}
		if isASCIILine(s) && s != "<<" {
			want, err := yamlv3.Marshal(map[string]any{"k": s})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(text)); diff != "" {
				t.Errorf("-library, +ours:\n%s", diff)
			}
		}
	})
}

func isASCIILine(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
