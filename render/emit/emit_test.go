package emit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/emit"
)

// longText is longer than a simple key may be.
var longText = strings.Repeat("k", 1100)

func TestObject(t *testing.T) {
	t.Parallel()
	long := longText
	cases := map[string]struct {
		reason string
		object map[string]any
		want   string
	}{
		"Empty": {
			reason: "an empty object is still a document",
			object: map[string]any{},
			want:   "{}\n",
		},
		"Order": {
			reason: "people look for kind and name first; the rest is sorted by name",
			object: map[string]any{
				"status": map[string]any{}, "spec": nil, "data": map[string]any{"name": "x", "kind": "y", "apiVersion": "z"},
				"kind": "ConfigMap", "apiVersion": "v1",
				"metadata": map[string]any{
					"annotations": map[string]any{"b": "2", "a": "1"}, "uid": "u", "finalizers": []any{"f"},
					"labels": map[string]any{"app": "web"}, "namespace": "default", "name": "web", "generateName": "web-",
				},
			},
			want: `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  generateName: web-
  namespace: default
  labels:
    app: web
  annotations:
    a: "1"
    b: "2"
  finalizers:
  - f
  uid: u
data:
  apiVersion: z
  kind: "y"
  name: x
spec: null
status: {}
`,
		},
		"Lists": {
			reason: "lists stand under their key without indentation, as kubectl prints them",
			object: map[string]any{
				"empty": []any{},
				"lists": []any{[]any{int64(1), []any{int64(2)}}, []any{}},
				"maps":  []any{map[string]any{"name": "a", "ports": []any{map[string]any{"port": int64(80)}}}, map[string]any{}},
			},
			want: `empty: []
lists:
- - 1
  - - 2
- []
maps:
- name: a
  ports:
  - port: 80
- {}
`,
		},
		"Numbers": {
			reason: "a whole number is an integer in JSON, whatever type carries it",
			object: map[string]any{
				"float": 1.5, "big": 1e21, "int": 3, "int64": int64(-4), "small": 1e-7, "uint64": uint64(math.MaxUint64), "whole": 3.0, "zero": math.Copysign(0, -1),
			},
			want: `big: 1e+21
float: 1.5
int: 3
int64: -4
small: 1e-07
uint64: 18446744073709551615
whole: 3
zero: 0
`,
		},
		"Blocks": {
			reason: "several lines stay several lines; what a block cannot hold is quoted",
			object: map[string]any{
				"keep": "a\n\n\n", "clip": "a\n  b\n", "strip": "a\n\tb", "first": "\na", "indented": " a\nb", "control": "a\x00\nb",
				"list": []any{"a\nb", "c\n"}, "breaks": "\n\n", "spaces": "a \n \nb",
			},
			want: "breaks: \"\\n\\n\"\n" +
				"clip: |\n  a\n    b\n" +
				"control: \"a\\0\\nb\"\n" +
				"first: |-\n\n  a\n" +
				"indented: \" a\\nb\"\n" +
				"keep: |+\n  a\n\n\n" +
				"list:\n- |-\n  a\n  b\n- |\n  c\n" +
				"spaces: |-\n  a \n   \n  b\n" +
				"strip: |-\n  a\n  \tb\n",
		},
		"LongKey": {
			reason: "parsers refuse keys of more than 1,024 characters unless they are marked",
			object: map[string]any{"a": map[string]any{
				long + "1": "v", long + "2": map[string]any{"x": "1", "y": "2"}, long + "3": []any{"p", "q"},
			}},
			want: "a:\n  ? " + long + "1\n  : v\n  ? " + long + "2\n  : x: \"1\"\n    \"y\": \"2\"\n  ? " + long + "3\n  : - p\n    - q\n",
		},
		"InvalidUTF8": {
			reason: "JSON cannot carry these bytes; both encoders replace them alike",
			object: map[string]any{"a": "x\xff\xfey"},
			want:   "a: x\uFFFD\uFFFDy\n",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := emit.Object(tc.object)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("%s\nObject(...): -want, +got:\n%s", tc.reason, diff)
			}
			same(t, tc.object, got)
		})
	}
}

