package value_test

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
)

// BenchmarkInstance evaluates what one instance of an RGD of three resources needs:
// fifteen expressions over the instance and two rendered objects.
func BenchmarkInstance(b *testing.B) {
	env := newEnv(b)
	var programs []cel.Program
	for _, text := range []string{
		"schema.spec.name", "schema.spec.name + '-app'", "schema.spec.replicas", "schema.spec.tags", "schema.spec.?note.orValue('none')",
		"bucket.metadata.name", "bucket.metadata.labels", "bucket.spec.rules[0].id", "bucket.spec.count + 1", "has(bucket.spec.first)",
		"bucket.spec.rules.map(r, r.id)", "x.metadata.name + '.' + schema.spec.name", "x.metadata.labels.app", "schema.spec.on ? x.spec.name : 'off'",
		"bucket.status.arn",
	} {
		checked, issues := env.Compile(text)
		if issues.Err() != nil {
			b.Fatal(issues.Err())
		}
		p, err := dialect.Program(env, checked)
		if err != nil {
			b.Fatal(err)
		}
		programs = append(programs, p)
	}
	instance := map[string]any{"spec": map[string]any{"name": "n", "replicas": int64(2), "tags": []any{"a", "b"}, "on": true}}
	template, schema := bucketTemplate(), bucketSchema()
	b.ReportAllocs()
	for b.Loop() {
		vars := map[string]any{
			"schema": value.Wrap(instance, nil, value.Absent),
			"bucket": value.Wrap(template, schema, value.UnknownIn("bucket")),
			"x":      value.Wrap(template, schema, value.UnknownIn("x")),
		}
		for _, p := range programs {
			v, _, err := p.Eval(vars)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := value.ToJSON(v); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSelect compares a selection four fields deep on data with a schema, on an object
// of which only the template is known, and on CEL's own maps.
func BenchmarkSelect(b *testing.B) {
	env := newEnv(b)
	checked, issues := env.Compile("bucket.spec.first.id")
	if issues.Err() != nil {
		b.Fatal(issues.Err())
	}
	p, err := dialect.Program(env, checked)
	if err != nil {
		b.Fatal(err)
	}
	for name, v := range map[string]ref.Val{
		"Whole":   value.Wrap(bucketTemplate(), bucketSchema(), value.Absent),
		"Partial": value.Wrap(bucketTemplate(), bucketSchema(), value.UnknownIn("bucket")),
		"Raw":     value.Raw(bucketTemplate()),
	} {
		b.Run(name, func(b *testing.B) {
			vars := map[string]any{"bucket": v}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := p.Eval(vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
