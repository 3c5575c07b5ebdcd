package value_test

import (
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/value"
)

// TestListAdd: what + makes of lists with a schema, by list type and by what is added.
func TestListAdd(t *testing.T) {
	t.Parallel()
	str := &catalog.Schema{Type: "string"}
	entry := &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{"k": str, "p": {Type: "integer"}, "v": str}}
	object := func(k string, p int64, v string) any { return map[string]any{"k": k, "p": p, "v": v} }
	hole := value.NewUnknown(value.Path{Node: "h"})
	wrap := func(kind string, items *catalog.Schema, data ...any) ref.Val {
		return value.Wrap(data, &catalog.Schema{Type: "array", Items: items, ListType: kind, ListMapKeys: []string{"k", "p"}}, value.Absent)
	}
	literal := value.Collection([]ref.Val{types.NewRefValMap(types.DefaultTypeAdapter, map[ref.Val]ref.Val{types.String("k"): types.String("a")})})
	tests := map[string]struct {
		reason      string
		left, right ref.Val
		want        any
		fails       bool
	}{
		"Atomic":       {"concatenation", wrap("", str, "a", "b"), wrap("", str, "b"), []any{"a", "b", "b"}, false},
		"Literal":      {"scalars of CEL's own", wrap("atomic", str, "a"), types.NewStringList(types.DefaultTypeAdapter, []string{"b"}), []any{"a", "b"}, false},
		"MapLiteral":   {"a map literal is no data of the schema", wrap("", entry, object("a", 1, "x")), literal, nil, true},
		"Objects":      {"objects of another list are", wrap("", entry, object("a", 1, "x")), wrap("", entry, object("b", 1, "y")), []any{object("a", 1, "x"), object("b", 1, "y")}, false},
		"Set":          {"a union", wrap("set", str, "a", "b"), wrap("", str, "b", "c", "c"), []any{"a", "b", "c"}, false},
		"SetTypes":     {"items of different types are different", wrap("set", &catalog.Schema{IntOrString: true}, "1"), wrap("", &catalog.Schema{Type: "integer"}, int64(1)), []any{"1", int64(1)}, false},
		"Map":          {"the same key is overwritten in place, others follow", wrap("map", entry, object("a", 1, "x"), object("b", 1, "y")), wrap("map", entry, object("c", 1, "z"), object("a", 1, "new")), []any{object("a", 1, "new"), object("b", 1, "y"), object("c", 1, "z")}, false},
		"MapTwoKeys":   {"all keys count", wrap("map", entry, object("a", 1, "x")), wrap("map", entry, object("a", 2, "y")), []any{object("a", 1, "x"), object("a", 2, "y")}, false},
		"MapMapped":    {"a map literal has no key", wrap("map", entry, object("a", 1, "x")), literal, nil, true},
		"SetHole":      {"what is not known may be in both", wrap("set", str, "a", hole), wrap("set", str, "b"), nil, true},
		"AtomicHole":   {"a hole stays where it is", wrap("", str, "a", hole), wrap("", str, "b"), []any{"a", hole, "b"}, false},
		"Empty":        {"nothing is added", wrap("", str, "a"), wrap("", str), []any{"a"}, false},
		"Unordered":    {"an item without keys stays itself", wrap("map", str, "a", "b"), wrap("map", str, "a"), []any{"a", "b", "a"}, false},
		"RepeatedMaps": {"the right list may repeat a key", wrap("map", entry), wrap("", entry, object("a", 1, "x"), object("a", 1, "y")), []any{object("a", 1, "y")}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			adder, ok := tc.left.(traits.Adder)
			if !ok {
				t.Fatal("no list")
			}
			for range 2 { // kro remembers what was added to a set
				got, err := value.ToJSON(adder.Add(tc.right))
				_, unknown := got.(*types.Unknown)
				if (err != nil || unknown) != tc.fails {
					t.Fatalf("%s: %v, error %v", tc.reason, got, err)
				}
				if unknown {
					continue
				}
				if diff := cmp.Diff(tc.want, got, cmp.Comparer(sameHole)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
				}
			}
		})
	}
}

// TestListAddKeepsKnowledge: items of a list of which not all is known stay so in the sum.
func TestListAddKeepsKnowledge(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	wrap := func(missing value.Missing) ref.Val { return value.Wrap(bucketTemplate(), bucketSchema(), missing) }
	vars := map[string]any{"bucket": wrap(value.UnknownIn("bucket")), "x": wrap(value.Absent)}
	tests := map[string]outcome{
		"(bucket.spec.rules + x.spec.rules)[0].prefix":      waits("bucket.spec.rules"),
		"(x.spec.rules + bucket.spec.rules)[2].prefix":      waits("bucket.spec.rules"),
		"(x.spec.rules + bucket.spec.rules)[2].id":          known("one"),
		"(x.spec.rules + bucket.spec.rules)[0].?prefix":     known(nil),
		"(x.spec.rules + bucket.spec.rules).size()":         known(int64(4)),
		"(x.spec.rules + x.spec.rules)[3].id":               known("two"),
		"(bucket.spec.rules + bucket.spec.rules)[3].prefix": waits("vpc.status.vpcID"),
		"bucket.spec.rules + [dyn({'id': 'x'})]":            {Error: true},
		"([dyn({'id': 'x'})] + bucket.spec.rules)[1].id":    known("one"),
		"([dyn({'id': 'x'})] + bucket.spec.rules)[0].id":    known("x"),
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, evaluate(t, env, text, vars)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestListEqual: sets and maps compare without order.
func TestListEqual(t *testing.T) {
	t.Parallel()
	str := &catalog.Schema{Type: "string"}
	entry := &catalog.Schema{Type: "object", Properties: map[string]*catalog.Schema{"k": str, "v": str}}
	a, b, c := map[string]any{"k": "a", "v": "1"}, map[string]any{"k": "b", "v": "2"}, map[string]any{"k": "a", "v": "3"}
	wrap := func(kind string, items *catalog.Schema, data ...any) ref.Val {
		return value.Wrap(data, &catalog.Schema{Type: "array", Items: items, ListType: kind, ListMapKeys: []string{"k"}}, value.Absent)
	}
	tests := map[string]struct {
		reason      string
		left, right ref.Val
		want        ref.Val
	}{
		"Atomic":   {"in order", wrap("", str, "a", "b"), wrap("", str, "b", "a"), types.False},
		"Same":     {"in order", wrap("", str, "a", "b"), wrap("", str, "a", "b"), types.True},
		"Size":     {"of equal size", wrap("", str, "a", "b"), wrap("", str, "a"), types.False},
		"Set":      {"in any order", wrap("set", str, "a", "b"), wrap("set", str, "b", "a"), types.True},
		"OtherSet": {"with the same items", wrap("set", str, "a", "b"), wrap("set", str, "b", "c"), types.False},
		"Map":      {"in any order", wrap("map", entry, a, b), wrap("map", entry, b, a), types.True},
		"Value":    {"with the same values", wrap("map", entry, a, b), wrap("map", entry, b, c), types.False},
		"Keys":     {"with the same keys", wrap("map", entry, a, b), wrap("map", entry, a, map[string]any{"k": "z"}), types.False},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.left.Equal(tc.right); got != tc.want {
				t.Errorf("%s: %v, want %v", tc.reason, got, tc.want)
			}
		})
	}
}
