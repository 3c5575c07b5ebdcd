package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/manifest"
)

// TestWriteSaysWhatItWasGiven: whatever the style, the text reads back as the object.
func TestWriteSaysWhatItWasGiven(t *testing.T) {
	t.Parallel()
	object := fields(
		"plain", "word", "yes", "yes", "empty", "", "number-like", "1.0", "colon", "a: b", "hash", "a #b", "lines", "one\n  two\n",
		"quoted", `say "it's"`, "expression", `${schema.spec.name + "}" + 'x'}`, "folded", `${a ? b : c}`, "tail", "line\n",
		"map", fields("inner", fields("deep", list(1, 2, 3)), "nothing", fields()),
		"list", []any{fields("a", 1, "b", list("x", "y")), []any{"n", []any{}}, nil, true, 1.5, "z"},
	)
	want := map[string]any{
		"plain": "word", "yes": "yes", "empty": "", "number-like": "1.0", "colon": "a: b", "hash": "a #b", "lines": "one\n  two\n",
		"quoted": `say "it's"`, "expression": `${schema.spec.name + "}" + 'x'}`, "folded": `${a ? b : c}`, "tail": "line\n",
		"map": map[string]any{"inner": map[string]any{"deep": []any{int64(1), int64(2), int64(3)}}, "nothing": map[string]any{}},
		"list": []any{
			map[string]any{"a": int64(1), "b": []any{"x", "y"}}, []any{"n", []any{}}, nil, true, 1.5, "z",
		},
	}
	for seed := range uint64(300) {
		text := write(newDice(seed, layout), object)
		got, err := manifest.Decode(text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s\n%s", seed, diff, text)
		}
	}
}
