package value_test

import (
	"slices"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
)

// bucketSchema has a field of every kind that an object known in part treats differently.
func bucketSchema() *catalog.Schema {
	str := &catalog.Schema{Type: "string"}
	object := func(p map[string]*catalog.Schema) *catalog.Schema {
		return &catalog.Schema{Type: "object", Properties: p}
	}
	array := func(s *catalog.Schema) *catalog.Schema { return &catalog.Schema{Type: "array", Items: s} }
	rule := object(map[string]*catalog.Schema{"id": str, "prefix": str, "dashed-name": str})
	return object(map[string]*catalog.Schema{
		"apiVersion": str,
		"kind":       str,
		"metadata": object(map[string]*catalog.Schema{
			"name":   str,
			"uid":    str,
			"labels": {Type: "object", AdditionalProperties: str},
		}),
		"spec": object(map[string]*catalog.Schema{
			"name":   str,
			"region": str,
			"count":  {Type: "integer"},
			"tags":   array(str),
			"rules":  array(rule),
			"first":  rule,
			"byName": {Type: "object", AdditionalProperties: rule},
			"free":   {Type: "object", PreserveUnknown: true},
			"set":    {Type: "array", Items: str, ListType: "set"},
		}),
		"status": object(map[string]*catalog.Schema{
			"arn":        str,
			"endpoints":  array(rule),
			"conditions": array(object(map[string]*catalog.Schema{"type": str, "status": str})),
			"ackResourceMetadata": object(map[string]*catalog.Schema{
				"arn":            str,
				"ownerAccountID": str,
			}),
		}),
	})
}

// bucketTemplate is what a template says of a bucket. One field and one item have holes, with
// reasons of their own.
func bucketTemplate() map[string]any {
	hole := value.NewUnknown(value.Path{Node: "vpc", Field: path("status", "vpcID")})
	return map[string]any{
		"apiVersion": "s3.example.com/v1",
		"kind":       "Bucket",
		"metadata":   map[string]any{"name": "b", "labels": map[string]any{"app": "web"}},
		"spec": map[string]any{
			"name":   "b",
			"region": hole,
			"count":  int64(2),
			"tags":   []any{"x", "y"},
			"rules":  []any{map[string]any{"id": "one"}, map[string]any{"id": "two", "prefix": hole}},
			"first":  map[string]any{"id": "one"},
			"byName": map[string]any{"a": map[string]any{"id": "one"}},
			"free":   map[string]any{"a": int64(1), "m": map[string]any{"x": "y"}, "l": []any{int64(1)}},
			"set":    []any{"x", hole},
		},
	}
}

func path(keys ...string) fieldpath.Path {
	var p fieldpath.Path
	for _, k := range keys {
		p = p.Key(k)
	}
	return p
}

// outcome is what comes of an evaluation: a value, what it waits for, or an error.
type outcome struct {
	Value any
	Waits []string
	Error bool
}

// evaluate runs an expression and explains it as package eval does.
func evaluate(tb testing.TB, env *cel.Env, text string, vars map[string]any) outcome {
	tb.Helper()
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		tb.Fatal(issues.Err())
	}
	return evaluateChecked(tb, env, checked, vars)
}

func evaluateChecked(tb testing.TB, env *cel.Env, checked *cel.Ast, vars map[string]any) outcome {
	tb.Helper()
	program, err := dialect.Program(env, checked, dialect.Limit(1_000_000)...)
	if err != nil {
		tb.Fatal(err)
	}
	v, _, err := program.Eval(vars)
	if err != nil {
		cause := value.Blame(checked.NativeRep(), err, func(node string) (ref.Val, bool) {
			v, ok := vars[node].(ref.Val)
			return v, ok && node != "schema"
		})
		waits := slices.Concat(cause.Absent, cause.Read)
		return outcome{Waits: texts(waits), Error: waits == nil}
	}
	if u, ok := v.(*types.Unknown); ok {
		return outcome{Waits: texts(value.Waits(checked.NativeRep(), u))}
	}
	data, err := value.ToJSON(v)
	if err != nil {
		return outcome{Error: true}
	}
	if u := value.Holes(data); u != nil {
		return outcome{Waits: texts(value.Waits(checked.NativeRep(), value.NewUnknown(u...)))}
	}
	return outcome{Value: data}
}

func texts(paths []value.Path) []string {
	var all []string
	for _, p := range paths {
		all = append(all, p.String())
	}
	return all
}

