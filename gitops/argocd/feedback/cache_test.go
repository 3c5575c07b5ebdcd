package feedback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/feedback"
	"github.com/krowave/krowave/gitops/argocd/tracking"
)

// server is what an API server does with Observations: it lists them and sends what becomes of them.
type server struct {
	mu      sync.Mutex
	list    []v1alpha1.Observation
	refuse  int // the HTTP status of every answer, 0 for none
	events  chan string
	breaks  chan struct{} // closed to end all watches
	queries []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.queries = append(s.queries, r.URL.Path)
	refuse, list, breaks := s.refuse, s.list, s.breaks
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case refuse > 0:
		w.WriteHeader(refuse)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"refused","reason":"Forbidden","code":%d}`, refuse)
	case r.URL.Query().Get("sendInitialEvents") == "true":
		w.WriteHeader(http.StatusUnprocessableEntity) // as servers do that cannot stream lists
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"sendInitialEvents is forbidden","reason":"Invalid","code":422}`))
	case r.URL.Query().Get("watch") == "true":
		w.(http.Flusher).Flush() //nolint:forcetypeassert // of net/http
		for {
			select {
			case e := <-s.events:
				_, _ = w.Write([]byte(e + "\n"))
				w.(http.Flusher).Flush() //nolint:forcetypeassert // of net/http
			case <-breaks:
				return
			case <-r.Context().Done():
				return
			}
		}
	case !strings.HasSuffix(r.URL.Path, "/observations"):
		for _, o := range list {
			if strings.HasSuffix(r.URL.Path, "/namespaces/"+o.Namespace+"/observations/"+o.Name) {
				_ = json.NewEncoder(w).Encode(o)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not found","reason":"NotFound","code":404}`))
	default:
		body := v1alpha1.ObservationList{ListMeta: metav1.ListMeta{ResourceVersion: "1"}, Items: list}
		body.APIVersion, body.Kind = v1alpha1.GroupVersion().String(), "ObservationList"
		_ = json.NewEncoder(w).Encode(body)
	}
}

// set changes how the server answers, and ends its watches.
func (s *server) set(refuse int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
	close(s.breaks)
	s.breaks = make(chan struct{})
}

// write changes what is there, and tells nobody.
func (s *server) write(list ...v1alpha1.Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = list
}

func (s *server) send(t *testing.T, kind string, o v1alpha1.Observation) {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	s.events <- fmt.Sprintf(`{"type":%q,"object":%s}`, kind, data)
}

