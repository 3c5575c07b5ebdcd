package value_test

import (
	"testing"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

// failure stands for an error value in tables.
type failure string

// native is the Go value behind a CEL value, with its type visible in tables.
func native(v ref.Val) any {
	switch v := v.(type) {
	case *types.Err:
		return failure(v.Error())
	case types.Timestamp:
		return v.Time.UTC().Format(time.RFC3339Nano)
	case *types.Unknown:
		return value.Paths(v)
	}
	return v.Value()
}

func TestWrapScalars(t *testing.T) {
	t.Parallel()
	of := func(kind, format string) *catalog.Schema { return &catalog.Schema{Type: kind, Format: format} }
	tests := map[string]struct {
		reason string
		data   any
		schema *catalog.Schema
		want   any
	}{
		"String":          {"a string is a string", "a", of("string", ""), "a"},
		"StringFormat":    {"an unknown format says nothing", "a", of("string", "uri"), "a"},
		"NotAString":      {"data of another type is an error", int64(1), of("string", ""), failure("invalid data, expected string, got int64")},
		"Bytes":           {"format byte is base64", "aGk=", of("string", "byte"), []byte("hi")},
		"BadBytes":        {"the text may be secret and is not quoted", "%", of("string", "byte"), failure("Invalid byte formatted string: illegal base64 data at input byte 0")},
		"Date":            {"a date is a timestamp", "2024-02-29", of("string", "date"), "2024-02-29T00:00:00Z"},
		"BadDate":         {"there is no such day", "2023-02-29", of("string", "date"), failure(`Invalid date formatted string 2023-02-29: parsing time "2023-02-29": day out of range`)},
		"DateTime":        {"a date-time is a timestamp", "2024-01-02T03:04:05.5+01:00", of("string", "date-time"), "2024-01-02T02:04:05.5Z"},
		"Duration":        {"a duration is a duration", "90m", of("string", "duration"), 90 * time.Minute},
		"Integer":         {"an integer is an int", int64(3), of("integer", "int32"), int64(3)},
		"WholeDouble":     {"a decoder may know only doubles", 3.0, of("integer", ""), int64(3)},
		"NotWhole":        {"a fraction is not cut off", 3.5, of("integer", ""), failure("invalid data, expected int, got non-integer float 3.5")},
		"TooLarge":        {"2^63 is no int64", 9223372036854775808.0, of("integer", ""), failure("invalid data, expected int, got non-integer float 9.223372036854776e+18")},
		"Number":          {"a number is a double", 0.5, of("number", ""), 0.5},
		"WholeNumber":     {"JSON's whole numbers are doubles where the schema says number", int64(2), of("number", ""), 2.0},
		"NotANumber":      {"text is no number", "1", of("number", ""), failure("invalid data, expected float, got string")},
		"Boolean":         {"a boolean is a bool", true, of("boolean", ""), true},
		"NotABoolean":     {"text is no boolean", "true", of("boolean", ""), failure("invalid data, expected bool, got string")},
		"IntOrStringInt":  {"int-or-string takes an int", int64(80), &catalog.Schema{IntOrString: true}, int64(80)},
		"IntOrStringText": {"int-or-string takes a string", "http", &catalog.Schema{IntOrString: true}, "http"},
		"IntOrStringBool": {"and nothing else", true, &catalog.Schema{IntOrString: true}, failure("invalid data, expected XIntOrString value to be either a string or integer")},
		"IntOrString":     {"built-in kinds say it by format", int64(80), of("string", "int-or-string"), int64(80)},
		"Quantity":        {"a quantity is what JSON says", "1Gi", &catalog.Schema{OneOf: []*catalog.Schema{of("string", ""), of("number", "")}}, "1Gi"},
		"QuantityNumber":  {"in either form", int64(2), &catalog.Schema{OneOf: []*catalog.Schema{of("number", ""), of("string", "")}}, int64(2)},
		"Anything":        {"without a type and free-form it is what JSON says", "x", &catalog.Schema{PreserveUnknown: true}, "x"},
		"NoType":          {"without a type it is an error", "x", &catalog.Schema{}, failure("invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ")},
		"Null":            {"null is an error", nil, of("string", ""), failure("invalid data, got null for schema with nullable=false")},
		"NullableNull":    {"unless the schema allows it", nil, &catalog.Schema{Type: "string", Nullable: true}, types.NullValue.Value()},
		"NotAnObject":     {"an object must be a map", "x", of("object", ""), failure("invalid data, expected a map for the provided schema with type=object")},
		"NotAnArray":      {"an array must be a list", "x", of("array", ""), failure("invalid data, expected an array for the provided schema with type=array")},
		"NoItems":         {"an array needs a schema for its items", []any{}, of("array", ""), failure("invalid array type, expected Items with a non-empty Schema")},
		"BadListType":     {"there are three list types", []any{}, &catalog.Schema{Type: "array", ListType: "bag", Items: of("string", "")}, failure("invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got bag")},
		"NoSchema":        {"without a schema a value is what JSON says", int64(1), nil, int64(1)},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, missing := range []value.Missing{value.Absent, value.UnknownIn("n")} {
				if diff := cmp.Diff(tc.want, native(value.Wrap(tc.data, tc.schema, missing))); diff != "" {
					t.Errorf("%s: missing %q (-want +got):\n%s", tc.reason, missing, diff)
				}
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	str := &catalog.Schema{Type: "string"}
	fields := &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{
		"a": str, "null": str, "dash-ed": str, "namespace": str, "a__b": str, "number": {Type: "number"},
	}}
	texts := &catalog.Schema{Type: "object", AdditionalProperties: str}
	data := map[string]any{"a": "x", "null": nil, "dash-ed": "d", "namespace": "ns", "a__b": "u", "number": int64(1), "extra": int64(2), "1": "one"}
	tests := map[string]struct {
		reason string
		schema *catalog.Schema
		key    ref.Val
		want   any
		found  bool
	}{
		"Field":       {"a field has the schema's type", fields, types.String("number"), 1.0, true},
		"Null":        {"a property that is null is absent", fields, types.String("null"), nil, false},
		"Escaped":     {"the name is the escaped one", fields, types.String("dash__dash__ed"), "d", true},
		"Plain":       {"though the plain one is found too", fields, types.String("dash-ed"), "d", true},
		"Underscores": {"two underscores are escaped", fields, types.String("a__underscores__b"), "u", true},
		"BadEscape":   {"what cannot be unescaped does not exist", fields, types.String("a__b__c"), nil, false},
		"Keyword":     {"a keyword may be escaped", fields, types.String("__namespace__"), "ns", true},
		"Unknown":     {"a field that the schema does not know is what JSON says", fields, types.String("extra"), int64(2), true},
		"Absent":      {"what is not there is not found", fields, types.String("zz"), nil, false},
		"MapKey":      {"the keys of a map are not escaped", texts, types.String("dash-ed"), "d", true},
		"MapEscaped":  {"so the escaped one does not exist", texts, types.String("dash__dash__ed"), nil, false},
		"MapNull":     {"a null in a map is an error", texts, types.String("null"), failure("invalid data, got null for schema with nullable=false"), true},
		"MapInt":      {"a key of another type is tried as text", texts, types.Int(1), "one", true},
		"RawInt":      {"without a schema it is not", nil, types.Int(1), nil, false},
		"RawNull":     {"without a schema null is null", nil, types.String("null"), types.NullValue.Value(), true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, ok := value.Wrap(data, tc.schema, value.Absent).(traits.Mapper)
			if !ok {
				t.Fatal("no map")
			}
			v, found := m.Find(tc.key)
			if found != tc.found {
				t.Errorf("%s: found %v, want %v", tc.reason, found, tc.found)
			}
			if found {
				if diff := cmp.Diff(tc.want, native(v)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
				}
			}
		})
	}
}

// TestEmbedded: the type and the names of an embedded resource can always be read.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	data := map[string]any{"kind": "Pod", "metadata": map[string]any{"name": "p", "null": nil}, "spec": map[string]any{"x": nil}}
	m, ok := value.Wrap(data, &catalog.Schema{Type: "object", Embedded: true, PreserveUnknown: true}, value.Absent).(traits.Mapper)
	if !ok {
		t.Fatal("no map")
	}
	if diff := cmp.Diff("Pod", native(m.Get(types.String("kind")))); diff != "" {
		t.Errorf("kind (-want +got):\n%s", diff)
	}
	spec, ok := m.Get(types.String("spec")).(traits.Mapper)
	if !ok {
		t.Fatal("the specification is no map")
	}
	if _, found := spec.Find(types.String("x")); !found {
		t.Error("a null below a field that the schema does not know is there, since nothing says that it is a property")
	}
}

