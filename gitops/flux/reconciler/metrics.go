package reconciler

import (
	"fmt"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Metrics are what is counted. A nil Metrics counts nothing.
type Metrics struct {
	duration *prometheus.HistogramVec
	render   prometheus.Histogram
	bytes    *prometheus.GaugeVec
	objects  *prometheus.GaugeVec
	waiting  *prometheus.GaugeVec
	artifact *prometheus.CounterVec
}

// NewMetrics registers the metrics.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	object := []string{"name", "namespace"}
	m := &Metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gotk_reconcile_duration_seconds", Help: "The time of a reconcile.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 9),
		}, []string{"kind", "name", "namespace"}),
		render: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "krowave_render_duration_seconds", Help: "The time to fetch, compile and render a source.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}),
		bytes: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "krowave_artifact_bytes", Help: "The size of the artifact of a GraphArtifact as it is sent.",
		}, object),
		objects: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "krowave_inventory_objects", Help: "The number of objects that a GraphArtifact has delivered.",
		}, object),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "krowave_waiting_nodes", Help: "The number of nodes that a GraphArtifact waits with, at most 100, by reason.",
		}, append([]string{"reason"}, object...)),
		artifact: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "krowave_artifacts_published_total", Help: "The number of artifacts that were published.",
		}, object),
	}
	for _, c := range []prometheus.Collector{m.duration, m.render, m.bytes, m.objects, m.waiting, m.artifact} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of GraphArtifacts: %w", err)
		}
	}
	return m, nil
}

func (m *Metrics) reconciled(g *v1alpha1.GraphArtifact, took time.Duration) {
	if m == nil {
		return
	}
	m.duration.WithLabelValues(v1alpha1.GraphArtifactKind, g.Name, g.Namespace).Observe(took.Seconds())
	m.objects.WithLabelValues(g.Name, g.Namespace).Set(float64(len(g.Status.Inventory)))
	m.waiting.DeletePartialMatch(prometheus.Labels{"name": g.Name, "namespace": g.Namespace})
	for _, w := range g.Status.Waiting {
		m.waiting.WithLabelValues(w.Reason, g.Name, g.Namespace).Inc()
	}
}

func (m *Metrics) rendered(took time.Duration) {
	if m != nil {
		m.render.Observe(took.Seconds())
	}
}

func (m *Metrics) published(g *v1alpha1.GraphArtifact, artifact *meta.Artifact) {
	if m == nil {
		return
	}
	m.artifact.WithLabelValues(g.Name, g.Namespace).Inc()
	if artifact.Size != nil {
		m.bytes.WithLabelValues(g.Name, g.Namespace).Set(float64(*artifact.Size))
	}
}

// forget removes what is counted of a GraphArtifact that is gone.
func (m *Metrics) forget(key types.NamespacedName) {
	if m == nil {
		return
	}
	labels := prometheus.Labels{"name": key.Name, "namespace": key.Namespace}
	for _, v := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.duration, m.bytes, m.objects, m.waiting, m.artifact} {
		v.DeletePartialMatch(labels)
	}
}
