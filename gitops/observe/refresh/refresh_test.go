package refresh_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/tracking"
	"github.com/krowave/krowave/gitops/observe/refresh"
)

// record writes down patches, and fails as many as it is told to.
type record struct {
	start time.Time
	noted func(name, digest string)

	mu      sync.Mutex
	patches []string // the time since the start, Kind namespace/name, annotation=value
	fails   []error
}

func (r *record) Patch(_ context.Context, o client.Object, patch client.Patch, _ ...client.PatchOption) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	data, err := patch.Data(o)
	if err != nil {
		return err
	}
	var body struct {
		Metadata struct{ Annotations map[string]string }
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return err
	}
	line := time.Since(r.start).String() + " " + o.GetNamespace() + "/" + o.GetName() //nolint:forbidigo // the clock of the bubble
	for key, value := range body.Metadata.Annotations {
		if key == refresh.Annotation {
			r.noted(o.GetName(), value)
			value = "…"
		}
		line += " " + key + "=" + value
	}
	if len(r.fails) > 0 {
		err, r.fails = r.fails[0], r.fails[1:]
	}
	if err != nil {
		line += " failed"
	}
	r.patches = append(r.patches, line)
	return err
}

// observation is one that Argo CD has applied for the Application shop, with one value.
func observation(name, value string) *v1alpha1.Observation {
	o := &v1alpha1.Observation{ObjectMeta: metav1.ObjectMeta{
		Namespace: "prod", Name: name, Annotations: map[string]string{tracking.Annotation: "shop:krowave.dev/Observation:prod/" + name},
	}}
	if value != "" {
		o.Status.Nodes = []v1alpha1.NodeObservation{{ID: "bucket", Objects: []v1alpha1.ObservedObject{{
			Name: "b", Fields: []v1alpha1.ObservedField{{Path: "status.arn", Value: &apiextensionsv1.JSON{Raw: []byte(`"` + value + `"`)}}},
		}}}}
	}
	return o
}

// told is an Observation that somebody has looked at.
type told struct {
	after time.Duration // since the one before
	o     *v1alpha1.Observation
	noted bool // with the annotation that it has got meanwhile
}

// TestRequests: which refreshes are requested, and when.
func TestRequests(t *testing.T) {
	t.Parallel()
	const asked, noted = "argocd.argoproj.io/refresh=hard", refresh.Annotation + "=…"
	missing := apierrors.NewNotFound(schema.GroupResource{Group: "argoproj.io", Resource: "applications"}, "shop")
	elsewhere := observation("o", "x")
	elsewhere.Annotations[tracking.Annotation] = "team_shop:krowave.dev/Observation:prod/o"
	nobodys := observation("o", "x")
	nobodys.Annotations = nil
	ready := observation("o", "x")
	ready.Status.Nodes[0].Ready, ready.Status.Nodes[0].Objects[0].ResourceVersion = true, "7"
	for name, c := range map[string]struct {
		reason string
		tell   []told
		fails  []error
		want   []string
	}{
		"one":       {reason: "a value has come", tell: []told{{o: observation("o", "x")}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted}},
		"nothing":   {reason: "nothing is known yet, and nothing was", tell: []told{{o: observation("o", "")}}},
		"nobody's":  {reason: "Argo CD has not applied it", tell: []told{{o: nobodys}}},
		"elsewhere": {reason: "an Application in a namespace of its own", tell: []told{{o: elsewhere}}, want: []string{"1s team/shop " + asked, "1s prod/o " + noted}},
		"known":     {reason: "it was asked for already, for instance before a restart", tell: []told{{o: observation("o", "x")}, {after: time.Minute, o: observation("o", "x"), noted: true}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted}},
		"readiness": {reason: "no expression reads it", tell: []told{{o: observation("o", "x")}, {after: time.Minute, o: ready, noted: true}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted}},
		"vanished":  {reason: "that a field is gone is a change too", tell: []told{{o: observation("o", "x")}, {after: time.Minute, o: observation("o", ""), noted: true}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted, "1m1s argocd/shop " + asked, "1m1s prod/o " + noted}},
		"together":  {reason: "changes that come together cost one request", tell: []told{{o: observation("o", "x")}, {after: 500 * time.Millisecond, o: observation("p", "y")}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted, "1s prod/p " + noted}},
		"limited":   {reason: "the next request waits for the interval and has the last value", tell: []told{{o: observation("o", "1")}, {after: 2 * time.Second, o: observation("o", "2"), noted: true}, {after: 2 * time.Second, o: observation("o", "3"), noted: true}}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted, "11s argocd/shop " + asked, "11s prod/o " + noted}},
		"gone":      {reason: "an Application that is not there is not asked again", tell: []told{{o: observation("o", "x")}}, fails: []error{missing}, want: []string{"1s argocd/shop " + asked + " failed"}},
		"failed":    {reason: "a server that does not answer is asked again", tell: []told{{o: observation("o", "x")}}, fails: []error{errors.New("down")}, want: []string{"1s argocd/shop " + asked + " failed", "2s argocd/shop " + asked, "2s prod/o " + noted}},
		"unnoted":   {reason: "a request that could not be noted is made again, and not earlier than others", tell: []told{{o: observation("o", "x")}}, fails: []error{nil, errors.New("down")}, want: []string{"1s argocd/shop " + asked, "1s prod/o " + noted + " failed", "11s argocd/shop " + asked, "11s prod/o " + noted}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				digests := map[string]string{}
				client := &record{start: time.Now(), fails: slices.Clone(c.fails), noted: func(name, digest string) { digests[name] = digest }} //nolint:forbidigo // the clock of the bubble
				r := refresh.New(refresh.Options{Client: client})
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- r.Start(ctx) }()
				for _, step := range c.tell {
					synctest.Wait()
					wait(step.after)
					synctest.Wait()
					o := step.o.DeepCopy()
					if step.noted {
						o.Annotations[refresh.Annotation] = digests[o.Name]
					}
					r.Notify(ctx, o)
				}
				wait(time.Hour)
				stop()
				if err := <-done; err != nil {
					t.Errorf("%s: Start() = %v", c.reason, err)
				}
				if diff := cmp.Diff(c.want, client.patches); diff != "" {
					t.Errorf("%s: patches: -want +got\n%s", c.reason, diff)
				}
				if strings.Contains(strings.Join(client.patches, " "), `"x"`) {
					t.Error("a value stands in an annotation")
				}
			})
		})
	}
}

// wait lets the time of the bubble pass.
func wait(d time.Duration) {
	if d > 0 {
		<-time.After(d) //nolint:forbidigo // the clock of the bubble
	}
}
