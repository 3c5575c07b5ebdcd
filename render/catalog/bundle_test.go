package catalog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bundled is a set of documents with all that a bundle keeps and much that it drops.
func bundled() map[string][]byte {
	widget := ofKind("w", "Widget", `, "description": "d", "required": ["a"], "properties": {
		"a": {"description": "d", "default": {}, "allOf": [{"$ref": "#/components/schemas/x"}]},
		"description": {"type": "string", "enum": ["one", "two"], "default": "one"},
		"port": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]},
		"any": {"x-kubernetes-preserve-unknown-fields": true, "nullable": true},
		"open": {"type": "object", "additionalProperties": true},
		"list": {"type": "array", "maxItems": 3, "items": {"type": "number", "minimum": 0.5, "multipleOf": 2}, "x-kubernetes-list-type": "set"}}`)
	return map[string][]byte{
		examplePath:           openAPI(widget+`, "x": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/x"}}}, "unused": {"type": "string"}`, "namespaces/{namespace}/widgets=Widget"),
		"apis/example.com":    []byte(`not even JSON`),
		"apis/example.com/v2": openAPI(`"x": {"type": "string"}`),
	}
}

func mustEncode(tb testing.TB, documents map[string][]byte) []byte {
	tb.Helper()
	data, err := EncodeBundle(documents)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestBundleRoundTrip(t *testing.T) {
	t.Parallel()
	data := mustEncode(t, bundled())
	want, err := FromDocument(examplePath, bundled()[examplePath], "cluster.gz")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := decompress(data, maxBundleBytes)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"compressed": data, "plain": plain} {
		b, err := DecodeBundle(data, "cluster.gz")
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Kinds()
		if diff := cmp.Diff(want, got, cmp.FilterPath(isDescription, cmp.Ignore())); diff != "" || err != nil {
			t.Errorf("kinds of a %s bundle fail with %v: -want +got\n%s", name, err, diff)
		}
		found, ok := (*Catalog)(nil).WithBundle(b).Lookup(want[0].GVK)
		if !ok || found.Schema != got[0].Schema {
			t.Errorf("Lookup() in a %s bundle = %v, %t", name, found, ok)
		}
	}
	for _, word := range []string{`"d"`, "unused", "paths"} {
		if bytes.Contains(plain, []byte(word)) {
			t.Errorf("the bundle keeps %s", word)
		}
	}
	for range 20 {
		if !bytes.Equal(data, mustEncode(t, bundled())) {
			t.Fatal("EncodeBundle() of the same documents differs")
		}
	}
}

func isDescription(p cmp.Path) bool { return p.Last().String() == ".Description" }

func TestBundleInCatalog(t *testing.T) {
	t.Parallel()
	b, err := DecodeBundle(mustEncode(t, bundled()), "cluster.gz")
	if err != nil {
		t.Fatal(err)
	}
	c := mustBuiltin(t, "").WithBundle(b)
	widget := gvkOf("example.com", "v1", "Widget")
	if k, ok := c.Lookup(widget); !ok || !k.Namespaced || k.Plural != "widgets" || k.Origin != "cluster.gz" {
		t.Errorf("Lookup() of a kind of the bundle = %+v, %t", k, ok)
	}
	if _, ok := c.Lookup(gvkOf("apps", "v1", "Deployment")); !ok {
		t.Error("a bundle hides the built-in kinds")
	}
	if k, _ := c.With(kindOf("example.com", "v1", "Widget")).Lookup(widget); k.Origin != "" {
		t.Error("a bundle shadows what was added later")
	}
	if got := c.Suggest(gvkOf("example.com", "v1", "Wigdet")); got != "example.com/v1 Widget" {
		t.Errorf("Suggest() = %q, want a kind of the bundle", got)
	}
}

