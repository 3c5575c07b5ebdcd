package value_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

func TestToJSON(t *testing.T) {
	t.Parallel()
	list := func(items ...ref.Val) ref.Val { return value.Collection(items) }
	table := func(entries map[ref.Val]ref.Val) ref.Val {
		return types.NewRefValMap(types.DefaultTypeAdapter, entries)
	}
	at := time.Date(2024, 1, 2, 3, 4, 5, 678e6, time.FixedZone("", 7200))
	secret := &catalog.Schema{Type: "object", AdditionalProperties: &catalog.Schema{Type: "string", Format: "byte"}}
	dates := &catalog.Schema{Type: "array", Items: &catalog.Schema{Type: "string", Format: "date-time"}}
	hole := value.NewUnknown(value.Path{Node: "n"})
	tests := map[string]struct {
		reason string
		value  ref.Val
		want   any
		fails  bool
	}{
		"Nil":             {"nothing is null", nil, nil, false},
		"Null":            {"null stays", types.NullValue, nil, false},
		"Bool":            {"a scalar", types.True, true, false},
		"Int":             {"a scalar", types.Int(-1), int64(-1), false},
		"Uint":            {"an unsigned number is a number", types.Uint(7), int64(7), false},
		"LargeUint":       {"if it fits", types.Uint(math.MaxUint64), nil, true},
		"Double":          {"whole doubles stay doubles; JSON writes them without a fraction", types.Double(3), 3.0, false},
		"NaN":             {"JSON has no such number", types.Double(math.NaN()), nil, true},
		"Infinity":        {"JSON has no such number", types.Double(math.Inf(-1)), nil, true},
		"String":          {"a scalar", types.String("x"), "x", false},
		"Bytes":           {"the author must say how to encode", types.Bytes("x"), nil, true},
		"Duration":        {"Go's text, not CEL's", types.Duration{Duration: 90 * time.Minute}, "1h30m0s", false},
		"Timestamp":       {"UTC, no fraction", types.Timestamp{Time: at}, "2024-01-02T01:04:05Z", false},
		"ZeroTimestamp":   {"the zero time is null, as in metav1.Time", types.Timestamp{}, nil, false},
		"None":            {"an empty optional is null", types.OptionalNone, nil, false},
		"Some":            {"a full one its value", types.OptionalOf(types.OptionalOf(types.Int(1))), int64(1), false},
		"NoneOfBytes":     {"and its errors", types.OptionalOf(types.Bytes("x")), nil, true},
		"Omit":            {"the mark stays for the caller", value.Omit(), value.Omitted{}, false},
		"OmitInside":      {"at any depth", list(value.Omit()), []any{value.Omitted{}}, false},
		"Hole":            {"a hole stays one", list(types.Int(1), hole), []any{int64(1), hole}, false},
		"List":            {"lists", list(list(), types.Int(1)), []any{[]any{}, int64(1)}, false},
		"ListOfBytes":     {"an error inside", list(types.Bytes("x")), nil, true},
		"Map":             {"maps", table(map[ref.Val]ref.Val{types.String("a"): types.Int(1)}), map[string]any{"a": int64(1)}, false},
		"EmptyMap":        {"an empty map stays", table(nil), map[string]any{}, false},
		"IntKeys":         {"keys are strings", table(map[ref.Val]ref.Val{types.Int(1): types.Int(1)}), nil, true},
		"MapOfBytes":      {"an error inside", table(map[ref.Val]ref.Val{types.String("a"): types.Bytes("x")}), nil, true},
		"SecretData":      {"a wrapped map is its data", value.Wrap(map[string]any{"a": "eA=="}, secret, value.Absent), map[string]any{"a": "eA=="}, false},
		"Dates":           {"a wrapped list is what its items mean", value.Wrap([]any{"2024-01-02T03:04:05.9+02:00"}, dates, value.Absent), []any{"2024-01-02T01:04:05Z"}, false},
		"ListOfNull":      {"an item that is an error", value.Wrap([]any{nil}, dates, value.Absent), nil, true},
		"Error":           {"an error value", types.NewErr("x"), nil, true},
		"Type":            {"a type", types.IntType, nil, true},
		"Quantity":        {"a type of Kubernetes", apiservercel.Quantity{}, nil, true},
		"PartialObject":   {"a struct that is not whole", value.Wrap(map[string]any{}, bucketSchema(), value.UnknownIn("n")), hole, false},
		"UnknownInsideOf": {"the rest of a list is known", list(types.String("x"), value.UnknownObject("n")), []any{"x", hole}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := value.ToJSON(tc.value)
			if (err != nil) != tc.fails || err != nil && !errors.Is(err, value.ErrUnsupported) {
				t.Fatalf("%s: error %v, want one: %v", tc.reason, err, tc.fails)
			}
			if diff := cmp.Diff(tc.want, got, cmp.Comparer(sameHole)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// sameHole compares holes by their reasons.
func sameHole(a, b *types.Unknown) bool { return a.String() == b.String() }

// TestToNative: encoding/json can have more than an object.
func TestToNative(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]ref.Val{
		`"eA=="`:               types.Bytes("x"),
		`18446744073709551615`: types.Uint(math.MaxUint64),
		`{}`:                   value.Omit(), // as kro's own sentinel
	} {
		data, err := value.ToNative(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", v, diff)
		}
	}
}

// TestToJSONCopies: a result may be changed without a change of what it was taken from.
func TestToJSONCopies(t *testing.T) {
	t.Parallel()
	str := &catalog.Schema{Type: "string"}
	inner := &catalog.Schema{Type: "object", AdditionalProperties: &catalog.Schema{Type: "array", Items: str}}
	schemas := map[string]*catalog.Schema{"Raw": nil, "Map": inner, "Free": {Type: "object", PreserveUnknown: true}}
	for name, s := range schemas {
		for _, missing := range []value.Missing{value.Absent, value.UnknownIn("n")} {
			if s == nil && missing != value.Absent {
				continue // nothing of it is whole
			}
			data := map[string]any{"a": []any{"x", "y"}, "b": []any{}}
			got, err := value.ToJSON(value.Wrap(data, s, missing))
			if err != nil {
				t.Fatal(err)
			}
			object, ok := got.(map[string]any)
			if !ok {
				t.Fatalf("%s: %T", name, got)
			}
			object["b"] = "changed"
			object["a"].([]any)[0] = "changed"
			if diff := cmp.Diff(map[string]any{"a": []any{"x", "y"}, "b": []any{}}, data); diff != "" {
				t.Errorf("%s, missing %q: the input changed (-want +got):\n%s", name, missing, diff)
			}
		}
	}
}

// anySchema derives a schema that fits data, so that fuzzing reaches every kind of value.
func anySchema(data any, salt int) *catalog.Schema {
	switch d := data.(type) {
	case map[string]any:
		if salt%3 == 0 {
			return &catalog.Schema{Type: "object", PreserveUnknown: true}
		}
		properties := map[string]*catalog.Schema{}
		for k, v := range d {
			properties[k] = anySchema(v, salt+len(k))
		}
		return &catalog.Schema{Type: "object", Properties: properties}
	case []any:
		kinds := []string{"", "atomic", "set", "map"}
		items := &catalog.Schema{PreserveUnknown: true}
		if len(d) > 0 && salt%2 == 0 {
			items = anySchema(d[0], salt)
		}
		return &catalog.Schema{Type: "array", Items: items, ListType: kinds[salt%len(kinds)], ListMapKeys: []string{"a"}}
	case string:
		return &catalog.Schema{Type: "string", Format: []string{"", "byte", "date", "date-time", "duration"}[salt%5]}
	case float64, int64:
		return &catalog.Schema{Type: []string{"number", "integer"}[salt%2]}
	case bool:
		return &catalog.Schema{Type: "boolean"}
	}
	return &catalog.Schema{Nullable: salt%2 == 0, IntOrString: salt%3 == 0, PreserveUnknown: true}
}

// FuzzRoundTrip: whatever the data, wrapping and converting neither panics nor
// changes it, and an object of which only a part is known gives its data or holes.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a": 1, "b": [1.5, "x", null, true]}`, `{"a-b": {"c__d": ["e"]}}`, `[{"a": 1}, {"a": 2}]`, `{"d": "2024-01-02", "x": "aGk="}`,
	} {
		for salt := range 6 {
			f.Add(seed, salt)
		}
	}
	f.Fuzz(func(t *testing.T, text string, salt int) {
		var data any
		if json.Unmarshal([]byte(text), &data) != nil {
			t.Skip()
		}
		roundTripRaw(t, data)
		schema := anySchema(data, max(salt, 0)%1000)
		whole := value.Wrap(data, schema, value.Absent)
		roundTripWhole(t, data, whole)
		compareOpen(t, whole, value.Wrap(data, schema, value.UnknownIn("n")))
	})
}

func roundTripRaw(t *testing.T, data any) {
	t.Helper()
	got, err := value.ToJSON(value.Raw(data))
	if diff := cmp.Diff(data, got); err != nil || diff != "" {
		t.Errorf("raw: %v (-want +got):\n%s", err, diff)
	}
}

// roundTripWhole: only an object is its data, whatever its fields mean.
func roundTripWhole(t *testing.T, data any, whole ref.Val) {
	t.Helper()
	got, err := value.ToJSON(whole)
	if _, ok := data.(map[string]any); ok {
		if diff := cmp.Diff(data, got); err != nil || diff != "" {
			t.Errorf("wrapped: %v (-want +got):\n%s", err, diff)
		}
	}
	if eq := types.Equal(whole, whole); types.IsUnknown(eq) {
		t.Errorf("a value of which all is known equals itself: %v", eq)
	}
}

func compareOpen(t *testing.T, whole, open ref.Val) {
	t.Helper()
	if value.Gap(open) != nil {
		if eq, ok := types.Equal(whole, open).(types.Bool); ok && bool(eq) {
			t.Error("what is not known equals something")
		}
		return
	}
	want, wantErr := value.ToJSON(whole)
	got, err := value.ToJSON(open)
	if diff := cmp.Diff(want, got); (err != nil) != (wantErr != nil) || diff != "" {
		t.Errorf("open but without gaps: %v (-want +got):\n%s", err, diff)
	}
}
