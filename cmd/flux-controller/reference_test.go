package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"github.com/krowave/krowave/gitops/flux/reconciler"
)

const page = "../../docs/reference/flux-controller.md"

var update = flag.Bool("update", false, "write the page")

// TestReference: the page has every flag, default and metric, because it is written from them.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# The Flux controller

<!-- Written by go test ./cmd/flux-controller -update from the command itself; do not edit. -->

` + "`flux-controller`" + ` reconciles [GraphArtifacts](graphartifact.md) and answers [Observations](observation.md). How to use it is in
[flux.md](../how-to/flux.md); ` + "`deploy/flux`" + ` installs it.

## Flags

Flags that other controllers of Flux have mean the same here.

| flag | default | meaning |
|---|---|---|
`)
	describeFlags(&b)
	b.WriteString(variables)
	describeMetrics(t, &b)
	b.WriteString(prose)
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
	o := &options{}
	o.flags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if value != "" {
			name += " " + value
		}
		initial := f.DefValue
		if initial == "[]" || initial == "" {
			initial = " "
		} else {
			initial = "`" + initial + "`"
		}
		usage = strings.ReplaceAll(strings.ReplaceAll(usage, "|", "\\|"), "\n", " ")
		_, _ = fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, initial, usage)
	})
}

var description = regexp.MustCompile(`fqName: "([^"]*)", help: "([^"]*)", .*variableLabels: \{([^}]*)\}`)

// registry takes what is registered down.
type registry struct {
	prometheus.Registerer

	all []prometheus.Collector
}

func (r *registry) Register(c prometheus.Collector) error {
	r.all = append(r.all, c)
	return nil
}

func describeMetrics(t *testing.T, b *strings.Builder) {
	t.Helper()
	r := &registry{}
	if _, err := reconciler.NewMetrics(r); err != nil {
		t.Fatal(err)
	}
	descriptions := make(chan *prometheus.Desc, 100)
	for _, c := range r.all {
		c.Describe(descriptions)
	}
	close(descriptions)
	var rows []string
	for d := range descriptions {
		m := description.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot read %s", d)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", m[1], strings.ReplaceAll(m[3], ",", ", "), m[2]))
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(rows, ""))
}

const variables = `
## Variables

| variable | meaning |
|---|---|
| ` + "`RUNTIME_NAMESPACE`" + ` | The namespace of the controller: what is watched with ` + "`--watch-all-namespaces=false`" + `, and where the lease is. |
| ` + "`KUBECONFIG`" + ` | A kubeconfig; in a pod its service account is used. |
| ` + "`STORAGE_PATH`, `STORAGE_ADDRESS`, `STORAGE_ADV_ADDRESS`" + ` | The defaults of the flags of these names. |

## Endpoints

| address | path | answer |
|---|---|---|
| ` + "`--storage-addr`" + ` | the path of an artifact | the artifact, to GET and HEAD; everything else is not found |
| ` + "`--health-addr`" + ` | ` + "`/healthz`" + ` | whether the process lives |
| | ` + "`/readyz`" + ` | whether it leads and serves artifacts |
| ` + "`--metrics-addr`" + ` | ` + "`/metrics`" + ` | metrics |
| | ` + "`/debug/pprof/`" + ` | profiles |

## Metrics

Besides these there are those of controller-runtime (` + "`controller_runtime_*`, `workqueue_*`, `rest_client_*`" + `), of the observer
(` + "`krowave_observer_*`" + `), of the Go runtime and of the process.

| metric | labels | meaning |
|---|---|---|
`

const prose = `
## Events

Events are about the ExternalArtifact of a GraphArtifact, as Kubernetes events and, with ` + "`--events-addr`" + `, to notification-controller. Their
metadata have ` + "`revision`, `digest` and `originRevision`" + `, the last being that of the commit, so that Alerts set commit statuses. Annotations
` + "`event.toolkit.fluxcd.io/*`" + ` of the GraphArtifact are added.

| reason | severity | when |
|---|---|---|
| ` + "`Progressing`" + ` | info | an artifact was published, or another commit gives the same one, and there are steps to come |
| ` + "`ReconciliationSucceeded`" + ` | info | everything that the source gives is delivered |
| the reason of the condition Ready | error | a reconcile failed, once for each problem and commit |

## Shards

With ` + "`--watch-label-selector`" + ` a controller takes the GraphArtifacts with these labels. Their Observations get the labels that the selector
names, so that the same controller answers them. Each shard has a lease and a storage of its own.
`
