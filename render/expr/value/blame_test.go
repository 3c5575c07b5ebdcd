package value_test

import (
	"testing"

	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
)

// observedBucket is a bucket of which everything is known.
func observedBucket() map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": "b", "labels": map[string]any{"app": "web", "json": `{"a": 1}`}},
		"spec":     map[string]any{"name": "b", "tags": []any{"x"}, "rules": []any{map[string]any{"id": "one", "prefix": "p"}, map[string]any{"id": "two"}}},
		"status":   map[string]any{"conditions": []any{}},
	}
}

// TestBlame: what an error on known data means, without a look at its text.
func TestBlame(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	vars := map[string]any{
		"bucket": value.Wrap(observedBucket(), bucketSchema(), value.Absent),
		"schema": value.Wrap(map[string]any{"spec": map[string]any{"name": "n", "key": "zz", "index": int64(9)}}, nil, value.Absent),
		"x":      value.Raw(map[string]any{"items": []any{map[string]any{"a": "1"}, map[string]any{}}}),
		"tags":   value.Raw([]any{}),
		"labels": value.Raw(map[string]any{}),
	}
	type cause struct{ Absent, Read []string }
	tests := map[string]struct {
		reason string
		want   cause
	}{
		"bucket.status.arn":                                     {"a missing field", cause{Absent: []string{"bucket.status.arn"}}},
		"bucket.status.ackResourceMetadata.arn":                 {"the path as written, not where it ends", cause{Absent: []string{"bucket.status.ackResourceMetadata.arn"}}},
		"bucket.status.arn + bucket.metadata.name":              {"only what is missing", cause{Absent: []string{"bucket.status.arn"}}},
		"bucket.status.conditions[0].type":                      {"a position behind the end", cause{Absent: []string{"bucket.status.conditions[0].type"}}},
		"bucket.spec.rules[1].prefix":                           {"a field of an item", cause{Absent: []string{"bucket.spec.rules[1].prefix"}}},
		"bucket.spec.rules.map(r, r.prefix)":                    {"through a macro variable", cause{Absent: []string{"bucket.spec.rules[1].prefix"}}},
		"x.items.map(i, i.a)":                                   {"without a schema as well", cause{Absent: []string{"x.items[1].a"}}},
		"has(bucket.status.ackResourceMetadata.arn)":            {"has() fails on the way", cause{Absent: []string{"bucket.status.ackResourceMetadata.arn"}}},
		"cel.bind(s, bucket.status.ackResourceMetadata, s.arn)": {"in what cel.bind names", cause{Absent: []string{"bucket.status.ackResourceMetadata.arn"}}},
		"cel.bind(s, bucket.status, s.arn)":                     {"through cel.bind", cause{Absent: []string{"bucket.status.arn"}}},
		"bucket.metadata.labels['a/b']":                         {"a key of a map", cause{Absent: []string{`bucket.metadata.labels["a/b"]`}}},
		"labels.zz":                                             {"a key of a variable", cause{Absent: []string{"labels.zz"}}},
		"tags[0]":                                               {"an item of a variable", cause{Absent: []string{"tags[0]"}}},
		"bucket.metadata.labels[schema.spec.key]":               {"a computed key", cause{Read: []string{"bucket.metadata.labels", "schema.spec.key"}}},
		"bucket.spec.tags[schema.spec.index]":                   {"a computed position", cause{Read: []string{"bucket.spec.tags", "schema.spec.index"}}},
		"json.unmarshal(bucket.metadata.labels.json).b":         {"a key of something made of the object", cause{Read: []string{"bucket.metadata.labels.json"}}},
		"schema.spec.missing":                                   {"the instance is for the caller to tell apart", cause{Absent: []string{"schema.spec.missing"}}},
		"bucket.metadata.name == 'b' ? schema.spec.no : bucket.status.arn": {
			"only the part that failed",
			cause{Absent: []string{"bucket.status.arn", "schema.spec.no"}}, // CEL takes the branches of a ternary for one part
		},
		"(bucket.status.arn == 'x' && false) || schema.spec.no == 1": {"the first failing part, if it counts", cause{Absent: []string{"schema.spec.no"}}},
		"{'a': 1}.b":                    {"nothing was read", cause{}},
		"1 / 0":                         {"not a missing thing", cause{}},
		"bucket.metadata.name + dyn(1)": {"not a missing thing", cause{}},
		"bucket.status.?arn.value()":    {"not a missing thing, as in kro", cause{}},
		"lists.setAtIndex(bucket.spec.tags, 9, '')":                {"not a missing thing, as in kro", cause{}},
		"'no such key: x' == bucket.metadata.name + string(1 / 0)": {"the text of an error says nothing", cause{}},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(text)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			program, err := dialect.Program(env, checked)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = program.Eval(vars)
			if err == nil {
				t.Fatal("no error")
			}
			got := value.Blame(checked.NativeRep(), err, func(name string) (ref.Val, bool) {
				v, ok := vars[name].(ref.Val)
				return v, ok
			})
			if diff := cmp.Diff(tc.want, cause{texts(got.Absent), texts(got.Read)}); diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", tc.reason, err, diff)
			}
		})
	}
}

