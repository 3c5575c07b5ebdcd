package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/krowave/krowave/gitops/flux/reconciler"
	"github.com/krowave/krowave/gitops/observe/observer"
)

var update = flag.Bool("update", false, "write docs/reference/flux-controller.md")

const page = "../../docs/reference/flux-controller.md"

// TestReference: the page has every flag, default and metric, because it is written from them.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# The Flux controller

<!-- Written by go test ./cmd/flux-controller -update from the command itself; do not edit. -->

` + "`flux-controller`" + ` reconciles [GraphArtifacts](graphartifact.md) into ExternalArtifacts and answers [Observations](observation.md). How to install it and
what to do with it is in [flux.md](../how-to/flux.md). Its flags, metrics and events are those of Flux's own controllers, with a few of its own.

## Flags

| flag | value | default | meaning |
|---|---|---|---|
`)
	describeFlags(&b)
	b.WriteString(aboutEnvironment)
	describeMetrics(t, &b)
	b.WriteString(aboutEvents)
	want, err := os.ReadFile(page)
	if *update {
		err = os.WriteFile(page, []byte(b.String()), 0o644)
		want = []byte(b.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what the command says; run make update: -page +command\n%s", page, diff)
	}
}

func describeFlags(b *strings.Builder) {
	(&options{}).flags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		initial := f.DefValue
		if initial == "false" {
			initial = ""
		}
		fmt.Fprintf(b, "| `--%s` | %s | %s | %s |\n", f.Name, value, initial, strings.ReplaceAll(usage, "|", "\\|"))
	})
}

const aboutEnvironment = `
## Variables

| variable | meaning |
|---|---|
| ` + "`RUNTIME_NAMESPACE`" + ` | the namespace of the pod: that of the lease, and with ` + "`--watch-all-namespaces=false`" + ` the only one |
| ` + "`STORAGE_PATH`, `STORAGE_ADDRESS`, `STORAGE_ADV_ADDR`" + ` | ` + "`--storage-path`, `--storage-addr` and `--storage-adv-addr`" + ` where these are not given |
| ` + "`KUBECONFIG`" + ` | the file that says how to reach the cluster, outside of one |

## Endpoints

| address | path | what it has |
|---|---|---|
| ` + "`--storage-addr`" + ` | ` + "`/externalartifact/<namespace>/<name>/<digest>.tar.gz`" + ` | artifacts, for GET and HEAD; only the process that leads listens there |
| ` + "`--health-addr`" + ` | ` + "`/healthz`" + ` | 200 while the process runs |
| | ` + "`/readyz`" + ` | 200 while it leads and serves artifacts |
| ` + "`--metrics-addr`" + ` | ` + "`/metrics`" + ` | metrics |
| | ` + "`/debug/pprof/`" + ` | profiles |

## Shards

With ` + "`--watch-label-selector=sharding.fluxcd.io/key=shard1`" + ` a controller has the GraphArtifacts with this label and their Observations, and a lease of its own. The
main one runs with ` + "`--watch-label-selector='!sharding.fluxcd.io/key'`" + `. Each needs a name and a Service of its own, for ` + "`--storage-adv-addr`" + `.
`

const aboutEvents = `
## Events

Events are about the ExternalArtifact of a GraphArtifact, the kind that the Alerts of Flux know. They go to Kubernetes and, with ` + "`--events-addr`" + `, to
notification-controller.

| type | reason | when |
|---|---|---|
| Normal | ` + "`ReconciliationSucceeded`" + ` | everything that the source gives is delivered |
| Normal | ` + "`Progressing`" + ` | an artifact was published, and nodes wait |
| Warning | that of the condition ` + "`Ready`" + ` | a problem appeared, or is another one |

Their metadata:

| key | value |
|---|---|
| ` + "`event.toolkit.fluxcd.io/revision`, `…/digest`" + ` | those of the artifact |
| ` + "`event.toolkit.fluxcd.io/originRevision`" + ` | the revision of the source, for commit statuses; also when the artifact stays the same |
| ` + "`event.toolkit.fluxcd.io/commit_status`" + ` | ` + "`update`" + `, so that a commit status is set when all is well, too |
| every other annotation of the GraphArtifact that starts with ` + "`event.toolkit.fluxcd.io/`" + ` | as it stands there, such as ` + "`change_request`" + ` |
`

// catalog takes down what is registered.
type catalog struct {
	prometheus.Registerer

	rows []string
}

var description = regexp.MustCompile(`fqName: "([^"]*)", help: "([^"]*)", .*variableLabels: \{([^}]*)\}`)

// Register implements prometheus.Registerer.
func (c *catalog) Register(metric prometheus.Collector) error {
	all := make(chan *prometheus.Desc, 10)
	metric.Describe(all)
	close(all)
	for d := range all {
		m := description.FindStringSubmatch(d.String())
		if m == nil {
			return fmt.Errorf("cannot read %s", d)
		}
		c.rows = append(c.rows, fmt.Sprintf("| `%s` | %s | %s |\n", m[1], strings.ReplaceAll(m[3], ",", ", "), m[2]))
	}
	return nil
}

func describeMetrics(t *testing.T, b *strings.Builder) {
	t.Helper()
	b.WriteString(`
## Metrics

Beside these there are those of controller-runtime (` + "`controller_runtime_*`, `workqueue_*`, `rest_client_*`" + `), of the Go runtime and of the process. Conditions are
shown by kube-state-metrics, as with Flux.

| metric | labels | meaning |
|---|---|---|
`)
	c := &catalog{}
	if _, err := reconciler.NewMetrics(c); err != nil {
		t.Fatal(err)
	}
	// Nobody answers there, and nobody is asked.
	types, err := scheme()
	if err != nil {
		t.Fatal(err)
	}
	mgr, err := ctrl.NewManager(&rest.Config{Host: "http://127.0.0.1:1"}, ctrl.Options{
		Scheme: types, Metrics: metricsserver.Options{BindAddress: "0"},
		MapperProvider: func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return meta.NewDefaultRESTMapper(nil), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := (&observer.Reconciler{Client: mgr.GetClient()}).SetupWithManager(t.Context(), mgr, observer.Options{Metrics: c}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(c.rows)
	b.WriteString(strings.Join(c.rows, ""))
}
