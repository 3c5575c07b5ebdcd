package argocd_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/gitops/observe/observer"
	"github.com/krowave/krowave/gitops/observe/refresh"
	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/plugin"
)

// observe runs an observer that makes Argo CD render again, until the test ends.
func observe(t *testing.T, s *suite) {
	t.Helper()
	definition, err := os.ReadFile("../../../deploy/crds/krowave.dev_observations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.cluster.Apply(t, cluster.Parse(t, string(definition))...)
	s.cluster.Established(t, "observations.krowave.dev")
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	mgr, err := ctrl.NewManager(s.cluster.Config, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	requester := refresh.New(refresh.Options{Client: mgr.GetClient(), Namespace: argocd.Namespace})
	if err := mgr.Add(requester); err != nil {
		t.Fatal(err)
	}
	if err := (&observer.Reconciler{Notify: requester.Notify}).SetupWithManager(t.Context(), mgr, observer.Options{}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- mgr.Start(t.Context()) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Errorf("the observer: %v", err)
		}
	})
}

// feedback: a value that only the cluster knows reaches the resource that needs it without a commit, and takes nothing away when it goes.
func feedback(t *testing.T, s *suite) {
	t.Helper()
	observe(t, s)
	k := newStack(t, s, "Fed")
	k.repo.Write(t, "app/rgd.yaml", k.text(t, "feedback/rgd.yaml", ""))
	k.repo.Write(t, "app/one.yaml", "apiVersion: e2e.krowave.dev/v1alpha1\nkind: Fed\nmetadata: {name: one}\nspec: {}\n")
	commit := k.repo.Commit(t, "Deploy")
	p := plugin.New(t, s.program, "observing", s.argocd.Plugins, "--observations", "--kubeconfig="+s.cluster.Kubeconfig)
	p.Start(t)
	observations := schema.FromAPIVersionAndKind("krowave.dev/v1alpha1", "Observation")
	record := s.cluster.Record(t, k.namespace, observations, configMaps(), schema.FromAPIVersionAndKind("v1", "Service"))
	spec := k.spec()
	spec.Source.Plugin, spec.Heal = p.Name, true
	a := s.argocd.Apply(t, spec)

	// First what needs no value. Argo CD waits for the Service before it delivers the instance.
	service, address, reader := k.named("Service", "one-balancer"), k.named("ConfigMap", "one-address"), k.named("ConfigMap", "one-reader")
	observation := cluster.Ref{GVK: observations, Namespace: k.namespace, Name: demand.Name(v1alpha1.InstanceReference{
		APIVersion: "e2e.krowave.dev/v1alpha1", Kind: "Fed", Namespace: k.namespace, Name: "one",
	})}
	s.cluster.Exists(t, service)
	k.deliveries(t, observation, map[string]string{"balancer": "Delivered", "address": "Held", "reader": "Held"})
	await.True(t, "the order of the Observation and the Service", await.Long, func() (bool, string) {
		first, then := record.Seen(cluster.Created, "Observation/"+observation.Name), record.Seen(cluster.Created, "Service/one-balancer")
		if first > then && then > 0 {
			t.Fatalf("the Observation came after what it speaks of:\n%s", record)
		}
		return first > 0 && then > 0, record.String()
	})
	if u := s.cluster.Get(t, address); u != nil {
		t.Fatal("the address is there before anybody knows it")
	}

	// The value arrives, and nobody commits anything.
	k.balance(t, service, "192.0.2.7")
	if ip, _, _ := unstructured.NestedString(s.cluster.Exists(t, address).Object, "data", "ip"); ip != "192.0.2.7" {
		t.Errorf("the address is %q", ip)
	}
	s.cluster.Exists(t, reader)
	k.deliveries(t, observation, map[string]string{"balancer": "Delivered", "address": "Delivered", "reader": "Delivered"})
	a.Wait(t, "everything of the commit", func(s argocd.State) bool { return s.Synced(commit) && s.Health.Status == "Healthy" })
	before := k.uids(t, address, reader, service)

	// The value vanishes, and nothing goes.
	k.lose(t, p, service)
	a.Refresh(t, "normal")
	if diff := cmp.Diff(before, k.uids(t, address, reader, service)); diff != "" {
		t.Errorf("objects have gone or were replaced: -before +after\n%s\n%s", diff, record)
	}

	// Another one arrives.
	k.balance(t, service, "192.0.2.8")
	await.True(t, "the new address", await.Long, func() (bool, string) {
		ip, _, _ := unstructured.NestedString(s.cluster.Exists(t, address).Object, "data", "ip")
		return ip == "192.0.2.8", ip + "\n" + a.State(t).String()
	})
	a.Wait(t, "no error", func(s argocd.State) bool { return s.Synced(commit) && s.Condition("ComparisonError") == "" })
	if diff := cmp.Diff(before, k.uids(t, address, reader, service)); diff != "" {
		t.Errorf("objects have gone or were replaced: -before +after\n%s\n%s", diff, record)
	}
	nothingGone(t, record)
}

// nothingGone: no object that is recorded was deleted.
func nothingGone(t *testing.T, record *cluster.Recorder) {
	t.Helper()
	for _, e := range record.Events() {
		if e.Step == cluster.Deleting || e.Step == cluster.Deleted {
			t.Errorf("%s\n%s", e, record)
		}
	}
}

// lose takes a value away: the render fails, and says what it is about.
func (k *stack) lose(t *testing.T, p *plugin.Plugin, service cluster.Ref) {
	t.Helper()
	k.balance(t, service, "")
	// Argo CD shows the errors of a commit that it has rendered before only after some minutes: the log shows them at once.
	for _, want := range []string{"needs balancer.status.loadBalancer.ingress[0].ip", `of Fed.e2e.krowave.dev/fed/one were. An Observation asks`} {
		await.True(t, "a render that fails, and says "+want, await.Long, func() (bool, string) {
			output := p.Output()
			return strings.Contains(output, want), output[max(0, len(output)-1_000):]
		})
	}
	if failed := p.Metric(t, "krowave_cmp_errors_total", `class="held"`); failed == 0 {
		t.Error("no error is counted")
	}
}

func (k *stack) named(kind, name string) cluster.Ref {
	return cluster.Named("v1", kind, k.namespace, name)
}

// balance writes the status of a Service, as the controller of load balancers does; "" takes the address away.
func (k *stack) balance(t *testing.T, service cluster.Ref, ip string) {
	t.Helper()
	var ingress any
	if ip != "" {
		ingress = []any{map[string]any{"ip": ip}}
	}
	k.suite.cluster.Merge(t, service, map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": ingress}}}, "status")
}

// uids tell objects that were made again from those that stayed.
func (k *stack) uids(t *testing.T, refs ...cluster.Ref) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, ref := range refs {
		if u := k.suite.cluster.Get(t, ref); u != nil {
			all[ref.String()] = string(u.GetUID())
		}
	}
	return all
}

// deliveries waits until an Observation says of its nodes how far they have come.
func (k *stack) deliveries(t *testing.T, observation cluster.Ref, want map[string]string) {
	t.Helper()
	await.True(t, observation.String(), await.Long, func() (bool, string) {
		got := map[string]string{}
		nodes, _, _ := unstructured.NestedSlice(k.suite.cluster.Exists(t, observation).Object, "spec", "nodes")
		for _, n := range nodes {
			node, _ := n.(map[string]any)
			id, _ := node["id"].(string)
			got[id], _ = node["delivery"].(string)
		}
		diff := cmp.Diff(want, got)
		return diff == "", diff
	})
}
