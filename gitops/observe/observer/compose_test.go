package observer

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/readiness"
	"github.com/krowave/krowave/gitops/observe/watch"
	"github.com/krowave/krowave/render/expr"
)

var (
	then = metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	now  = metav1.NewTime(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
)

// arn answers status.arn; "" stands for an object without a status, "-" for a status without it.
func arn(value string) []v1alpha1.ObservedField {
	f := v1alpha1.ObservedField{Path: "status.arn"}
	switch value {
	case "":
		f.Missing = "status"
	case "-":
	default:
		f.Value = &apiextensionsv1.JSON{Raw: fmt.Appendf(nil, "%q", value)}
	}
	return []v1alpha1.ObservedField{f}
}

func live(uid, value string) *watch.Object {
	return &watch.Object{Namespace: "ns", Name: "b", UID: uid, ResourceVersion: "9", Generation: 1, Fields: arn(value), Verdict: readiness.Ready()}
}

func observed(uid, version, value string, at metav1.Time) []v1alpha1.ObservedObject {
	return []v1alpha1.ObservedObject{{Namespace: "ns", Name: "b", UID: uid, ResourceVersion: version, Generation: 1, ObservedAt: &at, Fields: arn(value)}}
}

func TestNode(t *testing.T) {
	t.Parallel()
	language, err := expr.NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	c := &composer{ready: readiness.NewEvaluator(language, 0), now: now}
	known := func(objects ...*watch.Object) watch.Answer {
		return watch.Answer{State: watch.Known, Objects: objects}
	}
	was := func(objects []v1alpha1.ObservedObject) *v1alpha1.NodeObservation {
		return &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: objects, Ready: true, Reason: "Ready"}
	}
	is := func(reason string, objects []v1alpha1.ObservedObject) *v1alpha1.NodeObservation {
		return &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: objects, Ready: reason == "Ready", Reason: reason}
	}
	deleting := live("1", "x")
	deleting.Deleting = true
	unready := live("1", "x")
	unready.Verdict = readiness.NotReady("no")
	notFound := func(objects []v1alpha1.ObservedObject) *v1alpha1.NodeObservation {
		return &v1alpha1.NodeObservation{ID: "b", Objects: objects, Reason: "NotFound", Message: "there is no such object"}
	}
	cases := map[string]struct {
		reason   string
		asked    v1alpha1.ObservedNode
		answer   watch.Answer
		previous *v1alpha1.NodeObservation
		want     *v1alpha1.NodeObservation
	}{
		"first":     {reason: "a value that is seen for the first time", answer: known(live("1", "x")), want: is("Ready", observed("1", "9", "x", now))},
		"unchanged": {reason: "version and time are those of the last change of a value", answer: known(live("1", "x")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("1", "5", "x", then))},
		"changed":   {reason: "another value", answer: known(live("1", "y")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("1", "9", "y", now))},
		"lost":      {reason: "a field that the same object lost is absent", answer: known(live("1", "-")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("1", "9", "-", now))},
		"silent":    {reason: "an object without any status reports nothing", answer: known(live("1", "")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("1", "5", "x", then))},
		"gone":      {reason: "what was known stays", answer: known(), previous: was(observed("1", "5", "x", then)), want: notFound(observed("1", "5", "x", then))},
		"never":     {reason: "nothing was known", answer: known(), want: notFound(nil)},
		"replaced":  {reason: "the old value stays, with the UID that it is of", answer: known(live("2", "-")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("1", "5", "x", then))},
		"reported":  {reason: "until the new object reports it", answer: known(live("2", "x")), previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("2", "9", "x", now))},
		"settled": {
			reason: "or its author says that it is ready", asked: v1alpha1.ObservedNode{ReadyWhen: []string{"!has(b.status.arn)"}}, answer: known(live("2", "-")),
			previous: was(observed("1", "5", "x", then)), want: is("Ready", observed("2", "9", "-", now)),
		},
		"pending": {reason: "before it was looked for nothing changes", previous: was(observed("1", "5", "x", then)), want: was(observed("1", "5", "x", then))},
		"unasked": {reason: "and nothing is said"},
		"failed":  {reason: "an API that does not answer changes nothing", answer: watch.Answer{State: watch.Failed}, previous: was(observed("1", "5", "x", then)), want: was(observed("1", "5", "x", then))},
		"forbidden": {
			reason: "it is not known whether the object is there", answer: watch.Answer{State: watch.Forbidden, Message: "no"}, previous: was(observed("1", "5", "x", then)),
			want: &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: observed("1", "5", "x", then), Reason: "Forbidden", Message: "no"},
		},
		"kind unknown": {
			reason: "without the kind there is no object", answer: watch.Answer{State: watch.KindUnknown, Message: "no"}, previous: was(observed("1", "5", "x", then)),
			want: &v1alpha1.NodeObservation{ID: "b", Objects: observed("1", "5", "x", then), Reason: "KindUnknown", Message: "no"},
		},
		"terminating": {
			reason: "what is being deleted is not ready", answer: known(deleting),
			want: &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: observed("1", "9", "x", now), Reason: "Terminating", Message: "it is being deleted"},
		},
		"by status": {
			reason: "the rule Status asks the status", asked: v1alpha1.ObservedNode{Readiness: v1alpha1.Status}, answer: known(unready),
			want: &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: observed("1", "9", "x", now), Reason: "NotReady", Message: "no"},
		},
		"by existence": {reason: "the rule Exists does not", answer: known(unready), want: is("Ready", observed("1", "9", "x", now))},
		"by readyWhen": {
			reason: "readyWhen sees what the new object says, not what was known", asked: v1alpha1.ObservedNode{ReadyWhen: []string{"b.status.arn != ''"}}, answer: known(live("2", "-")),
			previous: was(observed("1", "5", "x", then)),
			want:     &v1alpha1.NodeObservation{ID: "b", Exists: true, Objects: observed("1", "5", "x", then), Reason: "NotReady", Message: `readyWhen condition evaluated to false: "b.status.arn != ''"`},
		},
		"renamed": {reason: "what was known of another object is forgotten", asked: v1alpha1.ObservedNode{Name: "c"}, answer: known(), previous: was(observed("1", "5", "x", then)), want: notFound(nil)},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := test.asked
			asked.ID, asked.APIVersion, asked.Kind, asked.Namespace, asked.Fields = "b", "s3.example.com/v1", "Bucket", "ns", []string{"status.arn"}
			if asked.Name == "" {
				asked.Name = "b"
			}
			if diff := cmp.Diff(test.want, c.node(&asked, &test.answer, test.previous)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", test.reason, diff)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		findings []finding
		want     map[string]string
	}{
		"ready": {reason: "nothing is missing", want: map[string]string{"Ready": "True Succeeded"}},
		"worst": {
			reason: "what somebody must mend comes first", findings: []finding{{reason: "NotReady", message: "a"}, {reason: "Forbidden", message: "b"}, {reason: "NotFound", message: "c"}},
			want: map[string]string{"Ready": "False Forbidden b, and 2 more", "Reconciling": "True Progressing b, and 2 more"},
		},
		"stalled": {
			reason: "waiting does not mend an expression", findings: []finding{{reason: "ExpressionFailed", message: "a", stalled: true}, {reason: "NotReady", message: "b"}},
			want: map[string]string{"Ready": "False ExpressionFailed a, and 1 more", "Stalled": "True ExpressionFailed a, and 1 more"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := []metav1.Condition{{Type: "Reconciling", Status: "True", Reason: "x"}, {Type: "Stalled", Status: "True", Reason: "x"}, {Type: "Ready", Status: "False", Reason: "x", LastTransitionTime: then}}
			got := map[string]string{}
			for _, s := range conditions(before, 4, worst(c.findings), now) {
				got[s.Type] = fmt.Sprintf("%s %s", s.Status, s.Reason)
				if s.Status != "True" || s.Type != "Ready" {
					got[s.Type] += " " + s.Message
				}
				if s.ObservedGeneration != 4 {
					t.Errorf("%s is of generation %d", s.Type, s.ObservedGeneration)
				}
				if s.Type == "Ready" && s.Status == "False" && !s.LastTransitionTime.Equal(&then) {
					t.Errorf("Ready has not changed and has the time %s", s.LastTransitionTime)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.reason, diff)
			}
		})
	}
}