// TestStrings reads back every string that some version of YAML takes for something else.
func TestStrings(t *testing.T) {
	t.Parallel()
	plain := []string{
		"web", "nginx:1.27", "app.kubernetes.io/name", "10.0.0.0/8", "100m", "1Gi", "--port=80", "-c", "/var/run", "${schema.spec.name}",
		"$(HOME)", "Hello, world", "a:b", "a#b", "x", "nan", "inf", "Infinity", "yes please", "_x", "oN", "nUll",
	}
	quoted := []string{
		"", " ", "y", "Y", "n", "N", "yes", "No", "ON", "off", "true", "False", "null", "NULL", "~", "1e3", "0x1", "0b1", "0b+0", "0o7", "017", "1_000", "08", "1:30", "1:30.5",
		"2001-01-01", "2001-01-01T00:00:00Z", "1.0", ".5", "-1", "+1", "-", "-0x1f", ".inf", "-.INF", ".nan", "<<", " a", "a ", "a: b", "a:", "a #b", "#a", "- a", "? a", "---",
		"--- a", "...", "&a", "*a", "!a", "!!str", "|", ">", "'a'", `"a"`, "%a", "@a", "`a", "{}", "{a: b}", "[]", "[a]", "a\tb", "\ta", "a\x01", "a\u0085b", "a\u2028b", "\ufeff", "a\rb", "\r\n", "\U0001F600",
	}
	either := []string{"=", ",", "a,b", "]", "}", "?a", ":a", "é", "日本", "a]", "1 2", "0.", "1e", "12e03", "190:20:30", "a\u00a0b", "a\ufffe"}
	for i, s := range append(append(append([]string{}, plain...), quoted...), either...) {
		object := map[string]any{"s": s, "l": []any{s}, s: "k"}
		text, err := emit.Object(object)
		if err != nil {
			t.Fatal(err)
		}
		same(t, object, text)
		_, list, _ := strings.Cut("\n"+string(text), "\nl:\n- ")
		written, _, _ := strings.Cut(list, "\n")
		if i < len(plain) && written != s {
			t.Errorf("%q is written as %s, want no quotes", s, written)
		}
		if i >= len(plain) && i < len(plain)+len(quoted) && !strings.HasPrefix(written, `"`) && !strings.HasPrefix(written, "'") {
			t.Errorf("%q is written as %s, want quotes", s, written)
		}
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	objects := []map[string]any{{"kind": "A"}, {"kind": "B", "items": []any{}}, {}}
	var yamlText, jsonText bytes.Buffer
	if err := errors.Join(emit.YAML(&yamlText, objects), emit.JSON(&jsonText, objects)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("kind: A\n---\nkind: B\nitems: []\n---\n{}\n", yamlText.String()); diff != "" {
		t.Errorf("YAML(...): -want, +got:\n%s", diff)
	}
	want := `{
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    {
      "kind": "A"
    },
    {
      "kind": "B",
      "items": []
    },
    {}
  ]
}
`
	if diff := cmp.Diff(want, jsonText.String()); diff != "" {
		t.Errorf("JSON(...): -want, +got:\n%s", diff)
	}
}

// TestChunks: objects that are encoded in parts are written as objects that are encoded at once.
func TestChunks(t *testing.T) {
	t.Parallel()
	parts := [][]map[string]any{nil, {{"kind": "A"}, {"kind": "B", "items": []any{}}}, {}, {{"kind": "C", "text": "a\nb"}}, {{}}, nil}
	for name, f := range map[string]struct {
		format emit.Format
		write  func(io.Writer, []map[string]any) error
	}{"YAML": {emit.Documents, emit.YAML}, "JSON": {emit.List, emit.JSON}} {
		for n := range len(parts) + 1 {
			var want, got bytes.Buffer
			var chunks []emit.Chunk
			for _, part := range parts[:n] {
				chunks = append(chunks, f.format.Chunk(part))
			}
			if err := errors.Join(f.write(&want, slices.Concat(parts[:n]...)), f.format.Write(&got, chunks)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("%s, %d parts: -want, +got:\n%s", name, n, diff)
			}
		}
	}
}

// TestUnsupportedInChunk: the object that cannot be written is counted from the beginning, and nothing else is written.
func TestUnsupportedInChunk(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := emit.Documents.Write(&b, []emit.Chunk{
		emit.Documents.Chunk([]map[string]any{{"kind": "A"}, {"kind": "B"}}),
		emit.Documents.Chunk([]map[string]any{{"kind": "C"}, {"spec": math.NaN()}}),
	})
	if want := "object 3: .spec: the number NaN has no JSON form"; err == nil || err.Error() != want || b.Len() > 0 {
		t.Errorf("want the error %q and no text, got %v and %q", want, err, b.String())
	}
}

func TestNoObjects(t *testing.T) {
	t.Parallel()
	var yamlText, jsonText bytes.Buffer
	if err := errors.Join(emit.YAML(&yamlText, nil), emit.JSON(&jsonText, nil)); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": []\n}\n"
	if diff := cmp.Diff([]string{"", want}, []string{yamlText.String(), jsonText.String()}); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		value  any
		want   string
	}{
		"Type":     {"only JSON values are written", struct{}{}, "object 1: .spec.list[1].x: a value of type struct {} has no JSON form"},
		"NaN":      {"JSON has no NaN", math.NaN(), "object 1: .spec.list[1].x: the number NaN has no JSON form"},
		"Infinity": {"JSON has no infinity", math.Inf(-1), "object 1: .spec.list[1].x: the number -Inf has no JSON form"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := []map[string]any{{}, {"spec": map[string]any{"list": []any{"a", map[string]any{"x": tc.value}}}}}
			for _, write := range []func(io.Writer, []map[string]any) error{emit.YAML, emit.JSON} {
				err := write(io.Discard, objects)
				if _, ok := errors.AsType[*emit.UnsupportedError](err); !ok || err.Error() != tc.want {
					t.Errorf("%s: got %v, want %s", tc.reason, err, tc.want)
				}
			}
		})
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	objects := []map[string]any{{"a": "b"}}
	for _, write := range []func(io.Writer, []map[string]any) error{emit.YAML, emit.JSON} {
		reader, writer := io.Pipe()
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
		if err := write(writer, objects); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
		}
	}
}

// same fails unless text is read back by sigs.k8s.io/yaml as the JSON of the object.
func same(t *testing.T, object map[string]any, text []byte) {
	t.Helper()
	want, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	got, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(decode(t, want), decode(t, got), numbers()); diff != "" {
		t.Errorf("read back: -want, +got:\n%s\n%s", diff, text)
	}
}

// numbers compares numbers as text, but for -0, of which no reader makes an integer, and
// exponents, which may have leading zeros.
func numbers() cmp.Option {
	exponent := strings.NewReplacer("e-0", "e-", "e+0", "e+")
	canonical := func(n json.Number) string {
		if n == "-0" {
			return "0"
		}
		return exponent.Replace(string(n))
	}
	return cmp.Comparer(func(a, b json.Number) bool { return canonical(a) == canonical(b) })
}

// decode reads JSON without losing digits of integers.
func decode(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
