package observe_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/test/e2e/cluster"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(q *http.Request) (*http.Response, error) { return r(q) }

// counting counts the writes and single reads of a client. Watches are not counted: they end and begin again by themselves.
func counting(calls *atomic.Int64) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(q *http.Request) (*http.Response, error) {
			if q.Method != http.MethodGet {
				calls.Add(1)
			}
			return next.RoundTrip(q)
		})
	}
}

// quiet changes what nobody asked for, behind something that somebody did: nothing is written for the first.
func quiet(calls *atomic.Int64) func(*testing.T, world) {
	return func(t *testing.T, w world) {
		t.Helper()
		w.apply(t, bucket+"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\napiVersion: kro.run/v1\nkind: App\nmetadata: {name: x}\nspec: {name: shop}\n")
		w.bucketStatus(t, map[string]any{"arn": "arn:1", "zones": []any{"a"}})
		w.observation(t, observation)
		w.instance(t, "everything is settled", map[string]any{
			"state": "ACTIVE", "name": "shop", "arn": "arn:1", "zones": []any{"a!"}, "InstanceManaged": "True Managed", "GraphResolved": "True Resolved",
			"ResourcesReady": "True AllResourcesReady", "Ready": "True Ready",
		})
		before := calls.Load()
		for _, text := range []string{"one", "two", "three"} {
			w.bucketStatus(t, map[string]any{"arn": "arn:1", "zones": []any{"a"}, "other": text})
			w.c.Merge(t, cluster.Named("v1", "ConfigMap", w.namespace, "x"), map[string]any{"data": map[string]any{"k": text}})
		}
		w.bucketStatus(t, map[string]any{"arn": "arn:2", "zones": []any{"a"}})
		w.instance(t, "the change that counts", map[string]any{
			"state": "ACTIVE", "name": "shop", "arn": "arn:2", "zones": []any{"a!"}, "InstanceManaged": "True Managed", "GraphResolved": "True Resolved",
			"ResourcesReady": "True AllResourcesReady", "Ready": "True Ready",
		})
		if got := calls.Load() - before; got != 2 {
			t.Errorf("%d writes for one change, want one of the Observation and one of the instance", got)
		}
	}
}

func listAll() metav1.ListOptions { return metav1.ListOptions{} }

// named chooses one object.
func named(name string) metav1.ListOptions {
	return metav1.ListOptions{FieldSelector: "metadata.name=" + name}
}
