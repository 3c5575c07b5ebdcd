package publish_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/publish"
)

// cluster is an API server that counts the writes.
type cluster struct {
	client.Client
	writes []string
}

func newCluster(t *testing.T, objects ...client.Object) *cluster {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(sourcev1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	c := &cluster{}
	c.Client = fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(&sourcev1.ExternalArtifact{}).
		WithInterceptorFuncs(interceptor.Funcs{
			Apply: func(ctx context.Context, w client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
				c.writes = append(c.writes, "object")
				return w.Apply(ctx, o, opts...)
			},
			SubResourceApply: func(ctx context.Context, w client.Client, sub string, o runtime.ApplyConfiguration, opts ...client.SubResourceApplyOption) error {
				c.writes = append(c.writes, sub)
				return w.SubResource(sub).Apply(ctx, o, opts...)
			},
		}).Build()
	return c
}

func (c *cluster) external(t *testing.T) *sourcev1.ExternalArtifact {
	t.Helper()
	live := &sourcev1.ExternalArtifact{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(owner()), live); err != nil {
		t.Fatal(err)
	}
	return live
}

func artifact(revision string) *meta.Artifact {
	size := int64(10)
	return &meta.Artifact{
		Path: "externalartifact/flux-system/shop/" + revision, URL: "http://a/" + revision, Revision: revision, Digest: "sha256:" + revision,
		LastUpdateTime: metav1.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Size: &size,
	}
}

// TestApply: what consumers see, step by step, and how much is written for it.
func TestApply(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := newCluster(t)
	e := publish.External{Client: c, Now: now.Now}
	at := func(hour int) metav1.Time { return metav1.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	stored := func(revision string, since metav1.Time) metav1.Condition {
		return metav1.Condition{
			Type: "Ready", Status: "True", Reason: "Succeeded", Message: "the artifact of revision " + revision + " is stored", LastTransitionTime: since,
		}
	}
	withheld := metav1.Condition{Type: "Ready", Status: "False", Reason: "EmptyRender", Message: "nothing to deliver", LastTransitionTime: at(14)}
	for _, step := range []struct {
		reason string
		offer  publish.Offer
		writes []string
		want   sourcev1.ExternalArtifactStatus
	}{
		{
			"the first one",
			publish.Offer{Artifact: artifact("1")},
			[]string{"object", "status"},
			sourcev1.ExternalArtifactStatus{Artifact: artifact("1"), Conditions: []metav1.Condition{stored("1", at(12))}},
		},
		{
			"the same again",
			publish.Offer{Artifact: artifact("1")},
			nil,
			sourcev1.ExternalArtifactStatus{Artifact: artifact("1"), Conditions: []metav1.Condition{stored("1", at(12))}},
		},
		{
			"none, for a reason",
			publish.Offer{Reason: "EmptyRender", Message: "nothing to deliver"},
			[]string{"status"},
			sourcev1.ExternalArtifactStatus{Conditions: []metav1.Condition{withheld}},
		},
		{
			"the next one",
			publish.Offer{Artifact: artifact("2")},
			[]string{"status"},
			sourcev1.ExternalArtifactStatus{Artifact: artifact("2"), Conditions: []metav1.Condition{stored("2", at(15))}},
		},
		{
			"a newer one is no transition",
			publish.Offer{Artifact: artifact("3")},
			[]string{"status"},
			sourcev1.ExternalArtifactStatus{Artifact: artifact("3"), Conditions: []metav1.Condition{stored("3", at(15))}},
		},
	} {
		c.writes = nil
		got, err := e.Apply(t.Context(), owner(), step.offer)
		if err != nil {
			t.Fatalf("%s: %v", step.reason, err)
		}
		if d := cmp.Diff(step.writes, c.writes); d != "" {
			t.Errorf("%s: writes -want +got:\n%s", step.reason, d)
		}
		live := c.external(t)
		for what, status := range map[string]sourcev1.ExternalArtifactStatus{"answered": got.Status, "live": live.Status} {
			if d := cmp.Diff(step.want, status, cmpopts.EquateApproxTime(0)); d != "" {
				t.Errorf("%s: %s -want +got:\n%s", step.reason, what, d)
			}
		}
		now.pass(time.Hour)
	}
	want := &meta.NamespacedObjectKindReference{APIVersion: "krowave.dev/v1alpha1", Kind: "GraphArtifact", Name: "shop", Namespace: "flux-system"}
	if d := cmp.Diff(want, c.external(t).Spec.SourceRef); d != "" {
		t.Errorf("sourceRef -want +got:\n%s", d)
	}
}

// TestApplyLabels: consumers of a shard see it, and labels of others stay.
func TestApplyLabels(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	e := publish.External{Client: c, Now: newClock().Now}
	apply := func(g *v1alpha1.GraphArtifact) {
		t.Helper()
		if _, err := e.Apply(t.Context(), g, publish.Offer{Artifact: artifact("1")}); err != nil {
			t.Fatal(err)
		}
	}
	sharded := owner()
	sharded.Labels = map[string]string{"sharding.fluxcd.io/key": "one", "team": "shop"}
	apply(sharded)
	live := c.external(t)
	before := live.DeepCopy()
	live.Labels["cost"] = "1"
	if err := c.Patch(t.Context(), live, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"app.kubernetes.io/managed-by": "krowave", "krowave.dev/graphartifact": "shop", "sharding.fluxcd.io/key": "one", "cost": "1"}
	c.writes = nil
	apply(sharded)
	if d := cmp.Diff(want, c.external(t).Labels); d != "" || len(c.writes) > 0 {
		t.Errorf("writes %v, labels -want +got:\n%s", c.writes, d)
	}
	apply(owner())
	delete(want, "sharding.fluxcd.io/key")
	if d := cmp.Diff(want, c.external(t).Labels); d != "" {
		t.Errorf("without a shard: labels -want +got:\n%s", d)
	}
}

// TestForeign: an ExternalArtifact of somebody else is neither taken nor deleted; ours is deleted once.
func TestForeign(t *testing.T) {
	t.Parallel()
	foreign := &sourcev1.ExternalArtifact{ObjectMeta: metav1.ObjectMeta{Namespace: "flux-system", Name: "shop"}}
	foreign.Spec.SourceRef = &meta.NamespacedObjectKindReference{Kind: "ArtifactGenerator", Name: "shop"}
	c := newCluster(t, foreign)
	e := publish.External{Client: c, Now: newClock().Now}
	_, err := e.Apply(t.Context(), owner(), publish.Offer{Artifact: artifact("1")})
	if _, ok := errors.AsType[*publish.ForeignError](err); !ok || len(c.writes) > 0 {
		t.Errorf("%v after %v, want a *ForeignError after nothing", err, c.writes)
	}
	if err := e.Remove(t.Context(), owner()); err != nil {
		t.Error(err)
	}
	if err := c.Delete(t.Context(), c.external(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(t.Context(), owner(), publish.Offer{Artifact: artifact("1")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Remove(t.Context(), owner()); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(owner()), foreign); !apierrors.IsNotFound(err) {
		t.Errorf("after the removal: %v", err)
	}
}
