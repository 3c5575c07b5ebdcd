package value_test

import (
	"testing"

	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// TestKnown: at observed places the data is the whole truth, around them it is not.
func TestKnown(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	observed := map[string]any{
		"metadata": map[string]any{"uid": "u"},
		"status":   map[string]any{"ackResourceMetadata": map[string]any{"arn": "arn:x"}, "endpoints": []any{map[string]any{"id": "e"}}},
	}
	data := value.Merge(bucketTemplate(), observed)
	bucket := value.WrapKnown(data, bucketSchema(), value.UnknownIn("bucket"), value.NewKnown(
		path("metadata", "uid"), path("status", "ackResourceMetadata"), path("status", "arn"), path("spec", "first"),
		path("status", "endpoints").Index(0), path("metadata", "labels", "a/b"),
	))
	tests := map[string]struct {
		reason string
		want   outcome
	}{
		"bucket.metadata.uid":                                {"an observed field", known("u")},
		"bucket.status.ackResourceMetadata.arn":              {"a field inside an observed place", known("arn:x")},
		"bucket.status.ackResourceMetadata":                  {"an observed struct is whole", known(map[string]any{"arn": "arn:x"})},
		"bucket.status.?arn.orValue('d')":                    {"looked for and not there", known("d")},
		"has(bucket.status.arn)":                             {"looked for and not there", known(false)},
		"bucket.status.arn":                                  {"a plain selection still waits", waits("bucket.status.arn")},
		"has(bucket.status.ackResourceMetadata.region)":      {"absent inside an observed place", known(false)},
		"bucket.status.conditions":                           {"beside the observed places", waits("bucket.status.conditions")},
		"has(bucket.status.conditions)":                      {"beside the observed places", waits("bucket.status.conditions")},
		"bucket.status":                                      {"around them", waits("bucket.status")},
		"bucket.spec.first":                                  {"the template's struct, now seen to be whole", known(map[string]any{"id": "one"})},
		"has(bucket.spec.first.prefix)":                      {"and so without a prefix", known(false)},
		"bucket.spec.name":                                   {"what the template says stays", known("b")},
		"bucket.status.endpoints[0]":                         {"an observed item", known(map[string]any{"id": "e"})},
		"bucket.metadata.labels[?'a/b'].orValue('d')":        {"an observed key of a map that the template set", known("d")},
		"bucket.metadata.labels[?'other'].orValue('d')":      {"another one", waits("bucket.metadata.labels.other")},
		"bucket.spec.region":                                 {"a hole stays one", waits("vpc.status.vpcID")},
		"dyn(bucket.status.ackResourceMetadata).map(k, k)":   {"a whole struct can be iterated", known([]any{"arn"})},
		"dyn(bucket.status.ackResourceMetadata) == {'a': 1}": {"and compared", known(false)},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, evaluate(t, env, text, map[string]any{"bucket": bucket})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestKnownRoot: an object of which everything was observed is whole.
func TestKnownRoot(t *testing.T) {
	t.Parallel()
	v := value.WrapKnown(map[string]any{"spec": map[string]any{}}, bucketSchema(), value.UnknownIn("bucket"), value.NewKnown(fieldpath.Path{}))
	if diff := cmp.Diff(known(false), evaluate(t, newEnv(t), "has(bucket.status)", map[string]any{"bucket": v})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	hole := value.NewUnknown(value.Path{Node: "n"})
	tests := map[string]struct {
		reason                  string
		desired, observed, want any
	}{
		"Fields":   {"fields of both", map[string]any{"a": "1"}, map[string]any{"b": "2"}, map[string]any{"a": "1", "b": "2"}},
		"Observed": {"the observed one wins", map[string]any{"a": "1"}, map[string]any{"a": "2"}, map[string]any{"a": "2"}},
		"Deep":     {"maps in maps", map[string]any{"m": map[string]any{"a": "1", "b": "1"}}, map[string]any{"m": map[string]any{"b": "2"}}, map[string]any{"m": map[string]any{"a": "1", "b": "2"}}},
		"List":     {"lists are replaced", map[string]any{"l": []any{"1", "2"}}, map[string]any{"l": []any{"3"}}, map[string]any{"l": []any{"3"}}},
		"Null":     {"null is a value", map[string]any{"a": "1"}, map[string]any{"a": nil}, map[string]any{"a": nil}},
		"Type":     {"another type wins", map[string]any{"a": map[string]any{"b": "1"}}, map[string]any{"a": "2"}, map[string]any{"a": "2"}},
		"Hole":     {"what is observed fills a hole", map[string]any{"a": hole}, map[string]any{"a": map[string]any{"b": "1"}}, map[string]any{"a": map[string]any{"b": "1"}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := cmp.Diff(nil, tc.desired) + cmp.Diff(nil, tc.observed)
			if diff := cmp.Diff(tc.want, value.Merge(tc.desired, tc.observed)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			if after := cmp.Diff(nil, tc.desired) + cmp.Diff(nil, tc.observed); after != before {
				t.Error("the inputs changed")
			}
		})
	}
}

// TestPaths: the reasons of an unknown survive merging, each once, in order.
func TestPaths(t *testing.T) {
	t.Parallel()
	b := value.Path{Node: "b", Field: path("status", "a.b")}
	a := value.Path{Node: "a", Field: path("items").Index(2).Key("x")}
	item := value.UnknownInItem("c", 3)
	u := value.NewUnknown(b, a, b)
	missing, ok := value.Wrap(map[string]any{}, nil, item).(interface {
		Get(ref.Val) ref.Val
	})
	if !ok {
		t.Fatal("no map")
	}
	deep := value.Gap(value.Collection([]ref.Val{u, missing.(ref.Val)}))
	var got []string
	for _, p := range value.Paths(deep) {
		got = append(got, p.String())
	}
	if diff := cmp.Diff([]string{"a.items[2].x", `b.status["a.b"]`, "c[3]"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := value.Paths(value.NewUnknown()); got != nil {
		t.Errorf("an unknown without reasons has %v", got)
	}
}
