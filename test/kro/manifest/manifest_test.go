package manifest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/manifest"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		file   string
		want   []manifest.Document
	}{
		"one":      {reason: "a file may be one document", file: "a: 1\n", want: []manifest.Document{{Text: "a: 1\n\n", Line: 1}}},
		"markers":  {reason: "markers separate, and lines are those of the file", file: "---\na: 1\n--- # next\nb: 2", want: []manifest.Document{{Text: "a: 1\n", Line: 2}, {Text: "b: 2\n", Line: 4}}},
		"comments": {reason: "a document of comments is none", file: "# only\n---\n\n---\na: 1", want: []manifest.Document{{Text: "a: 1\n", Line: 5}}},
		"indented": {reason: "dashes inside a block scalar are text", file: "a: |\n  ---\n  b", want: []manifest.Document{{Text: "a: |\n  ---\n  b\n", Line: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, manifest.Split(tc.file)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	got, err := manifest.Decode("n: no\ni: 1\nf: 1.5\nwhole: 2.0\nyes: y\ntwice: 1\ntwice: 2\n")
	if err != nil {
		t.Fatal(err)
	}
	// YAML 1.1 reads y, yes, n and no as booleans, as keys too, and JSON has no whole floats.
	want := map[string]any{"false": false, "i": int64(1), "f": 1.5, "whole": int64(2), "true": true, "twice": int64(2)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
	for _, text := range []string{"", "- a", "a: [", "text"} {
		if _, err := manifest.Decode(text); err == nil {
			t.Errorf("Decode(%q) gives no error", text)
		}
	}
}
