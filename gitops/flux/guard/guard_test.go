package guard_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/guard"
)

// TestCircles: each letter is a render; a dot is a new revision of the source.
func TestCircles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason, renders string
		want            bool
	}{
		"Nothing":    {reason: "no render at all"},
		"Once":       {reason: "one output", renders: "A"},
		"Again":      {reason: "the same output is no return", renders: "AAAAAAAAAAAA"},
		"Grows":      {reason: "values arrive one by one", renders: "ABCDEFGHIJ"},
		"Mended":     {reason: "one return: a value was wrong for a while", renders: "ABA"},
		"MendedLong": {reason: "one return, and on", renders: "ABAACDEF"},
		"Two":        {reason: "two outputs in turn", renders: "ABAB", want: true},
		"Repeated":   {reason: "equal renders between", renders: "AABBBAAABB", want: true},
		"Three":      {reason: "three outputs in turn", renders: "ABCAB", want: true},
		"Six":        {reason: "the longest circle that is noticed", renders: "ABCDEFAB", want: true},
		"Late":       {reason: "a circle after values have arrived", renders: "ABCDEFGHIHIH", want: true},
		"Stays":      {reason: "it stays a circle when it comes to rest", renders: "ABABBBBB", want: true},
		"Git":        {reason: "a new revision in Git starts anew", renders: "ABA.BAB", want: false},
		"GitSame":    {reason: "a new revision that renders the same", renders: "ABAB.B", want: false},
		"GitCircle":  {reason: "a circle at the new revision", renders: "A.BCBC", want: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var outputs []v1alpha1.RenderOutput
			revision := "main@sha1:0"
			for _, r := range tc.renders {
				if r == '.' {
					revision += "0"
					continue
				}
				before := slices.Clone(outputs)
				next := guard.Remember(outputs, revision, "sha256:"+string(r))
				if diff := cmp.Diff(before, outputs); diff != "" {
					t.Fatalf("the input was changed: -want +got\n%s", diff)
				}
				outputs = next
			}
			if got := guard.Circles(outputs); got != tc.want {
				t.Errorf("%s: %s circles: %t, want %t", tc.reason, tc.renders, got, tc.want)
			}
			if len(outputs) > 8 {
				t.Errorf("%d outputs are remembered, and the API allows 8", len(outputs))
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	type manifests = map[string][]byte
	tests := map[string]struct {
		reason        string
		before, after manifests
		limit         int
		want          []string
	}{
		"Equal": {reason: "nothing differs", before: manifests{"a": []byte(`{"x":1}`)}, after: manifests{"a": []byte(`{ "x": 1 }`)}},
		"Value": {
			reason: "the deepest place", before: manifests{"a": []byte(`{"spec":{"r":1,"s":[{"n":"x"}]}}`)},
			after: manifests{"a": []byte(`{"spec":{"r":2,"s":[{"n":"y"}]}}`)}, want: []string{"a spec.r", "a spec.s[0].n"},
		},
		"Absent": {
			reason: "a field that only one has", before: manifests{"a": []byte(`{"spec":{}}`)},
			after: manifests{"a": []byte(`{"spec":{"r":null},"data":{"a.b":1}}`)}, want: []string{"a data", "a spec.r"},
		},
		"Keys":   {reason: "keys with dots", before: manifests{"a": []byte(`{"d":{"a.b":1}}`)}, after: manifests{"a": []byte(`{"d":{"a.b":2}}`)}, want: []string{`a d["a.b"]`}},
		"Length": {reason: "lists of other lengths differ as a whole", before: manifests{"a": []byte(`{"l":[1]}`)}, after: manifests{"a": []byte(`{"l":[1,2]}`)}, want: []string{"a l"}},
		"Type":   {reason: "another type", before: manifests{"a": []byte(`{"l":[1]}`)}, after: manifests{"a": []byte(`{"l":{}}`)}, want: []string{"a l"}},
		"Object": {reason: "an object that only one has", before: manifests{"b": []byte(`{}`)}, after: manifests{"a": []byte(`{}`)}, want: []string{"a", "b"}},
		"Limit": {
			reason: "no endless message", before: manifests{}, limit: 2,
			after: manifests{"a": []byte(`{}`), "b": []byte(`{}`), "c": []byte(`{}`)}, want: []string{"a", "and 2 more"},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := guard.Differences(tc.before, tc.after, tc.limit)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDifferencesSecret: a message names fields and never what they hold.
func TestDifferencesSecret(t *testing.T) {
	t.Parallel()
	a, b := map[string][]byte{"s": []byte(`{"stringData":{"p":"marker1"}}`)}, map[string][]byte{"s": []byte(`{"stringData":{"p":"marker2"}}`)}
	got, err := guard.Differences(a, b, 0)
	if err != nil || strings.Contains(strings.Join(got, " "), "marker") {
		t.Errorf("%v, %v", got, err)
	}
	for _, broken := range []map[string][]byte{{"s": []byte(`"marker"`)}, {"s": []byte(`{marker`)}} {
		if _, err := guard.Differences(a, broken, 0); err == nil {
			t.Errorf("%s is taken for an object", broken["s"])
		}
	}
}
