package reconciler_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions/check"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/record"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/flux/hydrate"
	"github.com/krowave/krowave/gitops/flux/publish"
	"github.com/krowave/krowave/gitops/flux/reconciler"
)

const rgd = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: pair}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Pair
    spec: {text: string}
  resources:
  - id: first
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "${schema.metadata.name}-first"}
      data: {text: "${schema.spec.text}"}
  - id: second
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "${schema.metadata.name}-second"}
      data: {first: "${first.metadata.name}"}
`

const instance = "apiVersion: kro.run/v1alpha1\nkind: Pair\nmetadata: {name: one, namespace: apps}\nspec: {text: hello}\n"

// files are what the source has.
type files map[string]string

func pair() files { return files{"app/rgd.yaml": rgd, "app/one.yaml": instance} }

// world is an API server without controllers, a source and a storage.
type world struct {
	client   client.Client
	dir      string
	store    *publish.Store
	renderer *hydrate.Renderer
	events   *record.FakeRecorder
	clock    *clocktesting.FakePassiveClock
	crash    func(string)
	closed   bool // sources of other namespaces are refused

	url  string
	sent atomic.Pointer[[]byte] // nil is 404
}

func key() client.ObjectKey { return client.ObjectKey{Namespace: "apps", Name: "shop"} }

func newWorld(t *testing.T) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(sourcev1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	w := &world{
		dir: t.TempDir(), events: record.NewFakeRecorder(100),
		clock: clocktesting.NewFakePassiveClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)),
	}
	w.client = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.GraphArtifact{}, &v1alpha1.Observation{}, &sourcev1.GitRepository{}, &sourcev1.ExternalArtifact{}).
		WithObjects(
			&sourcev1.GitRepository{ObjectMeta: metav1.ObjectMeta{Namespace: "apps", Name: "shop"}},
			&v1alpha1.GraphArtifact{
				ObjectMeta: metav1.ObjectMeta{Namespace: "apps", Name: "shop", UID: "1", Generation: 1},
				Spec: v1alpha1.GraphArtifactSpec{
					SourceRef: v1alpha1.SourceReference{Kind: sourcev1.GitRepositoryKind, Name: "shop"}, Path: "./app",
					Interval: metav1.Duration{Duration: time.Minute}, DeletionPolicy: v1alpha1.DeletionOrphan,
				},
			}).Build()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		data := w.sent.Load()
		if data == nil {
			http.NotFound(rw, r)
			return
		}
		_, _ = rw.Write(*data)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL + "/source.tar.gz"
	var err error
	if w.renderer, err = hydrate.New(hydrate.Options{}); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	return w
}

// open opens the storage, as a process does that starts.
func (w *world) open(t *testing.T) {
	t.Helper()
	store, err := publish.New(publish.Options{Dir: w.dir, Address: "127.0.0.1", Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w.store = store
}

// push makes files the artifact of the source.
func (w *world) push(t *testing.T, revision string, f files) {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	out := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(f[name]))})
		if err == nil {
			_, err = out.Write([]byte(f[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	w.sent.Store(&data)
	sum := sha256.Sum256(data)
	w.announce(t, revision, "sha256:"+hex.EncodeToString(sum[:]))
}

// announce is what source-controller does.
func (w *world) announce(t *testing.T, revision, digest string) {
	t.Helper()
	git := &sourcev1.GitRepository{}
	if err := w.client.Get(t.Context(), key(), git); err != nil {
		t.Fatal(err)
	}
	git.Status.Artifact = &meta.Artifact{
		Path: "source.tar.gz", URL: w.url, Revision: revision, Digest: digest, LastUpdateTime: metav1.NewTime(w.clock.Now()),
	}
	if err := w.client.Status().Update(t.Context(), git); err != nil {
		t.Fatal(err)
	}
}

// reconcile does one attempt, and holds the conditions against what kstatus wants. It is false when the process died.
func (w *world) reconcile(t *testing.T) (alive bool) {
	t.Helper()
	r := &reconciler.Reconciler{
		Client: w.client, Reader: w.client, Renderer: w.renderer, Store: w.store, HTTP: http.DefaultClient, Events: w.events, Clock: w.clock, Crash: w.crash,
		Options: reconciler.Options{NoCrossNamespaceRefs: w.closed},
	}
	defer func() {
		if p := recover(); p != nil {
			if _, died := p.(death); !died {
				panic(p)
			}
			alive = false
		}
	}()
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: key()}); err != nil {
		t.Fatal(err)
	}
	g := &v1alpha1.GraphArtifact{}
	if err := w.client.Get(t.Context(), key(), g); err != nil || g.Spec.Suspend {
		return true // it is deleted, or was left alone
	}
	checker := check.NewChecker(w.client, &check.Conditions{NegativePolarity: []string{meta.StalledCondition, meta.ReconcilingCondition}})
	if fail, _ := checker.Check(t.Context(), g); fail != nil {
		t.Errorf("kstatus: %v: %v", fail, g.Status.Conditions)
	}
	return true
}

// death ends an attempt where a test wants it.
type death struct{}

func (w *world) graph(t *testing.T) *v1alpha1.GraphArtifact {
	t.Helper()
	g := &v1alpha1.GraphArtifact{}
	if err := w.client.Get(t.Context(), key(), g); err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *world) artifact(t *testing.T) *meta.Artifact {
	t.Helper()
	ea := &sourcev1.ExternalArtifact{}
	if err := w.client.Get(t.Context(), key(), ea); err != nil {
		t.Fatal(err)
	}
	return ea.Status.Artifact
}

// manifests are those in the artifact that the ExternalArtifact names, by ID.
func (w *world) manifests(t *testing.T) map[string]string {
	t.Helper()
	all, err := w.store.Read(w.artifact(t))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for id, manifest := range all {
		texts[id] = string(manifest)
	}
	return texts
}

// delivered are the IDs in the artifact, sorted.
func (w *world) delivered(t *testing.T) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(w.manifests(t)))
}

// told are the events since the last call.
func (w *world) told() string {
	var all []string
	for len(w.events.Events) > 0 {
		all = append(all, <-w.events.Events)
	}
	return strings.Join(all, "\n")
}

func everything() []string {
	return []string{"_pairs.kro.run_apiextensions.k8s.io_CustomResourceDefinition", "apps_one-first__ConfigMap", "apps_one-second__ConfigMap", "apps_one_kro.run_Pair"}
}

// gone holds that nothing of ours is left.
func (w *world) gone(t *testing.T) {
	t.Helper()
	for _, list := range []client.ObjectList{&v1alpha1.GraphArtifactList{}, &v1alpha1.ObservationList{}, &sourcev1.ExternalArtifactList{}} {
		if left := count(t.Context(), t, w.client, list); left > 0 {
			t.Errorf("%d of %T are left", left, list)
		}
	}
	if left, err := filepath.Glob(filepath.Join(w.dir, "externalartifact", "apps", "shop", "*")); err != nil || len(left) > 0 {
		t.Errorf("%v %v are left in the storage", err, left)
	}
}

func count(ctx context.Context, t *testing.T, c client.Client, list client.ObjectList) int {
	t.Helper()
	if err := c.List(ctx, list); err != nil {
		t.Fatal(err)
	}
	switch l := list.(type) {
	case *v1alpha1.GraphArtifactList:
		return len(l.Items)
	case *v1alpha1.ObservationList:
		return len(l.Items)
	case *sourcev1.ExternalArtifactList:
		return len(l.Items)
	}
	return -1
}