func TestEncodeBundleProblems(t *testing.T) {
	t.Parallel()
	data, err := EncodeBundle(map[string][]byte{
		"apis/example.com/v2": []byte("{"),
		examplePath:           openAPI(ofKind("w", "Widget", `, "items": {"$ref": "#/components/schemas/gone"}`), "widgets=Widget"),
	})
	if err == nil || data != nil || !strings.Contains(err.Error(), "apis/example.com/v2") {
		t.Errorf("EncodeBundle() = %d bytes, %v, want an error about each document", len(data), err)
	}
	if _, err = EncodeBundle(map[string][]byte{examplePath: openAPI(ofKind("w", "Widget", `, "items": {"$ref": "#/components/schemas/gone"}`), "widgets=Widget")}); err == nil || !strings.Contains(err.Error(), "Widget") {
		t.Errorf("EncodeBundle() of a kind that cannot be resolved = %v, want an error that names it", err)
	}
	data, err = EncodeBundle(nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := DecodeBundle(data, ""); err != nil || len(b.gvks()) != 0 {
		t.Errorf("an empty bundle is %v, %v", b, err)
	}
}

// header is the front of a bundle's JSON.
const header = `{"apiVersion": "krowave.dev/v1alpha1", "kind": "SchemaBundle"`

func TestDecodeBundleProblems(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		data   []byte
		want   string
	}{
		"Empty":       {"an empty file", nil, "unexpected end"},
		"NotJSON":     {"text that is not JSON", []byte("apiVersion: x"), "invalid character"},
		"NotGzip":     {"the first bytes of gzip and nothing more", []byte{0x1f, 0x8b}, "EOF"},
		"Truncated":   {"a file that was cut off", mustEncode(t, bundled())[:100], "EOF"},
		"Version":     {"a form of the future", []byte(`{"apiVersion": "krowave.dev/v9", "kind": "SchemaBundle"}`), `of "krowave.dev/v9", not SchemaBundle`},
		"Kind":        {"another file", []byte(`{"apiVersion": "krowave.dev/v1alpha1", "kind": "Report"}`), `it is "Report"`},
		"Kinds":       {"kinds that are no list", []byte(header + `, "kinds": 1}`), "kinds: json"},
		"TooMany":     {"more kinds than can be", []byte(header + `, "kinds": [` + strings.Repeat("{},", maxObjects) + `{}]}`), "more than"},
		"NoDocuments": {"documents that are no object", []byte(header + `, "documents": []}`), "cannot unmarshal"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := DecodeBundle(tc.data, ""); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: DecodeBundle() fails with %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

func TestDecompressLimit(t *testing.T) {
	t.Parallel()
	plain := bytes.Repeat([]byte(" "), 1_000_000)
	bomb, err := compress(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"compressed": bomb, "plain": plain} {
		if _, err := decompress(data, len(plain)-1); err == nil || !strings.Contains(err.Error(), "larger than 999999 bytes") {
			t.Errorf("decompress() of %s data that is too large = %v", name, err)
		}
		if got, err := decompress(data, len(plain)); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("decompress() of %s data = %d bytes, %v", name, len(got), err)
		}
	}
}

// TestBundleDamagedInside: what is wrong inside of a document makes its kinds unknown, no others.
func TestBundleDamagedInside(t *testing.T) {
	t.Parallel()
	entry := `{"group": "%s", "version": "v1", "kind": "Widget", "plural": "widgets", "schema": "w"}`
	kinds := fmt.Sprintf(entry+","+entry, "bad.example.com", "good.example.com")
	good := `"apis/good.example.com/v1": {"w": {"type": "object"}}`
	cases := map[string]struct {
		reason   string
		document string
		want     string
	}{
		"Missing":   {"no document", "", "its document is missing"},
		"NoSchema":  {"no schema in the document", `"apis/bad.example.com/v1": {}`, `no schema "w"`},
		"Null":      {"a schema that is null", `"apis/bad.example.com/v1": {"w": null}`, `no schema "w"`},
		"WrongType": {"a schema that is none", `"apis/bad.example.com/v1": {"w": {"type": []}}`, "cannot unmarshal"},
		"Dangling":  {"a reference to nothing", `"apis/bad.example.com/v1": {"w": {"items": {"$ref": "x"}}}`, `no schema "x"`},
		"TooMany":   {"more objects than can be", `"apis/bad.example.com/v1": {"w": {"oneOf": [` + strings.Repeat("{},", maxObjects) + `{}]}}`, "more than"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			documents := strings.TrimPrefix(tc.document+","+good, ",")
			b, err := DecodeBundle([]byte(header+`, "kinds": [`+kinds+`], "documents": {`+documents+`}}`), "")
			if err != nil {
				t.Fatal(err)
			}
			all, err := b.Kinds()
			if len(all) != 1 || err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: Kinds() = %d kinds, %v, want one kind and %q", tc.reason, len(all), err, tc.want)
			}
			c := (*Catalog)(nil).WithBundle(b)
			if _, ok := c.Lookup(gvkOf("bad.example.com", "v1", "Widget")); ok {
				t.Errorf("%s: the kind is known", tc.reason)
			}
			if _, ok := c.Lookup(gvkOf("good.example.com", "v1", "Widget")); !ok {
				t.Errorf("%s: a sound kind is not known", tc.reason)
			}
		})
	}
}

func FuzzDecodeBundle(f *testing.F) {
	data, err := decompress(mustEncode(f, bundled()), maxBundleBytes)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(mustEncode(f, bundled()))
	f.Add([]byte(header + `, "kinds": [{"version": "v1", "kind": "A", "schema": "a"}], "documents": {"api/v1": {"a": {"items": {"$ref": "a"}}}}}`))
	f.Add([]byte(header + `}`))
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBundle(data, "")
		if err != nil {
			return
		}
		kinds, err := b.Kinds()
		if err == nil && len(kinds) != len(b.gvks()) {
			t.Errorf("%d kinds of %d, and no error", len(kinds), len(b.gvks()))
		}
		for _, k := range kinds {
			if k.Schema == nil {
				t.Errorf("%v has no schema", k.GVK)
			}
		}
	})
}