func newEnv(tb testing.TB) *cel.Env {
	tb.Helper()
	env, err := dialect.New()
	if err != nil {
		tb.Fatal(err)
	}
	texts := cel.MapType(cel.StringType, cel.StringType)
	env, err = env.Extend(cel.Variable("bucket", cel.DynType), cel.Variable("schema", cel.DynType), cel.Variable("x", cel.DynType),
		cel.Variable("labels", texts), cel.Variable("tags", cel.ListType(cel.StringType)), cel.Variable("buckets", cel.ListType(cel.DynType)))
	if err != nil {
		tb.Fatal(err)
	}
	return env
}

// TestShapes: what an expression makes of an object of which only the template is known.
func TestShapes(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	bucket := value.Wrap(bucketTemplate(), bucketSchema(), value.UnknownIn("bucket")).(interface {
		ref.Val
		Get(ref.Val) ref.Val
	})
	at := func(keys ...string) ref.Val {
		v := ref.Val(bucket)
		for _, k := range keys {
			v = v.(interface{ Get(ref.Val) ref.Val }).Get(types.String(k))
		}
		return v
	}
	vars := map[string]any{
		"bucket":  bucket,
		"labels":  at("metadata", "labels"),
		"tags":    at("spec", "tags"),
		"schema":  value.Wrap(map[string]any{"spec": map[string]any{"name": "n", "on": true, "off": false}}, nil, value.Absent),
		"x":       value.UnknownObject("x"),
		"buckets": value.Collection([]ref.Val{value.Wrap(map[string]any{"spec": map[string]any{"name": "b0"}}, bucketSchema(), value.UnknownInItem("buckets", 0))}),
	}
	for text, want := range shapes() {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, evaluate(t, env, text, vars)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func known(v any) outcome { return outcome{Value: v} }

func waits(paths ...string) outcome { return outcome{Waits: paths} }

func shapes() map[string]outcome {
	const region, arn = "vpc.status.vpcID", "bucket.status.arn"
	return map[string]outcome{
		// What the template says is known.
		"bucket.metadata.name":                                known("b"),
		"bucket.spec.count + 1":                               known(int64(3)),
		"bucket.spec.tags":                                    known([]any{"x", "y"}),
		"bucket.spec.tags[1]":                                 known("y"),
		"bucket.spec.rules[0].id":                             known("one"),
		"bucket.metadata.labels":                              known(map[string]any{"app": "web"}),
		"bucket.metadata.labels.app":                          known("web"),
		"bucket.spec.free":                                    known(map[string]any{"a": int64(1), "m": map[string]any{"x": "y"}, "l": []any{int64(1)}}),
		"bucket.spec.free.m.x":                                known("y"),
		"bucket.spec.free.l[0]":                               known(int64(1)),
		"bucket.spec.byName.a.id":                             known("one"),
		"bucket.spec.rules.map(r, r.id)":                      known([]any{"one", "two"}),
		"bucket.spec.rules.size()":                            known(int64(2)),
		"bucket.metadata.labels.size()":                       known(int64(1)),
		"bucket.spec.free.size()":                             known(int64(3)),
		"json.marshal(bucket.metadata.labels)":                known(`{"app":"web"}`),
		"bucket.metadata.labels.map(k, k)":                    known([]any{"app"}),
		"bucket.metadata.labels.transformMap(k, v, v + '!')":  known(map[string]any{"app": "web!"}),
		"bucket.spec.tags + ['z']":                            known([]any{"x", "y", "z"}),
		"bucket.spec.tags.join(',')":                          known("x,y"),
		"bucket.spec.tags == ['x', 'y']":                      known(true),
		"bucket.spec.tags != ['x', 'y']":                      known(false),
		"'x' in bucket.spec.tags":                             known(true),
		"'z' in bucket.spec.tags":                             known(false),
		"labels == {'app': 'web'}":                            known(true),
		"bucket.metadata.labels.merge({'b': 'c'})":            known(map[string]any{"app": "web", "b": "c"}),
		"bucket.spec.free.deepMerge({'m': {'z': 1}}).m":       known(map[string]any{"x": "y", "z": int64(1)}),
		"lists.setAtIndex(bucket.spec.tags, 0, 'q')":          known([]any{"q", "y"}),
		"bucket.spec.tags.first().value()":                    known("x"),
		"has(bucket.spec.name)":                               known(true),
		"has(bucket.spec.region)":                             waits(region),
		"has(bucket.metadata.labels.app)":                     known(true),
		"bucket.?spec.?name.orValue('d')":                     known("b"),
		"'app' in bucket.metadata.labels":                     known(true),
		"cel.bind(s, bucket.spec, s.name + s.name)":           known("bb"),
		"{'n': bucket.spec.name}":                             known(map[string]any{"n": "b"}),
		"[bucket.spec.name, 'c']":                             known([]any{"b", "c"}),
		"bucket.spec.name == 'b' ? 'yes' : bucket.status.arn": known("yes"),
		"(true ? bucket.spec : bucket.status).name":           known("b"),
		"type(bucket.spec) == type({})":                       known(true),
		"dyn(bucket.spec).exists(k, k == 'name')":             known(true),

		// What it does not say is not known.
		"bucket.status.arn":                                         waits(arn),
		"bucket.status.ackResourceMetadata.arn":                     waits("bucket.status.ackResourceMetadata.arn"),
		"bucket.metadata.uid":                                       waits("bucket.metadata.uid"),
		"bucket.spec.region":                                        waits(region),
		"bucket.spec.rules[1].prefix":                               waits(region),
		"bucket.spec.rules[0].prefix":                               waits("bucket.spec.rules[0].prefix"),
		"bucket.spec.rules[0].dashed__dash__name":                   waits("bucket.spec.rules[0].dashed-name"),
		"bucket.spec.rules[7].id":                                   waits("bucket.spec.rules[7].id"),
		"bucket.spec.tags[7]":                                       waits("bucket.spec.tags[7]"),
		"bucket.spec.first.prefix":                                  waits("bucket.spec.first.prefix"),
		"bucket.spec.byName.b.id":                                   waits("bucket.spec.byName.b.id"),
		"bucket.spec.byName.a.prefix":                               waits("bucket.spec.byName.a.prefix"),
		"bucket.metadata.labels.other":                              waits("bucket.metadata.labels.other"),
		"bucket.metadata.labels['a/b']":                             waits(`bucket.metadata.labels["a/b"]`),
		"bucket.spec.free.zz":                                       waits("bucket.spec.free.zz"),
		"bucket.spec.free.m.zz":                                     waits("bucket.spec.free.m.zz"),
		"has(bucket.status)":                                        waits("bucket.status"),
		"has(bucket.status.arn)":                                    waits(arn),
		"has(bucket.metadata.labels.other)":                         waits("bucket.metadata.labels.other"),
		"'other' in bucket.metadata.labels":                         waits("bucket.metadata.labels"),
		"bucket.?status.?arn":                                       waits(arn),
		"bucket.?status.?arn.orValue('d')":                          waits(arn),
		"bucket.status.?arn.hasValue()":                             waits(arn),
		"bucket.metadata.labels[?'other'].orValue('d')":             waits("bucket.metadata.labels.other"),
		"bucket.metadata.labels['o' + 'p']":                         waits("bucket.metadata.labels.op"),
		"bucket.status.endpoints.map(e, e.id)":                      waits("bucket.status.endpoints"),
		"bucket.status.conditions.exists(c, c.type == 'Ready')":     waits("bucket.status.conditions"),
		"bucket.status.conditions.filter(c, c.status == 'True')[0]": waits("bucket.status.conditions"),
		"bucket.spec.rules.map(r, r.prefix)":                        waits("bucket.spec.rules[0].prefix", region),
		"bucket.spec.rules.all(r, has(r.prefix))":                   waits("bucket.spec.rules[0].prefix", region),
		"bucket.spec.rules.exists(r, r.id == 'two')":                known(true),
		"bucket.spec.rules.filter(r, r.prefix == 'x').size()":       waits(region),
		"cel.bind(s, bucket.status, s.arn + s.arn)":                 waits(arn),
		"cel.bind(s, bucket.status.ackResourceMetadata, s.arn)":     waits("bucket.status.ackResourceMetadata.arn"),
		"[bucket.spec.name, bucket.status.arn]":                     waits(arn),
		"{'a': bucket.status.arn, 'b': 1}":                          waits(arn),
		"{'a': bucket.status.arn, 'b': 1}.b":                        waits(arn),
		"'arn:' + bucket.status.arn":                                waits(arn),
		"string(bucket.status.arn)":                                 waits(arn),
		"bucket.status.arn.startsWith('x')":                         waits(arn),
		"random.seededString(3, bucket.metadata.uid)":               waits("bucket.metadata.uid"),
		"base64.encode(hash.sha256(bucket.status.arn))":             waits(arn),
		"bucket.status.arn + bucket.spec.region":                    waits(arn, region),
		"bucket.status.arn == '' || bucket.metadata.uid == ''":      waits("bucket.metadata.uid", arn),
		"schema.spec.on ? bucket.status.arn : 'd'":                  waits(arn),
		"bucket.status.arn == 'x' ? 'a' : 'b'":                      waits(arn),
		"x":                                                         waits("x"),
		"x.status.id + 'a'":                                         waits("x.status.id"),
		"has(x.status)":                                             waits("x.status"),
		"buckets[0].status.arn":                                     waits("buckets[0].status.arn"),
		"buckets.map(b, b.spec.name)":                               known([]any{"b0"}),
		"buckets.map(b, b.status.arn)":                              waits("buckets[0].status.arn"),
		"optional.of(bucket.status.arn)":                            waits(arn),
		"runtime.condition(bucket, 'Ready').status":                 {Error: true}, // without the variable runtime
		"bucket.status.?arn.optMap(a, a + '!')":                     waits(arn),
		"bucket.?status.optMap(s, s.arn).orValue('d')":              waits(arn),

		// What is known decides, whatever else is not.
		"true || bucket.status.arn == ''":                            known(true),
		"bucket.status.arn == '' || true":                            known(true),
		"false && bucket.status.arn == ''":                           known(false),
		"bucket.status.arn == '' && false":                           known(false),
		"bucket.status.arn == '' && schema.spec.off":                 known(false),
		"schema.spec.off ? bucket.status.arn : 'd'":                  known("d"),
		"['a', 'b'].exists(i, i == 'b' || bucket.status.arn == i)":   known(true),
		"['a', 'b'].all(i, i == 'c' && bucket.status.arn == i)":      known(false),
		"[1, 2].filter(i, i > 1 || bucket.status.arn == '')":         waits(arn),
		"bucket.spec.rules.exists(r, r.prefix == 'x' || r.id != '')": known(true),

		// A struct is never whole before it is observed.
		"bucket":                                       waits("bucket"),
		"bucket.spec.first":                            waits("bucket.spec.first"),
		"bucket.spec.rules":                            waits("bucket.spec.rules"),
		"bucket.spec.byName":                           waits("bucket.spec.byName"),
		"json.marshal(bucket.spec.first)":              waits("bucket.spec.first"),
		"json.encode(bucket.spec.first)":               waits("bucket.spec.first"),
		"bucket.spec.first == {'id': 'one'}":           waits("bucket.spec.first"),
		"bucket.spec.first != {'id': 'one'}":           waits("bucket.spec.first"),
		"bucket.spec.first in [{'id': 'one'}]":         waits("bucket.spec.first"),
		"size(bucket.spec.first)":                      waits("bucket.spec.first"),
		"dyn(bucket.spec.first).map(k, k)":             waits("bucket.spec.first"),
		"dyn(bucket.spec.first).transformMap(k, v, v)": waits("bucket.spec.first"),
		"bucket.spec.first.deepMerge({'x': 1})":        waits("bucket.spec.first"),
		"{}.deepMerge(bucket.spec.first)":              waits("bucket.spec.first"),
		"{'a': bucket.spec.first}":                     waits("bucket.spec.first"),
		"[bucket.spec.first] == [{'id': 'one'}]":       waits("bucket.spec.first"),
		"optional.ofNonZeroValue(bucket.spec.first)":   waits("bucket.spec.first"),
		"bucket.spec.rules.distinct()":                 waits("bucket.spec.rules"),
		"bucket.spec.rules + bucket.spec.rules":        waits("bucket.spec.rules"),
		"bucket.spec.rules[0] == bucket.spec.rules[1]": waits("bucket.spec.rules[0]", "bucket.spec.rules[1]"),
		"bucket.spec.rules == []":                      waits("bucket.spec.rules"),

		// Holes in lists.
		"bucket.spec.set.size()":           known(int64(2)),
		"bucket.spec.set[0]":               known("x"),
		"bucket.spec.set[1]":               waits(region),
		"bucket.spec.set.join(',')":        waits(region),
		"bucket.spec.set + ['y']":          waits(region),
		"'x' in bucket.spec.set":           known(true),
		"'y' in bucket.spec.set":           waits(region),
		"['q'] + bucket.spec.set":          waits(region),
		"('y' in ['q'] + bucket.spec.set)": waits(region),
		"bucket.spec.set.indexOf('y')":     waits(region),
		"bucket.spec.set.sort()":           waits(region),
		"bucket.spec.set == ['x', 'y']":    waits(region),
		"bucket.spec.set.first()":          known("x"),
		"bucket.spec.set.last()":           waits(region),
		"bucket.spec.set.map(s, s)":        waits(region),
		"'%s'.format([bucket.spec.set])":   waits(region),

		// Mistakes stay mistakes.
		"bucket.spec.count + 'a'": {Error: true},
		"1 / 0":                   {Error: true},
		"schema.spec.missing":     {Error: true},
		"bucket.spec.count / 0":   {Error: true},
		"bucket.spec.name.x":      waits("bucket.spec.name.x"),
		"bucket.spec.tags['a']":   {Error: true},
	}
}
