package eval_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
)

func language(t *testing.T) *expr.Language {
	t.Helper()
	l, err := expr.NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// seen is an object of which some places are known.
func seen(t *testing.T, object string, known ...string) eval.Live {
	t.Helper()
	l := eval.Live{Object: map[string]any{}}
	if err := json.Unmarshal([]byte(object), &l.Object); err != nil {
		t.Fatal(err)
	}
	if known == nil {
		return l
	}
	var paths []fieldpath.Path
	for _, text := range known {
		p, err := fieldpath.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	l.Known = value.NewKnown(paths...)
	return l
}

func one(l eval.Live) eval.LiveNode { return eval.LiveNode{Objects: []eval.Live{l}} }

func TestProject(t *testing.T) {
	t.Parallel()
	l := language(t)
	cases := map[string]struct {
		reason     string
		status     string
		conditions []string
		instance   eval.Live
		nodes      map[string]eval.LiveNode
		builtin    []dialect.Condition
		want       eval.Projected
		problems   []diag.Code
	}{
		"known": {
			reason:   "values of any type, text, and fields of the instance",
			status:   `{"arn":"${bucket.status.arn}","n":"${size(bucket.status.zones)}","text":"${schema.spec.name}-${bucket.metadata.name}","deep":{"list":["${bucket.status.zones}"]}}`,
			instance: seen(t, `{"spec":{"name":"shop"}}`),
			nodes:    map[string]eval.LiveNode{"bucket": one(seen(t, `{"metadata":{"name":"b"},"status":{"arn":"arn:x","zones":["a","b"]}}`))},
			want:     eval.Projected{Status: map[string]any{"arn": "arn:x", "n": int64(2), "text": "shop-b", "deep": map[string]any{"list": []any{[]any{"a", "b"}}}}},
		},
		"waits": {
			reason:   "what is not known is left out, and a list keeps the place of an item",
			status:   `{"arn":"${bucket.status.arn}","zone":"${bucket.status.zone}","list":["${bucket.status.arn}","${bucket.metadata.name}"],"gone":"${other.metadata.name}"}`,
			instance: seen(t, `{}`),
			nodes:    map[string]eval.LiveNode{"bucket": one(seen(t, `{"metadata":{"name":"b"},"status":{"zone":"z"}}`, "status.zone"))},
			want:     eval.Projected{Status: map[string]any{"zone": "z", "list": []any{nil, "b"}}},
		},
		"absent": {
			reason:   "a field that was looked for and not found is absent, so that has() decides",
			status:   `{"ready":"${has(bucket.status)}","arn":"${bucket.?status.?arn.orValue('none')}"}`,
			instance: seen(t, `{}`),
			nodes:    map[string]eval.LiveNode{"bucket": one(seen(t, `{"metadata":{"name":"b"}}`, "status"))},
			want:     eval.Projected{Status: map[string]any{"ready": false, "arn": "none"}},
		},
		"collection": {
			reason:   "items by position; an empty collection is a list as well",
			status:   `{"names":"${parts.map(p, p.metadata.name)}","none":"${size(empty)}","first":"${parts[0].status.ip}"}`,
			instance: seen(t, `{}`),
			nodes: map[string]eval.LiveNode{
				"parts": {Collection: true, Objects: []eval.Live{seen(t, `{"metadata":{"name":"a"}}`, "status"), seen(t, `{"metadata":{"name":"b"}}`, "status")}},
				"empty": {Collection: true},
			},
			want: eval.Projected{Status: map[string]any{"names": []any{"a", "b"}, "none": int64(0)}},
		},
		"conditions": {
			reason:   "the author reads kro's conditions, and one that waits is left out",
			instance: seen(t, `{"status":{"conditions":[{"type":"Ready","status":"False"}]}}`),
			conditions: []string{
				`runtime.newCondition({type: 'Up', status: runtime.condition(schema, 'Ready').status, reason: 'R', message: 'M'})`,
				`runtime.newCondition({type: 'Later', status: bucket.status.up ? 'True' : 'False'})`,
				`runtime.newCondition({type: 'None', status: runtime.condition(schema, 'GraphResolved').status == '' ? 'Unknown' : 'True'})`,
			},
			builtin: []dialect.Condition{{Type: "Ready", Status: "True"}},
			want: eval.Projected{Status: map[string]any{}, Incomplete: true, Conditions: []dialect.Condition{
				{Type: "Up", Status: "True", Reason: "R", Message: "M"}, {Type: "None", Status: "Unknown"},
			}},
		},
		"degraded": {
			reason:   "a condition that fails for good degrades the status, one on what the instance lacks waits",
			instance: seen(t, `{"spec":{}}`),
			nodes:    map[string]eval.LiveNode{"bucket": one(seen(t, `{"status":{"n":0}}`))},
			conditions: []string{
				`runtime.newCondition({type: 'Bad', status: 1 / int(bucket.status.n) > 0 ? 'True' : 'False'})`,
				`runtime.newCondition({type: 'Up', status: 'True'})`,
				`runtime.newCondition({type: 'Lacks', status: schema.spec.missing})`,
			},
			want:     eval.Projected{Status: map[string]any{}, Incomplete: true, Degraded: true, Conditions: []dialect.Condition{{Type: "Up", Status: "True"}}},
			problems: []diag.Code{diag.EvaluationFailed, diag.EvaluationMissing},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, diags := graph.CompileProjection(l, []byte(c.status), c.conditions)
			if diags.HasErrors() {
				t.Fatalf("compile: %v", diags)
			}
			got, diags := eval.Project(eval.Projecting{Projection: p, Instance: c.instance, Nodes: c.nodes, Builtin: c.builtin})
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
			var codes []diag.Code
			for _, d := range diags {
				codes = append(codes, d.Code)
				if d.Severity == diag.Error {
					t.Errorf("an error: %s", d.Message)
				}
			}
			if diff := cmp.Diff(c.problems, codes); diff != "" {
				t.Errorf("problems (-want +got)\n%s\n%v", diff, diags)
			}
		})
	}
}

func TestCompileProjectionRefuses(t *testing.T) {
	t.Parallel()
	l := language(t)
	cases := map[string]struct {
		reason, status string
		conditions     []string
	}{
		"syntax":    {reason: "what is no expression", status: `{"a":"${b.}"}`},
		"literal":   {reason: "a field without an expression", status: `{"a":"b"}`},
		"list":      {reason: "no object", status: `["${a.b}"]`},
		"condition": {reason: "no condition", conditions: []string{"1"}},
		"function":  {reason: "a function that does not exist", status: `{"a":"${b.nope()}"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, diags := graph.CompileProjection(l, []byte(c.status), c.conditions); p != nil || !diags.HasErrors() {
				t.Errorf("%s was compiled", c.reason)
			}
		})
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	l := language(t)
	object := `{"metadata":{"name":"b"},"status":{"phase":"Up","n":0}}`
	cases := map[string]struct {
		reason    string
		readyWhen []string
		live      eval.Live
		want      eval.Readiness
		err       string
	}{
		"none":    {reason: "without expressions it is ready", live: seen(t, object), want: eval.Readiness{Ready: true}},
		"true":    {reason: "all are true", readyWhen: []string{`b.status.phase == "Up"`, `b.status.n == 0`}, live: seen(t, object), want: eval.Readiness{Ready: true}},
		"false":   {reason: "one is false", readyWhen: []string{`b.status.phase == "Up"`, `b.status.n > 0`}, live: seen(t, object), want: eval.Readiness{False: `b.status.n > 0`}},
		"missing": {reason: "a field that is absent is waited for", readyWhen: []string{`b.status.other == "x"`}, live: seen(t, object), want: eval.Readiness{False: `b.status.other == "x"`}},
		"unknown": {reason: "and so is one that was not asked for", readyWhen: []string{`b.status.phase == "Up"`}, live: seen(t, `{}`, "metadata"), want: eval.Readiness{False: `b.status.phase == "Up"`}},
		"optional": {
			reason: "an optional that is empty is false", readyWhen: []string{`b.?status.?done.orValue(false)`}, live: seen(t, object),
			want: eval.Readiness{False: `b.?status.?done.orValue(false)`},
		},
		"error": {reason: "what cannot work is told apart", readyWhen: []string{`1 / int(b.status.n) > 0`}, live: seen(t, object), want: eval.Readiness{False: `1 / int(b.status.n) > 0`}, err: "division by zero"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled, diags := graph.CompileReadyWhen(l, "b", c.readyWhen)
			if diags.HasErrors() {
				t.Fatalf("compile: %v", diags)
			}
			got := eval.Ready(compiled, "b", one(c.live), nil)
			if (got.Err == nil) != (c.err == "") || got.Err != nil && !strings.Contains(got.Err.Error(), c.err) {
				t.Errorf("error %v, want %q", got.Err, c.err)
			}
			got.Err = nil
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}