// TestReads: what an expression looks at, as it is written.
func TestReads(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	tests := map[string]struct {
		reason string
		want   []string
	}{
		"bucket.status.arn":                                         {"a selection", []string{"bucket.status.arn"}},
		"bucket.spec.dashed__dash__name":                            {"by its own name", []string{"bucket.spec.dashed-name"}},
		"has(bucket.status.arn) ? bucket.status.arn : 'd'":          {"presence is marked", []string{"?bucket.status.arn", "bucket.status.arn"}},
		"bucket.?status.?arn.hasValue()":                            {"asking an optional is presence", []string{"?bucket.status.arn"}},
		"bucket.spec.rules[0].id":                                   {"a constant position", []string{"bucket.spec.rules[0].id"}},
		"bucket.spec.rules[schema.spec.i].id":                       {"a computed one ends the path", []string{"schema.spec.i", "bucket.spec.rules"}},
		"bucket.metadata.labels['a-b']":                             {"a constant key", []string{"bucket.metadata.labels.a-b"}},
		"bucket.spec.rules.map(r, r.id)":                            {"a macro goes over the items", []string{"bucket.spec.rules"}},
		"bucket.spec.rules.map(r, 1)":                               {"even if it does not look at them", []string{"bucket.spec.rules"}},
		"labels.map(k, labels[k])":                                  {"keys of a map are its own", []string{"labels"}},
		"labels.transformMap(k, v, v + bucket.spec.name)":           {"values too", []string{"labels", "bucket.spec.name"}},
		"cel.bind(s, bucket.status, s.arn)":                         {"a name for a part", []string{"bucket.status.arn"}},
		"bucket.?status.optMap(s, s.arn).orValue(schema.spec.d)":    {"a name for an optional part", []string{"?bucket.status", "bucket.status.arn", "schema.spec.d"}},
		"(schema.spec.on ? bucket.spec : bucket.status).name":       {"both branches", []string{"schema.spec.on", "bucket.spec.name", "bucket.status.name"}},
		"json.marshal(bucket.spec)":                                 {"a function takes all of it", []string{"bucket.spec"}},
		"{'a': bucket.spec.name, bucket.metadata.name: [schema.x]}": {"literals", []string{"bucket.spec.name", "bucket.metadata.name", "schema.x"}},
		"dyn(bucket).spec.name":                                     {"dyn changes nothing", []string{"bucket.spec.name"}},
		"bucket.spec.tags.first().value()":                          {"one of the items", []string{"bucket.spec.tags"}},
		"'text' + string(1)":                                        {"nothing", nil},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(text)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			var got []string
			for _, r := range value.Reads(checked.NativeRep()) {
				text := r.Path.String()
				if r.Presence {
					text = "?" + text
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}
