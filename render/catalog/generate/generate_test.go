package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
)

// TestCommitted: the file that is committed is what the table gives.
func TestCommitted(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fetches the modules of Kubernetes")
	}
	dir := t.TempDir()
	var stderr bytes.Buffer
	if code := run([]string{dir}, &stderr); code != 0 {
		t.Fatalf("run() = %d, %s", code, &stderr)
	}
	want, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "builtin", fileName))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s has %d bytes and differs from what the generator writes, %d bytes: run go generate", fileName, len(got), len(want))
	}
	if limit := 100_000; len(got) > limit {
		t.Errorf("%s has %d bytes: beyond %d it is worth asking what it holds", fileName, len(got), limit)
	}
}

// TestDecodedEqualsSource: every kind read from the packed file is what its document says, and no kind is lost.
func TestDecodedEqualsSource(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fetches the modules of Kubernetes")
	}
	for _, s := range sources() {
		t.Run(s.minor, func(t *testing.T) {
			t.Parallel()
			compareWithSource(t, s)
		})
	}
}

func compareWithSource(t *testing.T, s source) {
	t.Helper()
	dir, err := s.directory()
	if err != nil {
		t.Fatal(err)
	}
	want, err := readKinds(dir)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := catalog.Builtin(s.minor)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 80 || len(want) != len(packed.Kinds()) {
		t.Errorf("%d kinds, %d in the documents", len(packed.Kinds()), len(want))
	}
	for _, k := range want {
		k.BuiltIn, k.Origin = true, "Kubernetes "+s.minor
		got, _ := packed.Lookup(k.GVK)
		if diff := cmp.Diff(k, got, cmp.FilterPath(isDescription, cmp.Ignore())); diff != "" {
			t.Errorf("%v: -document +packed\n%s", k.GVK, diff)
		}
	}
}

func isDescription(p cmp.Path) bool { return p.Last().String() == ".Description" }

const code = `package openapi

func GetOpenAPIDefinitions() {}

func schema_k8sio_api_core_v1_Widget(ref common.ReferenceCallback) common.OpenAPIDefinition {
	return common.OpenAPIDefinition{
		Schema: spec.Schema{
			VendorExtensible: spec.VendorExtensible{Extensions: spec.Extensions{"x": []interface{}{map[string]interface{}{"Enum": "no"}}}},
			SchemaProps: spec.SchemaProps{
				Type: []string{"object"},
				Properties: map[string]spec.Schema{
					"a": {SchemaProps: spec.SchemaProps{Type: []string{"string"}, Enum: []interface{}{"x", "y\"z"}}},
					"b": {SchemaProps: spec.SchemaProps{
						Items: &spec.SchemaOrArray{Schema: &spec.Schema{SchemaProps: spec.SchemaProps{Enum: []interface{}{"i"}}}},
					}},
					"c": {SchemaProps: spec.SchemaProps{
						AdditionalProperties: &spec.SchemaOrBool{Allows: true, Schema: &spec.Schema{SchemaProps: spec.SchemaProps{Enum: []interface{}{"m"}}}},
					}},
				},
			},
		},
	}
}

func schema_pkg_apis_widgets_v1_None(ref common.ReferenceCallback) common.OpenAPIDefinition {
	return common.OpenAPIDefinition{Schema: spec.Schema{}}
}
`

func TestEnums(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "openapi.go")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := readEnums(file)
	if err != nil {
		t.Fatal(err)
	}
	const document = `{"components": {"schemas": {"io.k8s.api.core.v1.Widget": {"properties": {
		"a": {"type": "string", "default": 1.10}, "b": {"items": {"type": "string"}}, "c": {"additionalProperties": {"type": "string"}}}}, "other": {}}}}`
	data, err := e.addTo([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	const added = `{"components": {"schemas": {"io.k8s.api.core.v1.Widget": {"properties": {
		"a": {"type": "string", "default": 1.1, "enum": ["x", "y\"z"]}, "b": {"items": {"type": "string", "enum": ["i"]}}, "c": {"additionalProperties": {"type": "string", "enum": ["m"]}}}}, "other": {}}}}`
	if err := json.Unmarshal([]byte(added), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a document with enums: -want +got\n%s", diff)
	}
	for _, field := range []string{`"b": {"items": {"type": "string"}}, `, `"type": "string", `} {
		if _, err := e.addTo([]byte(strings.Replace(document, field, "", 1))); err == nil {
			t.Errorf("code and document do not fit without %s, and nobody says so", field)
		}
	}
}

func TestFunctionOf(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason    string
		component string
		want      string
	}{
		"API":        {"types of k8s.io/api", "io.k8s.api.core.v1.Container", "schema_k8sio_api_core_v1_Container"},
		"Extensions": {"types of another module", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec", "schema_pkg_apis_apiextensions_v1_CustomResourceDefinitionSpec"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := functionOf(tc.component); got != tc.want {
				t.Errorf("%s: functionOf(%q) = %q, want %q", tc.reason, tc.component, got, tc.want)
			}
		})
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fetches the modules of Kubernetes")
	}
	var stderr bytes.Buffer
	if got := run(nil, &stderr); got != 2 || !strings.HasPrefix(stderr.String(), "usage:") {
		t.Errorf("run() without a directory = %d, %q", got, &stderr)
	}
	stderr.Reset()
	if got := run([]string{filepath.Join(t.TempDir(), "missing")}, &stderr); got != 1 || stderr.Len() == 0 {
		t.Errorf("run() into a directory that is not there = %d, %q", got, &stderr)
	}
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fetches the modules of Kubernetes")
	}
	s := sources()[0]
	s.sum = "h1:other"
	if _, err := s.directory(); err == nil || !strings.Contains(err.Error(), "want h1:other") {
		t.Errorf("directory() of a module with another checksum = %v, want an error", err)
	}
	s.version = "v0.0.0-nonsense"
	if _, err := s.directory(); err == nil {
		t.Error("directory() of a version that does not exist answers one")
	}
}
