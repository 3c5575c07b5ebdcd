package catalog

import (
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// full is a schema in which every field has a value, so that a field that is added to
// Schema and forgotten in the packed form shows. Descriptions are not packed.
func full(t *testing.T) *Schema {
	t.Helper()
	s := &Schema{}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		var value any = map[string]any{} // Default is the only field that may be anything
		switch f.Interface().(type) {
		case string:
			value = "a " + name
		case bool:
			value = true
		case []string:
			value = []string{name, "second"}
		case *Schema:
			value = &Schema{Type: name}
		case []*Schema:
			value = []*Schema{{Type: name}, {Format: name}}
		case map[string]*Schema:
			value = map[string]*Schema{name: {Type: "string"}, "b": {Type: "string"}, "": {}}
		case *int64:
			value = new(int64(-1 - i))
		case *float64:
			value = new(float64(i) + 0.5)
		case []any:
			value = []any{nil, true, false, int64(-5), 1.5, "text", []any{}, map[string]any{"k": []any{"v"}, "a": nil}}
		}
		if name != "Description" {
			f.Set(reflect.ValueOf(value))
		}
	}
	return s
}

// unpacked are the schemas of a packed release by kind.
func unpacked(t *testing.T, data []byte, version string) *release {
	t.Helper()
	p, err := openPool(string(data))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.release(version)
	if err != nil || r == nil {
		t.Fatalf("release(%q) = %v, %v", version, r, err)
	}
	return r
}

func mustPack(tb testing.TB, releases ...Release) []byte {
	tb.Helper()
	data, err := Pack(releases)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestPackKeepsEverything(t *testing.T) {
	t.Parallel()
	want := Kind{GVK: gvkOf("example.com", "v1", "Widget"), Schema: full(t), Namespaced: true, Plural: "widgets"}
	got, ok := unpacked(t, mustPack(t, Release{Version: "1.2", Kinds: []Kind{want}}), "1.2").find(want.GVK)
	want.BuiltIn, want.Origin = true, "Kubernetes 1.2"
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("a packed kind: -want +got\n%s", diff)
	}
}

func TestPackEmptySchema(t *testing.T) {
	t.Parallel()
	k := kindOf("example.com", "v1", "Widget")
	k.Schema = &Schema{Properties: map[string]*Schema{}, Required: []string{}, Enum: []any{}}
	got, _ := unpacked(t, mustPack(t, Release{Version: "1.2", Kinds: []Kind{k}}), "1.2").find(k.GVK)
	if diff := cmp.Diff(&Schema{}, got.Schema); diff != "" {
		t.Errorf("an empty schema: -want +got\n%s", diff)
	}
}

func TestPackIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := kindOf("example.com", "v1", "A"), kindOf("example.com", "v1", "B")
	a.Schema = full(t)
	want := mustPack(t, Release{"1.9", []Kind{a, b}}, Release{"1.10", []Kind{a}}, Release{"1.11", []Kind{b}})
	for range 20 {
		if got := mustPack(t, Release{"1.11", []Kind{b}}, Release{"1.9", []Kind{b, a}}, Release{"1.10", []Kind{a}}); !slices.Equal(want, got) {
			t.Fatal("Pack() of the same kinds in another order differs")
		}
	}
	p, err := openPool(string(want))
	if err != nil {
		t.Fatal(err)
	}
	versions, err := p.versions()
	if diff := cmp.Diff([]string{"1.9", "1.10", "1.11"}, versions); diff != "" || err != nil {
		t.Errorf("versions() fails with %v: -want +got\n%s", err, diff)
	}
}

