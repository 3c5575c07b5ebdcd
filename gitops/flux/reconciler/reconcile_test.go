package reconciler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/reconciler"
)

// TestPublish: a source becomes an artifact, and everything else that there is says so.
func TestPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", pair())
	w.reconcile(t)
	if diff := cmp.Diff(everything(), w.delivered(t)); diff != "" {
		t.Errorf("the artifact: -want +got\n%s", diff)
	}
	g, a := w.graph(t), w.artifact(t)
	if diff := cmp.Diff(a, g.Status.Artifact); diff != "" {
		t.Errorf("the status: -ExternalArtifact +GraphArtifact\n%s", diff)
	}
	if !conditions.IsReady(g) || len(g.Status.Inventory) != len(everything()) || a.Metadata["org.opencontainers.image.revision"] != "main@sha1:1" {
		t.Errorf("the status is %+v of %v", g.Status, a.Metadata)
	}
	if told := w.told(); !strings.Contains(told, "Normal ReconciliationSucceeded") || !strings.Contains(told, "originRevision:main@sha1:1") {
		t.Errorf("the events are %s", told)
	}
	w.reconcile(t)
	if diff := cmp.Diff(g.ResourceVersion, w.graph(t).ResourceVersion); diff != "" || w.told() != "" {
		t.Errorf("nothing changed, and something was written or told: %s", diff)
	}
}

// TestNothingIsLost: whatever is wrong with a source, what was delivered stays, and one condition says what it is.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	broken := pair()
	none := "sha256:" + strings.Repeat("0", 64)
	broken["app/rgd.yaml"] = strings.Replace(rgd, "schema.spec.text", "schema.spec.txet", 1)
	tests := map[string]struct {
		reason, want, message string
		change                func(*testing.T, *world)
	}{
		"Broken": {
			reason: "the RGD is wrong: file, line and column", want: v1alpha1.ReasonRenderFailed, message: "app/rgd.yaml:15:",
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.push(t, "main@sha1:2", broken)
			},
		},
		"Emptied": {
			reason: "no file is left", want: v1alpha1.ReasonEmptyRender, message: "no object",
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.push(t, "main@sha1:2", files{"app/README.md": "gone\n"})
			},
		},
		"Gone": {
			reason: "the path is gone", want: v1alpha1.ReasonRenderFailed, message: "app",
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.push(t, "main@sha1:2", files{"other/one.yaml": instance})
			},
		},
		"Missing": {
			reason: "the server does not have the artifact", want: v1alpha1.ReasonFetchFailed,
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.sent.Store(nil)
				w.announce(t, "main@sha1:2", none)
			},
		},
		"Forged": {
			reason: "other bytes than announced", want: v1alpha1.ReasonFetchFailed,
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.announce(t, "main@sha1:2", none)
			},
		},
		"NoSource": {
			reason: "the source is deleted", want: v1alpha1.ReasonSourceNotReady, message: "does not exist",
			change: func(t *testing.T, w *world) {
				t.Helper()
				w.delete(t, &sourcev1.GitRepository{})
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.push(t, "main@sha1:1", pair())
			w.reconcile(t)
			w.told()
			before, inventory := w.artifact(t), w.graph(t).Status.Inventory
			tc.change(t, w)
			w.reconcile(t)
			w.refuses(t, tc.want, tc.message)
			if diff := cmp.Diff(before, w.artifact(t)) + cmp.Diff(inventory, w.graph(t).Status.Inventory); diff != "" {
				t.Errorf("%s: what was delivered: -before +after\n%s", tc.reason, diff)
			}
			if told := w.told(); strings.Count(told, "Warning "+tc.want) != 1 {
				t.Errorf("%s: the events are %s", tc.reason, told)
			}
			w.reconcile(t)
			if told := w.told(); told != "" {
				t.Errorf("%s: it is told twice: %s", tc.reason, told)
			}
		})
	}
}

