package readiness_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/readiness"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOfStatus(t *testing.T) {
	t.Parallel()
	const custom = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b, generation: 2}\n"
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, generation: 1}\nspec: {replicas: 2}\n"
	cases := map[string]struct {
		reason, text string
		want         readiness.Verdict
	}{
		"no status": {
			reason: "kstatus alone would call a custom object without a status Current", text: custom,
			want: readiness.NotReady("its controller has written no status yet"),
		},
		"empty status": {
			reason: "an empty status says as little", text: custom + "status: {}\n",
			want: readiness.NotReady("its controller has written no status yet"),
		},
		"status":           {reason: "a status without conditions is all that some kinds have", text: custom + "status: {phase: up}\n", want: readiness.Ready()},
		"generation":       {reason: "the controller has seen an earlier object", text: custom + "status: {observedGeneration: 1}\n", want: readiness.NotReady("its status is InProgress (LatestGenerationNotObserved)")},
		"generation seen":  {reason: "the controller has seen this object", text: custom + "status: {observedGeneration: 2}\n", want: readiness.Ready()},
		"condition":        {reason: "the condition Ready counts, and its message is not repeated", text: custom + "status: {conditions: [{type: Ready, status: 'False', reason: Creating, message: secret}]}\n", want: readiness.NotReady("its status is InProgress (Creating)")},
		"condition true":   {reason: "ready by its condition", text: custom + "status: {conditions: [{type: Ready, status: 'True', reason: Done}]}\n", want: readiness.Ready()},
		"terminating":      {reason: "what is being deleted is not ready", text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, deletionTimestamp: '2026-01-01T00:00:00Z'}\n", want: readiness.Terminating()},
		"built-in":         {reason: "kstatus knows the built-in kinds", text: deployment, want: readiness.NotReady("its status is InProgress (LessReplicas)")},
		"built-in current": {reason: "all replicas are there", text: deployment + "status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [{type: Available, status: 'True'}]}\n", want: readiness.Ready()},
		"no meaning":       {reason: "a built-in kind without a status is there, and that is all", text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", want: readiness.Ready()},
		"nonsense":         {reason: "a status of another shape is not understood", text: custom + "status: {conditions: [1]}\n", want: readiness.NotReady("its status cannot be understood")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, readiness.OfStatus(object(t, c.text))); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}

func one(o eval.Live) eval.LiveNode { return eval.LiveNode{Objects: []eval.Live{o}} }

func TestReadyWhen(t *testing.T) {
	t.Parallel()
	language, err := expr.NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	e := readiness.NewEvaluator(language, 1)
	up := eval.Live{Object: map[string]any{"status": map[string]any{"phase": "up", "n": int64(0)}}}
	down := eval.Live{Object: map[string]any{"status": map[string]any{"phase": "down"}}}
	cases := map[string]struct {
		reason   string
		variable string
		texts    []string
		objects  eval.LiveNode
		want     readiness.Verdict
	}{
		"none":   {reason: "nothing is asked", variable: "b", want: readiness.Ready()},
		"true":   {reason: "it is true", variable: "b", texts: []string{`b.status.phase == "up"`}, objects: one(up), want: readiness.Ready()},
		"false":  {reason: "it is false", variable: "b", texts: []string{`b.status.phase == "up"`}, objects: one(down), want: readiness.NotReady(`readyWhen condition evaluated to false: "b.status.phase == \"up\""`)},
		"each":   {reason: "an item is called each", variable: readiness.Variable(&v1alpha1.ObservedNode{ID: "b", Item: new(int32(0))}), texts: []string{`each.status.phase == "up"`}, objects: one(up), want: readiness.Ready()},
		"list":   {reason: "those that a selector chose are a list", variable: "b", texts: []string{`b.all(o, o.status.phase == "up")`}, objects: eval.LiveNode{Collection: true, Objects: []eval.Live{up, down}}, want: readiness.NotReady(`readyWhen condition evaluated to false: "b.all(o, o.status.phase == \"up\")"`)},
		"failed": {reason: "what waiting cannot mend", variable: "b", texts: []string{`1 / int(b.status.n) == 1`}, objects: one(up), want: readiness.Verdict{Reason: readiness.ReasonExpressionFailed, Message: `readyWhen "1 / int(b.status.n) == 1" cannot be evaluated`}},
		"syntax": {reason: "what is no expression", variable: "b", texts: []string{`b.`}, objects: one(up), want: readiness.Verdict{Reason: readiness.ReasonExpressionFailed}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := e.ReadyWhen(c.variable, c.texts, c.objects)
			if name == "syntax" {
				got.Message = ""
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}