func TestPackSharesEqualNodes(t *testing.T) {
	t.Parallel()
	a, b := kindOf("example.com", "v1", "A"), kindOf("example.com", "v1", "B")
	a.Schema, b.Schema = full(t), full(t)
	once := mustPack(t, Release{"1.9", []Kind{a}})
	twice := mustPack(t, Release{"1.9", []Kind{a}}, Release{"1.10", []Kind{a, b}})
	if more := len(twice) - len(once); more > 50 {
		t.Errorf("two more kinds with the same schema take %d bytes", more)
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		schema *Schema
	}{
		"NoSchema": {"a kind has a schema", nil},
		"NotJSON":  {"a default is a JSON value", &Schema{Default: struct{}{}}},
		"Deep":     {"a value inside a value too", &Schema{Properties: map[string]*Schema{"a": {Enum: []any{[]any{int32(1)}}}}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := kindOf("example.com", "v1", "Widget")
			k.Schema = tc.schema
			if _, err := Pack([]Release{{"1.2", []Kind{k}}}); err == nil {
				t.Errorf("%s: Pack() takes it", tc.reason)
			}
		})
	}
}

// readAll reads all that is in packed data and reports whether it is sound.
func readAll(data string) bool {
	p, err := openPool(data)
	if err != nil {
		return false
	}
	versions, err := p.versions()
	if err != nil {
		return false
	}
	sound := true
	for _, v := range versions {
		r, err := p.release(v)
		if err != nil {
			return false
		}
		for _, gvk := range r.gvks() {
			_, ok := r.find(gvk)
			sound = sound && ok
		}
	}
	return sound
}

func TestDamagedData(t *testing.T) {
	t.Parallel()
	k := kindOf("example.com", "v1", "Widget")
	k.Schema = full(t)
	sound := string(mustPack(t, Release{"1.2", []Kind{k}}))
	if !readAll(sound) {
		t.Fatal("sound data cannot be read")
	}
	if !readAll(builtinData) {
		t.Error("the embedded data is damaged")
	}
	for i := range sound {
		if readAll(sound[:i]) {
			t.Errorf("the first %d of %d bytes pass for the whole", i, len(sound))
		}
	}
	if readAll(sound + "x") {
		t.Error("more bytes than there should be pass")
	}
	if readAll(strings.Replace(sound, magic, "krowave\x02", 1)) {
		t.Error("another form passes for this one")
	}
}

func TestDeepNodes(t *testing.T) {
	t.Parallel()
	deep := func(levels int) string {
		s := &Schema{Type: "string"}
		for range levels {
			s = &Schema{Type: "array", Items: s}
		}
		k := kindOf("example.com", "v1", "Widget")
		k.Schema = s
		return string(mustPack(t, Release{"1.2", []Kind{k}}))
	}
	if !readAll(deep(maxDepth)) {
		t.Error("a schema as deep as allowed cannot be read")
	}
	if readAll(deep(maxDepth + 1)) {
		t.Error("a schema that is too deep passes")
	}
}

func FuzzPool(f *testing.F) {
	k := kindOf("example.com", "v1", "Widget")
	k.Schema = &Schema{
		Type: "object", Required: []string{"a"}, MinLength: new(int64(3)), Maximum: new(1.5),
		Properties: map[string]*Schema{"a": {Type: "string", Enum: []any{"x", int64(1)}}, "b": {Items: &Schema{Default: map[string]any{"k": nil}}}},
		OneOf:      []*Schema{{Type: "string"}},
	}
	data := mustPack(f, Release{"1.2", []Kind{k}}, Release{"1.3", []Kind{k}})
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(magic))
	f.Add(slices.Concat([]byte(magic), binary.LittleEndian.AppendUint64(nil, 1<<63), make([]byte, 16)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := openPool(string(data))
		if err != nil {
			return
		}
		versions, _ := p.versions()
		for _, v := range versions {
			if r, err := p.release(v); err == nil {
				checkRelease(t, r, v)
			}
		}
	})
}

// checkRelease: what was read can be packed, and reading and packing that changes nothing.
func checkRelease(t *testing.T, r *release, version string) {
	t.Helper()
	var kinds []Kind
	for _, gvk := range r.gvks() {
		if k, ok := r.find(gvk); ok {
			kinds = append(kinds, k)
		}
	}
	packed := mustPack(t, Release{version, kinds})
	again := unpacked(t, packed, version)
	for i, k := range kinds {
		kinds[i], _ = again.find(k.GVK)
	}
	if !slices.Equal(packed, mustPack(t, Release{version, kinds})) {
		t.Error("packed schemas change when they are read and packed again")
	}
}