// delete deletes the object of the one name.
func (w *world) delete(t *testing.T, o client.Object) {
	t.Helper()
	o.SetName(key().Name)
	o.SetNamespace(key().Namespace)
	if err := w.client.Delete(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// refuses holds that the GraphArtifact is not ready, and why.
func (w *world) refuses(t *testing.T, reason, message string) {
	t.Helper()
	ready := conditions.Get(w.graph(t), meta.ReadyCondition)
	if ready.Status != metav1.ConditionFalse || ready.Reason != reason || !strings.Contains(ready.Message, message) {
		t.Errorf("Ready is %s %s: %s", ready.Status, ready.Reason, ready.Message)
	}
}

// TestCommit: a commit that changes nothing makes no new revision, and is told all the same.
func TestCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", pair())
	w.reconcile(t)
	w.told()
	before := w.artifact(t)
	more := pair()
	more["README.md"] = "hello\n"
	w.push(t, "main@sha1:2", more)
	w.reconcile(t)
	after := w.artifact(t)
	if before.Revision != after.Revision || before.Digest != after.Digest || after.Metadata["org.opencontainers.image.revision"] != "main@sha1:2" {
		t.Errorf("the artifact was %+v and is %+v", before, after)
	}
	if told := w.told(); !strings.Contains(told, "originRevision:main@sha1:2") {
		t.Errorf("the events are %s", told)
	}
}

// TestRebuild: the same artifact is made again, byte for byte, when the storage is lost.
func TestRebuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", pair())
	w.reconcile(t)
	before := w.artifact(t)
	if err := os.RemoveAll(filepath.Join(w.dir, "externalartifact")); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	w.reconcile(t)
	after := w.artifact(t)
	if before.Digest != after.Digest || before.Revision != after.Revision || before.URL != after.URL {
		t.Errorf("the artifact was %+v and is %+v", before, after)
	}
	if err := w.store.Verify(after); err != nil {
		t.Error(err)
	}
}

// TestSuspend: nothing is done for a GraphArtifact that is suspended; a request is answered when it is not.
func TestSuspend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push(t, "main@sha1:1", pair())
	g := w.graph(t)
	g.Spec.Suspend = true
	g.Annotations = map[string]string{meta.ReconcileRequestAnnotation: "now"}
	if err := w.client.Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	if g = w.graph(t); g.Status.Artifact != nil || g.Status.LastHandledReconcileAt != "" {
		t.Errorf("the status is %+v", g.Status)
	}
	g.Spec.Suspend = false
	if err := w.client.Update(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	if g = w.graph(t); g.Status.Artifact == nil || g.Status.LastHandledReconcileAt != "now" {
		t.Errorf("the status is %+v", g.Status)
	}
}

// TestCrash: wherever the process ends in the life of a GraphArtifact, the next one goes on, and the end is the same.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, point := range reconciler.Points() {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			died := 0
			w.crash = func(at string) {
				if at == point && died == 0 {
					died++
					panic(death{})
				}
			}
			next := func() {
				for !w.reconcile(t) {
					w.open(t)
				}
				for range 3 {
					w.reconcile(t)
				}
			}
			w.push(t, "main@sha1:1", pair())
			next()
			if diff := cmp.Diff(everything(), w.delivered(t)); diff != "" {
				t.Errorf("the artifact: -want +got\n%s", diff)
			}
			changed := pair()
			changed["app/one.yaml"] = strings.Replace(instance, "hello", "bye", 1)
			w.push(t, "main@sha1:2", changed)
			next()
			if diff := cmp.Diff(everything(), w.delivered(t)); diff != "" {
				t.Errorf("the artifact after a change: -want +got\n%s", diff)
			}
			w.delete(t, &v1alpha1.GraphArtifact{})
			next()
			w.gone(t)
			if died != 1 {
				t.Errorf("the process never came to %s", point)
			}
		})
	}
}
