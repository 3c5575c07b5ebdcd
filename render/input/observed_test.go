package input_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/input"
)

func TestLoadObserved(t *testing.T) {
	t.Parallel()
	observed, diags := input.LoadObserved(tree(map[string]string{
		"list.yaml": `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: s3.services.k8s.aws/v1alpha1
  kind: Bucket
  metadata: {name: b, namespace: prod, uid: "1"}
  status: {arn: "arn:b"}
- apiVersion: v1
  kind: Secret
  metadata:
    name: s
    namespace: prod
    annotations: {kubectl.kubernetes.io/last-applied-configuration: hunter2, other: kept}
  data: {p: aHVudGVyMg==}
  stringData: {p: hunter2}
`,
		"raw.json":           `{"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": [{"metadata": {"name": "z", "namespace": "b"}}, {"metadata": {"name": "a", "namespace": "b"}}, {"metadata": {"name": "c", "namespace": "a"}}]}`,
		"part.json":          `{"kind": "ServiceList", "apiVersion": "v1", "metadata": {"continue": "x"}, "items": [{"metadata": {"name": "a"}}]}`,
		"kustomization.yaml": "resources: [nothing.yaml]\n",
		"doc.yaml":           "apiVersion: acme.io/v2\nkind: Widget\nmetadata: {name: w}\n---\napiVersion: krowave.dev/v1alpha1\nkind: Observation\nmetadata: {name: o, namespace: prod}\n",
		"twice.yaml":         "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\n",
	}), []string{"."}, input.Options{})
	want := []string{
		`INP011 list.yaml the values of the Secret "s" are not read`,
		`INP008 twice.yaml Widget "w" is given twice`,
	}
	if diff := cmp.Diff(want, codes(diags)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	bucket, _ := observed.Find(schema.GroupKind{Group: "s3.services.k8s.aws", Kind: "Bucket"}, "prod", "b")
	if diff := cmp.Diff(any(map[string]any{"arn": "arn:b"}), bucket["status"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	secret, _ := observed.Find(schema.GroupKind{Kind: "Secret"}, "prod", "s")
	wantSecret := map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s", "namespace": "prod", "annotations": map[string]any{"other": "kept"}}}
	if diff := cmp.Diff(wantSecret, secret); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	widget, _ := observed.Find(schema.GroupKind{Group: "acme.io", Kind: "Widget"}, "", "w")
	if widget["apiVersion"] != "acme.io/v2" {
		t.Errorf("the first of two objects should count, got %v", widget)
	}
	if _, ok := observed.Find(schema.GroupKind{Kind: "ConfigMap"}, "b", "c"); ok {
		t.Error("found an object in another namespace")
	}
	if _, ok := observed.Find(schema.GroupKind{Group: "krowave.dev", Kind: "Observation"}, "prod", "o"); !ok {
		t.Error("an Observation is an object like any other")
	}
	lists := map[string]struct {
		reason    string
		kind      string
		namespace string
		want      []string
		complete  bool
	}{
		"All":       {"a list of the kind's own holds all, sorted by namespace and name", "ConfigMap", "", []string{"c", "a", "z"}, true},
		"Namespace": {"of one namespace", "ConfigMap", "b", []string{"a", "z"}, true},
		"Mixed":     {"a List tells nothing about other objects", "Secret", "", []string{"s"}, false},
		"Page":      {"a page of a list is not all", "Service", "", []string{"a"}, false},
		"None":      {"nothing is known", "Pod", "", nil, false},
	}
	for name, tc := range lists {
		list, complete := observed.List(schema.GroupKind{Kind: tc.kind}, tc.namespace)
		var got []string
		for _, o := range list {
			got = append(got, o["metadata"].(map[string]any)["name"].(string))
			if o["kind"] != tc.kind {
				t.Errorf("%s: %s: an item of kind %v", name, tc.reason, o["kind"])
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || complete != tc.complete {
			t.Errorf("%s: %s: complete is %v, -want +got\n%s", name, tc.reason, complete, diff)
		}
	}
}

func TestLoadObservedNothing(t *testing.T) {
	t.Parallel()
	observed, diags := input.LoadObserved(tree(nil), nil, input.Options{})
	if _, ok := observed.Find(schema.GroupKind{Kind: "Pod"}, "", "x"); ok || len(diags) > 0 {
		t.Errorf("found something in nothing: %v", diags)
	}
}
