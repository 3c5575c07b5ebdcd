package flux_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/flux"
	"github.com/krowave/krowave/test/e2e/process"
)

// kro: the same RGD and instance in a cluster with kro's own controller, with the same answers from what they are made of, give
// equal objects and an equal status of the instance.
func kro(t *testing.T, s *suite) {
	t.Helper()
	k := newStack(t, s, "Compared")
	k.instance(t, "one")
	cache := process.Servers(t, os.Getenv)
	theirs := *k
	theirs.cluster = cluster.Start(t, cluster.Options{Servers: cache})
	flux.StartKro(t, cache, theirs.cluster)
	theirs.cluster.Namespace(t, theirs.namespace)
	for _, u := range theirs.cluster.Apply(t, cluster.Parse(t, theirs.text(t, "part.yaml", ""))...) {
		theirs.cluster.Established(t, u.GetName())
	}
	theirs.cluster.Apply(t, cluster.Parse(t, theirs.text(t, "rgd.yaml", ""))...)
	theirs.cluster.Established(t, strings.ToLower(k.kind)+"s.e2e.krowave.dev")
	theirs.cluster.Apply(t, cluster.Parse(t, theirs.text(t, "instance.yaml", "one"))...)

	k.deliver(t, nil)
	for _, side := range []*stack{&theirs, k} {
		side.up(t, "one", "192.0.2.1")
		side.cluster.Healthy(t, side.server("one"))
		side.active(t, side.object("one"))
		side.cluster.Exists(t, side.endpoint("one"))
	}
	for i, ref := range k.all("one") {
		want, got := bare(theirs.cluster.Exists(t, theirs.all("one")[i])), bare(k.cluster.Exists(t, ref))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -kro +krowave\n%s", ref, diff)
		}
	}
	want, got := conditions(theirs.active(t, theirs.object("one"))), conditions(k.active(t, k.object("one")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the conditions of the instance: -kro +krowave\n%s", diff)
	}
}

// bare is an object without what the server and the one who applies it write. Of the status it has all but times.
func bare(u *unstructured.Unstructured) map[string]any {
	object := u.DeepCopy().Object
	marks := func(all map[string]string) map[string]string {
		maps.DeleteFunc(all, func(key, _ string) bool {
			group, _, _ := strings.Cut(key, "/")
			return strings.HasSuffix(group, "kro.run") || strings.HasSuffix(group, "toolkit.fluxcd.io") ||
				strings.HasSuffix(group, "krowave.dev") || group == "applyset.kubernetes.io" || key == "app.kubernetes.io/managed-by"
		})
		if len(all) == 0 {
			return nil
		}
		return all
	}
	object["metadata"] = map[string]any{
		"name": u.GetName(), "namespace": u.GetNamespace(), "labels": marks(u.GetLabels()), "annotations": marks(u.GetAnnotations()),
	}
	if strings.HasPrefix(u.GetAPIVersion(), "e2e.krowave.dev/v1alpha1") {
		unstructured.RemoveNestedField(object, "status", "conditions") // compared by conditions, which have times
	}
	return object
}

// conditions are those of an instance, without their times.
func conditions(u *unstructured.Unstructured) []string {
	var all []string
	for kind := range cluster.Conditions(u) {
		status, reason, message := flux.Condition(u, kind)
		all = append(all, strings.Join([]string{kind, status, reason, message}, " | "))
	}
	return slices.Sorted(slices.Values(all))
}
