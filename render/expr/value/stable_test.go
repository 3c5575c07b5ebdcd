package value_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/value"
)

// completed is a bucket as the cluster may make it of the template: structs have more
// fields, holes are filled. What the template sets stays, and maps and lists get nothing new.
func completed(kind int) map[string]any {
	id := []string{"one", "two", "b", "", "x"}[kind%5]
	bucket := fill(bucketTemplate(), id).(map[string]any)
	bucket["metadata"].(map[string]any)["uid"] = id
	spec := bucket["spec"].(map[string]any)
	for _, r := range append(slices.Clone(spec["rules"].([]any)), spec["first"], spec["byName"].(map[string]any)["a"]) {
		if rule := r.(map[string]any); rule["prefix"] == nil && kind%2 == 0 {
			rule["prefix"] = id
		}
	}
	switch kind % 3 {
	case 0:
		bucket["status"] = map[string]any{"arn": id, "endpoints": []any{}, "ackResourceMetadata": map[string]any{"arn": id}}
	case 1:
		bucket["status"] = map[string]any{"endpoints": []any{map[string]any{"id": id}}, "conditions": []any{map[string]any{"type": "Ready", "status": "True"}}}
	}
	return bucket
}

// fill puts a text into the holes of data.
func fill(data any, text string) any {
	switch d := data.(type) {
	case *types.Unknown:
		return text
	case map[string]any:
		for k, v := range d {
			d[k] = fill(v, text)
		}
	case []any:
		for i, v := range d {
			d[i] = fill(v, text)
		}
	}
	return data
}

// combinations are expressions made of looks at the bucket, most of them odd.
func combinations() []string {
	looks := []string{
		"bucket.spec.name", "bucket.spec.region", "bucket.spec.count", "bucket.spec.tags", "bucket.spec.set", "bucket.spec.rules", "bucket.spec.first",
		"bucket.spec.byName", "bucket.spec.free", "bucket.status.arn", "bucket.status.endpoints", "bucket.spec.rules[1].prefix", "bucket.spec.rules[0].prefix",
		"has(bucket.status.arn)", "has(bucket.spec.first.prefix)", "bucket.?status.?arn", "bucket.?spec.?name", "bucket.spec.first.?prefix.orValue('b')",
		"bucket.spec", "bucket.metadata.labels", "bucket.metadata.labels.app", "true", "'b'", "[]", "{'id': 'one'}", "2", "null",
	}
	var all []string
	for _, a := range looks {
		for _, form := range []string{
			"%s", "[%s]", "{'k': %s}", "size(%s)", "json.marshal(%s)", "json.encode(%s)", "dyn(%s).map(i, i)", "dyn(%s).filter(i, i == 'x').size()", "dyn(%s).exists(i, i == 'x')",
			"dyn(%s).all(i, has(i.id))", "dyn(%s).transformMap(k, v, v)", "dyn(%s).distinct()", "dyn(%s).join()", "dyn(%s).sort()", "dyn(%s).indexOf('x')", "dyn(%s).first()",
			"optional.ofNonZeroValue(%s).hasValue()", "cel.bind(b, %s, [b, b][0])", "string(%s)", "'%%s'.format([%s])", "dyn(%s).reverse().size()", "lists.setAtIndex(%s, 0, 'q').size()",
			"dyn(%s).sortBy(i, i.id).size()", "!%s", "dyn(%s).id", "dyn(%s)[0]", "dyn(%s).flatten().size()", "dyn(%s).deepMerge({'q': 1}).size()", "type(%s) == type('')",
		} {
			all = append(all, fmt.Sprintf(form, "dyn("+a+")"))
		}
		for _, b := range looks {
			for _, form := range []string{
				"%s == %s", "%s != %s", "%s in %s", "%s || %s == 'x'", "%s && %s == 'x'", "%s + %s", "%s == 'b' ? %s : 'c'", "[%s, 'x'].exists(i, i == %s)",
				"[%s].all(i, i == %s)", "%s.deepMerge(%s)", "%s < %s", "[%s] == [%s]", "{'k': %s} == {'k': %s}", "%s in [%s, 'b']",
			} {
				all = append(all, fmt.Sprintf(form, "dyn("+a+")", "dyn("+b+")"))
			}
		}
	}
	return all
}

// TestKnownIsStable: what is decided while only a part is known stays as it is, whatever
// the rest turns out to be. A value is not a guess, and an error does not go away.
func TestKnownIsStable(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	open := value.Wrap(bucketTemplate(), bucketSchema(), value.UnknownIn("bucket"))
	var whole []any
	for kind := range 10 {
		whole = append(whole, value.Wrap(completed(kind), bucketSchema(), value.Absent))
	}
	counts := map[string]int{}
	for _, text := range combinations() {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		before := evaluateChecked(t, env, checked, map[string]any{"bucket": open})
		switch {
		case before.Waits != nil:
			counts["waits"]++
			continue
		case before.Error:
			counts["errors"]++
		default:
			counts["known"]++
		}
		for kind, w := range whole {
			after := evaluateChecked(t, env, checked, map[string]any{"bucket": w})
			if before.Error && after.Waits != nil {
				continue // an error for good that is covered by one for want of data
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("%s: completion %d (-before +after):\n%s", text, kind, diff)
				break
			}
		}
	}
	t.Logf("%v", counts)
	if counts["known"] < 500 || counts["waits"] < 1000 {
		t.Errorf("the expressions say too little: %v", counts)
	}
}