// start serves some Observations, and a cache of them.
func start(t *testing.T, patience time.Duration, namespaces []string, list ...v1alpha1.Observation) (*server, *feedback.Cache) {
	t.Helper()
	s := &server{list: list, events: make(chan string), breaks: make(chan struct{})}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	c, err := feedback.New(feedback.Options{Config: &rest.Config{Host: web.URL}, Namespaces: namespaces, Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	t.Cleanup(func() { stop(); <-done })
	return s, c
}

// observation is the Observation of an instance that Argo CD has applied for an Application.
func observation(app, instance string, nodes ...v1alpha1.ObservedNode) v1alpha1.Observation {
	o := v1alpha1.Observation{Spec: v1alpha1.ObservationSpec{
		Instance: v1alpha1.InstanceReference{APIVersion: "kro.run/v1alpha1", Kind: "Web", Namespace: "prod", Name: instance}, Nodes: nodes,
	}}
	o.APIVersion, o.Kind = v1alpha1.GroupVersion().String(), v1alpha1.ObservationKind
	o.Namespace, o.Name, o.ResourceVersion = "prod", "web-"+instance, "1"
	o.Annotations = map[string]string{tracking.Annotation: app + ":krowave.dev/Observation:prod/web-" + instance}
	return o
}

func node(id string, item int32, delivery v1alpha1.Delivery) v1alpha1.ObservedNode {
	n := v1alpha1.ObservedNode{ID: id, APIVersion: "v1", Kind: "ConfigMap", Namespace: "prod", Name: id, Delivery: delivery, Readiness: v1alpha1.Exists}
	if item >= 0 {
		n.Item = &item
	}
	return n
}

// known adds what a controller has seen of the first node.
func known(o v1alpha1.Observation, value string) v1alpha1.Observation {
	n := &o.Spec.Nodes[0]
	n.Fields = []string{"data.key"}
	o.Status.Nodes = []v1alpha1.NodeObservation{{ID: n.ID, Item: n.Item, Exists: true, Objects: []v1alpha1.ObservedObject{{
		Namespace: n.Namespace, Name: n.Name, UID: "u", Fields: []v1alpha1.ObservedField{{Path: "data.key", Value: &apiextensionsv1.JSON{Raw: []byte(`"` + value + `"`)}}},
	}}}}
	return o
}

// until asks for a snapshot until it is as wanted.
func until(t *testing.T, c *feedback.Cache, want func(application.Snapshot, error) bool) application.Snapshot {
	t.Helper()
	within, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for within.Err() == nil {
		s, err := c.Observed(within, "shop")
		if within.Err() == nil && want(s, err) {
			return s
		}
	}
	t.Fatal("the cache never got there")
	return application.Snapshot{}
}

func valueOf(s application.Snapshot) any {
	live, found := s.Objects.Find(schema.GroupKind{Kind: "ConfigMap"}, "prod", "config")
	if !found {
		return nil
	}
	data, _ := live.Object["data"].(map[string]any)
	return data["key"]
}

// TestObserved: an Application gets its own Observations, as they are at the time.
func TestObserved(t *testing.T) {
	t.Parallel()
	first := known(observation("shop", "a", node("config", -1, v1alpha1.Delivered), node("later", -1, v1alpha1.Held)), "1")
	s, c := start(t, time.Minute, nil, first, observation("other", "b", node("config", -1, v1alpha1.Delivered)))
	before, err := c.Observed(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]string{"Web.kro.run/prod/a": {"config"}}, before.Delivered); diff != "" {
		t.Errorf("delivered: -want +got\n%s", diff)
	}
	if got := valueOf(before); got != "1" {
		t.Errorf("the value is %v, want 1", got)
	}
	second := known(observation("shop", "a", node("config", -1, v1alpha1.Delivered), node("later", -1, v1alpha1.Held)), "2")
	second.ResourceVersion = "2"
	s.send(t, "MODIFIED", second)
	after := until(t, c, func(s application.Snapshot, err error) bool { return err == nil && valueOf(s) == "2" })
	if after.Version == before.Version {
		t.Error("another value has the same version")
	}
	second.ResourceVersion, second.Labels = "3", map[string]string{"x": "y"}
	second.Status.Conditions = []metav1.Condition{{Type: "Ready"}}
	s.send(t, "MODIFIED", second)
	gone := observation("shop", "c", node("config", -1, v1alpha1.Delivered))
	s.send(t, "ADDED", gone)
	until(t, c, func(s application.Snapshot, err error) bool { return err == nil && len(s.Delivered) == 2 })
	gone.ResourceVersion = "4"
	s.send(t, "DELETED", gone)
	same := until(t, c, func(s application.Snapshot, err error) bool { return err == nil && len(s.Delivered) == 1 })
	if same.Version != after.Version {
		t.Error("what no render reads makes another version")
	}
	nobody, err := c.Observed(t.Context(), "nobody")
	if err != nil || nobody.Version == "" || len(nobody.Delivered) > 0 {
		t.Errorf("an Application without Observations: %v %v", nobody, err)
	}
}

// TestUnsynced: while the server says nothing there is no answer, and there is one again when it does.
func TestUnsynced(t *testing.T) {
	t.Parallel()
	s, c := start(t, 20*time.Millisecond, []string{"prod"}, observation("shop", "a", node("config", -1, v1alpha1.Delivered)))
	until(t, c, func(_ application.Snapshot, err error) bool { return err == nil })
	s.set(http.StatusForbidden)
	var lost error
	until(t, c, func(_ application.Snapshot, err error) bool { lost = err; return err != nil })
	if _, ok := errors.AsType[*feedback.UnsyncedError](lost); !ok || !strings.HasPrefix(lost.Error(), "the Observations of the namespace prod are not known: ") {
		t.Errorf("the error is %T %v", lost, lost)
	}
	s.set(0)
	back := until(t, c, func(_ application.Snapshot, err error) bool { return err == nil })
	if len(back.Delivered) != 1 {
		t.Errorf("after that %v is delivered", back.Delivered)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range s.queries {
		if path != "/apis/krowave.dev/v1alpha1/namespaces/prod/observations" {
			t.Errorf("the cache asks for %s", path)
		}
	}
}

// TestCurrent: what is read counts at once, and what the watch tells later of the time before does not bring that back.
func TestCurrent(t *testing.T) {
	t.Parallel()
	first := known(observation("shop", "a", node("config", -1, v1alpha1.Held)), "1")
	s, c := start(t, time.Minute, []string{"prod"}, first, observation("shop", "b", node("config", -1, v1alpha1.Delivered)))
	until(t, c, func(s application.Snapshot, err error) bool { return err == nil && len(s.Delivered) == 1 })
	between := known(observation("shop", "a", node("config", -1, v1alpha1.Held)), "2")
	between.ResourceVersion = "8"
	last := known(observation("shop", "a", node("config", -1, v1alpha1.Delivered)), "3")
	last.ResourceVersion = "10"
	s.write(last)
	names := []types.NamespacedName{{Namespace: "prod", Name: "web-a"}, {Namespace: "prod", Name: "web-b"}}
	got, err := c.Current(t.Context(), "shop", names)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"Web.kro.run/prod/a": {"config"}}
	if diff := cmp.Diff(want, got.Delivered); diff != "" || valueOf(got) != "3" {
		t.Errorf("the value is %v; delivered: -want +got\n%s", valueOf(got), diff)
	}
	s.send(t, "MODIFIED", between)
	gone := between
	gone.ResourceVersion = "9"
	s.send(t, "DELETED", gone)
	s.send(t, "ADDED", observation("shop", "c", node("config", -1, v1alpha1.Delivered)))
	later := until(t, c, func(s application.Snapshot, err error) bool {
		return err == nil && len(s.Delivered["Web.kro.run/prod/c"]) == 1
	})
	if value := valueOf(later); value != "3" || len(later.Delivered["Web.kro.run/prod/a"]) != 1 {
		t.Errorf("the watch has brought back %v, and %v is delivered", value, later.Delivered)
	}
	if _, err := c.Current(t.Context(), "shop", []types.NamespacedName{{Namespace: "test", Name: "web-a"}}); err == nil || !strings.Contains(err.Error(), "read Observation test/web-a: its namespace is not one of those that are watched") {
		t.Errorf("the error for a namespace that is not watched is %v", err)
	}
	s.set(http.StatusForbidden)
	if _, err := c.Current(t.Context(), "shop", names); err == nil || !strings.Contains(err.Error(), "read Observation prod/web-") {
		t.Errorf("the error without rights is %v", err)
	}
}

// TestNobodyThere: a server that never answers fails renders in time, and so does a caller who leaves.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	c, err := feedback.New(feedback.Options{Config: &rest.Config{Host: "http://127.0.0.1:1"}, Patience: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Observed(t.Context(), "shop")
	if want := "the Observations of the cluster are not known yet"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err = c.Observed(left, "shop"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller has left the error is %v", err)
	}
}

