package observe_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/observer"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/cluster"
	"github.com/krowave/krowave/test/e2e/process"
)

// The environment of a measurement: how many Observations, and the kubeconfig of the process that is measured.
const (
	scaleVariable    = "KROWAVE_SCALE"
	observerVariable = "KROWAVE_TEST_OBSERVER"
)

// TestMain runs the tests, or an observer alone.
func TestMain(m *testing.M) {
	if kubeconfig := os.Getenv(observerVariable); kubeconfig != "" {
		if err := alone(kubeconfig); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// alone runs an observer until it is told to end.
func alone(kubeconfig string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"}, Cache: cache.Options{DefaultTransform: observer.Transform},
	})
	if err != nil {
		return err
	}
	if err := (&observer.Reconciler{}).SetupWithManager(ctx, mgr, observer.Options{ClusterWide: true}); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// scaled is an Observation of five nodes.
const scaled = `
apiVersion: krowave.dev/v1alpha1
kind: Observation
metadata: {name: x%[2]d, namespace: %[1]s}
spec:
  instance: {apiVersion: kro.run/v1, kind: App, namespace: %[1]s, name: x%[2]d}
  rgd: {name: app, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
  status: {arn: "${bucket.status.arn}"}
  nodes:
  - {id: bucket, apiVersion: s3.example.com/v1, kind: Bucket, namespace: %[1]s, name: x%[2]d, delivery: Delivered, readiness: Status, fields: [status.arn]}
  - {id: one, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, name: x%[2]d-1, delivery: Delivered, readiness: Exists, fields: [data.k]}
  - {id: two, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, name: x%[2]d-2, delivery: Delivered, readiness: Exists, fields: [data.k]}
  - {id: three, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, name: x%[2]d-3, delivery: Delivered, readiness: Exists}
  - {id: four, apiVersion: v1, kind: ConfigMap, namespace: %[1]s, name: x%[2]d-4, delivery: Delivered, readiness: Exists}
`

// TestScale: every Observation of many is answered, and a value that changes reaches the right one. It also measures memory and
// latency; with as many Observations as a large cluster has it takes minutes:
//
//	KROWAVE_SCALE=10000 go test ./observe -run TestScale -v -timeout 40m
func TestScale(t *testing.T) {
	size := 100
	if text := os.Getenv(scaleVariable); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s is the number of Observations: %v", scaleVariable, err)
		}
	}
	c := cluster.Start(t, cluster.Options{Servers: process.Servers(t, os.Getenv)})
	definitions, err := os.ReadFile("../../../deploy/crds/krowave.dev_observations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(t, cluster.Parse(t, string(definitions)+"\n---\n"+fmt.Sprintf(crd, "Bucket", "buckets", "s3.example.com")+"\n---\n"+fmt.Sprintf(crd, "App", "apps", "kro.run"))...)
	for _, name := range []string{"observations.krowave.dev", "buckets.s3.example.com", "apps.kro.run"} {
		c.Established(t, name)
	}
	w := world{c: c, namespace: "scale"}
	c.Namespace(t, w.namespace)
	fill(t, w, size)

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// As the deployment gives it: the limit of the container.
	p := process.Start(t, process.Spec{Name: "observer", Path: self, Env: []string{observerVariable + "=" + c.Kubeconfig, "GOMEMLIMIT=256MiB"}})
	await.True(t, "all Observations to be answered", 10*await.Long, func() (bool, string) {
		if how, ended := p.Ended(); ended {
			t.Fatalf("%s\n%s", how, p.Tail())
		}
		n := answered(t, w)
		return n == size, fmt.Sprintf("%d of %d", n, size)
	})
	t.Logf("%d Observations: resident at most %s, %s at rest", size, memory(t, "VmHWM"), memory(t, "VmRSS"))

	var took []time.Duration
	for i := range 21 {
		took = append(took, change(t, w, i*size/21, fmt.Sprintf("arn:later-%d", i)))
	}
	slices.Sort(took)
	t.Logf("a value to the Observation: %s at the median, %s at most", took[len(took)/2], took[len(took)-1])
	t.Logf("resident at most %s", memory(t, "VmHWM"))
}

// fill makes Observations and their objects.
func fill(t *testing.T, w world, size int) {
	t.Helper()
	var g errgroup.Group
	g.SetLimit(16)
	var made atomic.Int64
	for i := range size {
		g.Go(func() error {
			text := fmt.Sprintf("apiVersion: s3.example.com/v1\nkind: Bucket\nmetadata: {name: x%[2]d, namespace: %[1]s}\nspec: {}\nstatus: {arn: 'arn:%[2]d'}\n---\n", w.namespace, i)
			for j := 1; j <= 4; j++ {
				text += fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x%d-%d, namespace: %s}\ndata: {k: v, other: '%s'}\n---\n", i, j, w.namespace, strings.Repeat("x", 500))
			}
			for _, u := range cluster.Parse(t, text+fmt.Sprintf(scaled, w.namespace, i)) {
				if _, err := w.c.TryApply(t.Context(), u); err != nil {
					return err
				}
			}
			made.Add(1)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatalf("after %d: %v", made.Load(), err)
	}
}

// answered counts the Observations with all nodes.
func answered(t *testing.T, w world) int {
	t.Helper()
	client, err := w.c.Client(w.ref("Observation").GVK, w.namespace)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	list, err := client.List(t.Context(), listAll())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range list.Items {
		nodes, _, _ := unstructured.NestedSlice(u.Object, "status", "nodes")
		if len(nodes) == 5 {
			n++
		}
	}
	return n
}

// change writes a value and answers how long it takes to the Observation, seen by a watch.
func change(t *testing.T, w world, i int, value string) time.Duration {
	t.Helper()
	client, err := w.c.Client(w.ref("Observation").GVK, w.namespace)
	if err != nil {
		t.Fatal(err)
	}
	events, err := client.Watch(t.Context(), named(fmt.Sprintf("x%d", i)))
	if err != nil {
		t.Fatal(err)
	}
	defer events.Stop()
	start := time.Now() //nolint:forbidigo // what is measured
	w.c.Merge(t, cluster.Named("s3.example.com/v1", "Bucket", w.namespace, fmt.Sprintf("x%d", i)), map[string]any{"status": map[string]any{"arn": value}}, "status")
	for e := range events.ResultChan() {
		u, ok := e.Object.(*unstructured.Unstructured)
		if !ok {
			continue
		}
		if arn, _, _ := unstructured.NestedString(u.Object, "status", "projection", "arn"); arn == value {
			return time.Since(start) //nolint:forbidigo // what is measured
		}
	}
	t.Fatal("the watch ended")
	return 0
}

// memory reads a line of the process's status.
func memory(t *testing.T, what string) string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		environ, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(environ), observerVariable+"=") {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(file), "status"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, what+":"); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
	return "unknown"
}
