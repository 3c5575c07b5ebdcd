package value_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr/value"
)

// TestLooks: what has to be known of objects to evaluate an expression. A question mark stands in front of what it
// is enough to find or not to find. buckets stands for a list of objects, and the paths are those inside each.
func TestLooks(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	tests := map[string]struct {
		reason string
		want   []string
	}{
		"bucket.status.arn":                                            {"a selection", []string{"bucket: status.arn"}},
		"bucket.metadata.labels['a.b/c']":                              {"a constant key", []string{`bucket: metadata.labels["a.b/c"]`}},
		"bucket.status.zones[1].id":                                    {"a constant position", []string{"bucket: status.zones[1].id"}},
		"bucket.status.zones[-1].id":                                   {"no list has that position", []string{"bucket: status.zones"}},
		"bucket.status.zones[schema.i].id":                             {"a computed position may be any", []string{"schema: i", "bucket: status.zones"}},
		"bucket.data[bucket.spec.key]":                                 {"and so may a computed key", []string{"bucket: spec.key", "bucket: data"}},
		"bucket":                                                       {"all of it", []string{"bucket: "}},
		"json.marshal(bucket)":                                         {"a function takes all of it", []string{"bucket: "}},
		"size(bucket)":                                                 {"an object has fields to count", []string{"bucket: "}},
		"size(bucket.status.zones)":                                    {"how long a list is", []string{"bucket: status.zones"}},
		"has(bucket.status.arn)":                                       {"presence", []string{"?bucket: status.arn"}},
		"has(bucket.status) && has(bucket.status.arn)":                 {"presence twice", []string{"?bucket: status", "?bucket: status.arn"}},
		"bucket.?status.?arn.orValue('none')":                          {"optional selection", []string{"bucket: status.arn"}},
		"bucket.?status.hasValue()":                                    {"presence of an optional", []string{"?bucket: status"}},
		"bucket[?'status'][?'arn'].orValue('none')":                    {"optional keys", []string{"bucket: status.arn"}},
		"bucket.status.?zones[?0].?id.orValue('')":                     {"optional positions", []string{"bucket: status.zones[0].id"}},
		"bucket.?status.optMap(s, s.arn).orValue(schema.d)":            {"a name for what there may be", []string{"?bucket: status", "bucket: status.arn", "schema: d"}},
		"bucket.?status.optFlatMap(s, s.?arn).orValue('')":             {"the same, flattened", []string{"?bucket: status", "bucket: status.arn"}},
		"optional.of(bucket.status).value().arn":                       {"through an optional", []string{"bucket: status.arn"}},
		"optional.ofNonZeroValue(bucket.status).hasValue()":            {"whether it is empty takes all of it", []string{"bucket: status"}},
		"cel.bind(s, bucket.status, s.arn + s.id)":                     {"a name for a part", []string{"bucket: status.arn", "bucket: status.id"}},
		"cel.bind(s, bucket.status.arn, 1)":                            {"a name that nobody uses is evaluated all the same", []string{"bucket: status.arn"}},
		"cel.bind(s, bucket.status, cel.bind(t, s.a, t.b))":            {"a name for a part of a part", []string{"bucket: status.a.b"}},
		"(schema.on ? bucket.spec : bucket.status).name":               {"both branches", []string{"schema: on", "bucket: spec.name", "bucket: status.name"}},
		"dyn(bucket).spec.name":                                        {"dyn changes nothing", []string{"bucket: spec.name"}},
		"bucket.status.conditions.exists(c, c.type == 'Ready')":        {"a macro goes over all items", []string{"bucket: status.conditions"}},
		"bucket.status.conditions.filter(c, c.type == 'A')[0].status":  {"what is filtered is all of it", []string{"bucket: status.conditions"}},
		"bucket.spec.m.all(k, k != 'a')":                               {"the keys of a map", []string{"bucket: spec.m"}},
		"labels.all(k, labels[k] != '')":                               {"and its values", []string{"labels: "}},
		"buckets[0].status.arn":                                        {"one of the objects", []string{"buckets: status.arn"}},
		"buckets[schema.i].status.arn":                                 {"any of the objects", []string{"schema: i", "buckets: status.arn"}},
		"buckets.map(b, b.status.arn)":                                 {"a field of each object", []string{"buckets: status.arn"}},
		"buckets.map(b, b.metadata.name == 'x', b.status.arn)":         {"of those that are chosen", []string{"buckets: metadata.name", "buckets: status.arn"}},
		"buckets.all(b, has(b.status.arn))":                            {"presence in each", []string{"?buckets: status.arn"}},
		"buckets.filter(b, b.metadata.name == 'x')[0].status.arn":      {"the objects that are chosen are still themselves", []string{"buckets: metadata.name", "buckets: status.arn"}},
		"buckets.filter(b, b.spec.on).map(b, b.status).map(s, s.arn)":  {"however often", []string{"buckets: spec.on", "?buckets: status", "buckets: status.arn"}},
		"buckets.filter(b, b.spec.on).size()":                          {"how many are chosen", []string{"buckets: spec.on"}},
		"(buckets + [bucket]).map(b, b.status.arn)":                    {"objects that are put together", []string{"buckets: status.arn", "bucket: status.arn"}},
		"[bucket.spec, bucket.status].map(p, p.name)":                  {"a list of parts", []string{"?bucket: spec", "?bucket: status", "bucket: spec.name", "bucket: status.name"}},
		"[bucket.spec.name][0]":                                        {"a part of a list that is made", []string{"bucket: spec.name"}},
		"[[bucket.spec]][0][0].name":                                   {"a list of lists is not followed", []string{"bucket: spec"}},
		"{'a': bucket.spec}.a.name":                                    {"nor is a map", []string{"bucket: spec"}},
		"size(buckets)":                                                {"how many objects there are says nothing of them", nil},
		"buckets.size() > 0 && buckets[0].spec.on":                     {"the same beside a field", []string{"buckets: spec.on"}},
		"buckets.exists(b, true)":                                      {"nor does a macro that does not look", nil},
		"buckets[?0].hasValue()":                                       {"nor does whether there is a first one", nil},
		"buckets.first().value().spec.name":                            {"the first one", []string{"buckets: spec.name"}},
		"buckets.transformList(i, b, b.spec.name)":                     {"with positions", []string{"buckets: spec.name"}},
		"buckets.sortBy(b, b.spec.name)[0].spec.id":                    {"what a function puts in order is all of it", []string{"buckets: ", "buckets: spec.name"}},
		"bucket in buckets":                                            {"membership compares all", []string{"bucket: ", "buckets: "}},
		"runtime.condition(bucket, schema.type).status":                {"conditions alone", []string{"bucket: status.conditions", "schema: type"}},
		"buckets.map(b, runtime.condition(b, 'Ready').status)":         {"conditions of each", []string{"buckets: status.conditions"}},
		"bucket.spec.dashed__dash__name":                               {"by its own name", []string{"bucket: spec.dashed-name"}},
		"'text' + string(1)":                                           {"nothing", nil},
		"[1, 2].map(i, bucket.status.zones[i])":                        {"a position from a macro", []string{"bucket: status.zones"}},
		"bucket.status.zones.map(z, buckets.filter(b, b.z == z.id))":   {"a macro in a macro", []string{"buckets: z", "bucket: status.zones", "buckets: "}},
		"buckets.map(b, cel.bind(s, b.status, s.arn + s.id))":          {"a name inside a macro", []string{"buckets: status.arn", "buckets: status.id"}},
		"buckets.exists_one(b, b.spec.on) ? buckets[0].metadata : x.m": {"all together", []string{"buckets: spec.on", "buckets: metadata", "x: m"}},
	}
	for text, tc := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			checked, issues := env.Compile(text)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			looks, result := value.Looks(checked.NativeRep(), nil)
			if diff := cmp.Diff(tc.want, placesOf(append(looks, result.Whole()...))); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// TestLooksOfIterators: an iterator is an item of the list that it goes over.
func TestLooksOfIterators(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	tests := map[string]struct {
		reason, list, uses string
		want               []string
	}{
		"Objects": {"only what is used of each object", "buckets", "x.spec.name", []string{"buckets: spec.name"}},
		"Chosen":  {"and what they are chosen by", "buckets.filter(b, b.spec.on)", "x.spec.name", []string{"buckets: spec.on", "buckets: spec.name"}},
		"Count":   {"nothing when nothing is used", "buckets", "'a'", nil},
		"Field":   {"a list that stands in an object is known as a whole", "bucket.status.zones", "x.id", []string{"bucket: status.zones"}},
		"Made":    {"what the list is made of is looked at", "bucket.status.zones.map(z, z.id)", "x", []string{"bucket: status.zones"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, issues := env.Compile(tc.list)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			uses, issues := env.Compile(tc.uses)
			if issues.Err() != nil {
				t.Fatal(issues.Err())
			}
			looks, items := value.Looks(list.NativeRep(), nil)
			more, result := value.Looks(uses.NativeRep(), map[string]value.Flow{"x": items.Items()})
			got := placesOf(slices.Concat(looks, items.Count(), more, result.Whole()))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

// placesOf are looks as text, each once.
func placesOf(looks []value.Look) []string {
	var all []string
	for _, l := range looks {
		find := l.Place
		if l.Node == "buckets" {
			find = l.PlaceInItem
		}
		place, presence, ok := find()
		text := l.Node + ": " + place.String()
		if presence {
			text = "?" + text
		}
		if ok && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