// TestDelivered: the addresses of what was delivered, through nested instances.
func TestDelivered(t *testing.T) {
	t.Parallel()
	part := func(item int32) v1alpha1.ObservedNode {
		n := node("parts", item, v1alpha1.Delivered)
		n.APIVersion, n.Kind, n.Name = "kro.run/v1alpha1", "Web", fmt.Sprintf("part%d", item)
		return n
	}
	circle := node("self", -1, v1alpha1.Delivered)
	circle.APIVersion, circle.Kind, circle.Name = "kro.run/v1alpha1", "Web", "circle"
	for name, c := range map[string]struct {
		reason string
		list   []v1alpha1.Observation
		want   []string // of the first one
		atMost int      // where the list is cut
	}{
		"deliveries": {reason: "only what was delivered can be withdrawn", list: []v1alpha1.Observation{observation("shop", "a",
			node("a", -1, v1alpha1.Delivered), node("b", -1, v1alpha1.Held), node("c", -1, v1alpha1.External), node("d", -1, v1alpha1.Waiting), node("e", -1, v1alpha1.Withdrawn))}, want: []string{"a"}},
		"items":  {reason: "an item has its position", list: []v1alpha1.Observation{observation("shop", "a", node("a", 0, v1alpha1.Delivered), node("a", 1, v1alpha1.Delivered))}, want: []string{"a[0]", "a[1]"}},
		"nested": {reason: "a nested instance has an Observation of its own", list: []v1alpha1.Observation{observation("shop", "a", part(0), part(1)), observation("shop", "part1", node("config", -1, v1alpha1.Delivered))}, want: []string{"parts[0]", "parts[1]", "parts[1]/config"}},
		"circle": {reason: "anybody can write an Observation", list: []v1alpha1.Observation{observation("shop", "circle", circle)}, want: []string{"self", "self/self"}, atMost: 2},
	} {
		_, cache := start(t, time.Minute, nil, c.list...)
		s, err := cache.Observed(t.Context(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		got := s.Delivered["Web.kro.run/prod/"+c.list[0].Spec.Instance.Name]
		if c.atMost > 0 {
			got = got[:c.atMost]
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s: -want +got\n%s", name, c.reason, diff)
		}
	}
}
