package observer

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/krowave/krowave/gitops/observe/watch"
)

// metrics are those of the observer; docs/reference/observation.md documents them.
type metrics struct {
	writes *prometheus.CounterVec
}

// newMetrics registers the metrics, if there is somewhere to.
func newMetrics(to prometheus.Registerer, w *watch.Watcher) (*metrics, error) {
	m := &metrics{writes: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "krowave_observer_status_writes_total",
		Help: "Statuses that were written because they differed, by what they belong to: observation or instance.",
	}, []string{"kind"})}
	if to == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.writes, watches{
		watcher: w,
		active:  prometheus.NewDesc("krowave_observer_watches", "Watches of the API that are kept.", nil, nil),
		failing: prometheus.NewDesc("krowave_observer_watches_failing", "Watches of the API that do not work, for instance for want of rights.", nil, nil),
		objects: prometheus.NewDesc("krowave_observer_objects", "Live objects of which fields are kept.", nil, nil),
	}} {
		if err := to.Register(c); err != nil {
			return nil, fmt.Errorf("register a collector: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) wrote(kind string) { m.writes.WithLabelValues(kind).Inc() }

// watches counts when somebody asks.
type watches struct {
	watcher                  *watch.Watcher
	active, failing, objects *prometheus.Desc
}

// Describe implements [prometheus.Collector].
func (w watches) Describe(to chan<- *prometheus.Desc) {
	to <- w.active
	to <- w.failing
	to <- w.objects
}

// Collect implements [prometheus.Collector].
func (w watches) Collect(to chan<- prometheus.Metric) {
	s := w.watcher.Stats()
	for desc, n := range map[*prometheus.Desc]int{w.active: s.Watches, w.failing: s.Failing, w.objects: s.Objects} {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n))
	}
}