// TestIterationOrder: maps and structs are iterated in the order of their keys, structs by escaped names.
func TestIterationOrder(t *testing.T) {
	t.Parallel()
	data := map[string]any{"b": "1", "a-b": "2", "z": "3", "c": "4", "y": "5"}
	str := &catalog.Schema{Type: "string"}
	tests := map[string]struct {
		reason string
		schema *catalog.Schema
		want   []string
	}{
		"Struct": {"names are escaped", &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{"b": str}}, []string{"a__dash__b", "b", "c", "y", "z"}},
		"Map":    {"keys are not", &catalog.Schema{Type: "object", AdditionalProperties: str}, []string{"a-b", "b", "c", "y", "z"}},
		"Raw":    {"a map of CEL's own is put in order", nil, []string{"a-b", "b", "c", "y", "z"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, ok := value.Wrap(data, tc.schema, value.Absent).(traits.Mapper)
			if !ok {
				t.Fatal("no map")
			}
			for range 20 {
				var got []string
				for it := value.Ordered(m).Iterator(); it.HasNext() == types.True; {
					got = append(got, it.Next().Value().(string))
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", tc.reason, diff)
				}
			}
		})
	}
}

// TestOrderedKeys: keys of several types have an order too.
func TestOrderedKeys(t *testing.T) {
	t.Parallel()
	m := types.NewRefValMap(types.DefaultTypeAdapter, map[ref.Val]ref.Val{
		types.String("b"): types.Int(1), types.Int(2): types.Int(2), types.String("a"): types.Int(3), types.Int(-1): types.Int(4), types.True: types.Int(5),
	})
	for range 20 {
		var got []any
		for it := value.Ordered(m).Iterator(); it.HasNext() == types.True; {
			got = append(got, it.Next().Value())
		}
		if diff := cmp.Diff([]any{true, int64(-1), int64(2), "a", "b"}, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}
