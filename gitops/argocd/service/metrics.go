package service

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc/codes"

	"github.com/krowave/krowave/gitops/argocd/application"
)

// Metrics are what a [Service] counts. They are a [prometheus.Collector]; register each on one registry only. The
// names are listed in docs/reference/cmp-server.md.
type Metrics struct {
	requests *prometheus.CounterVec
	phases   *prometheus.HistogramVec
	bytes    prometheus.Counter
	uploads  *prometheus.CounterVec
	renders  *prometheus.CounterVec
	answers  *prometheus.CounterVec
	compiled prometheus.Counter
	errors   *prometheus.CounterVec
	held     prometheus.Counter
	inFlight prometheus.Gauge
	queue    prometheus.Gauge
	kept     *prometheus.GaugeVec
}

// NewMetrics answers metrics that are all zero.
func NewMetrics() *Metrics {
	counter := func(name, help string) prometheus.CounterOpts { return prometheus.CounterOpts{Name: name, Help: help} }
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	return &Metrics{
		requests: prometheus.NewCounterVec(counter("krowave_cmp_requests_total", "Requests answered, by RPC and gRPC code."), []string{"rpc", "code"}),
		phases: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "krowave_cmp_phase_seconds", Help: "Seconds that requests spent in a phase: receive, queue or render.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 13),
		}, []string{"rpc", "phase"}),
		bytes:    prometheus.NewCounter(counter("krowave_cmp_upload_bytes_total", "Compressed bytes of uploads.")),
		uploads:  prometheus.NewCounterVec(counter("krowave_cmp_uploads_total", "Uploads received whole, by whether their tree was at hand (cache hit) or was unpacked (miss)."), []string{"cache"}),
		renders:  prometheus.NewCounterVec(counter("krowave_cmp_renders_total", "Requests to render, by whether they started a render (own) or joined one under way (shared)."), []string{"render"}),
		answers:  prometheus.NewCounterVec(counter("krowave_cmp_answers_total", "Rendered answers, by whether they were kept from before (cache hit) or made (miss)."), []string{"cache"}),
		compiled: prometheus.NewCounter(counter("krowave_cmp_compiles_total", "Answers for which RGDs had to be compiled.")),
		errors:   prometheus.NewCounterVec(counter("krowave_cmp_errors_total", "Requests that failed, by class: invalid, held, rejected, deadline, canceled, panic or system."), []string{"class"}),
		held:     prometheus.NewCounter(counter("krowave_cmp_held_resources_total", "Resources left out of answers because a run-time value was missing.")),
		inFlight: gauge("krowave_cmp_requests_in_flight", "Requests under way."),
		queue:    gauge("krowave_cmp_queue_length", "Renders that wait for their turn."),
		kept: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "krowave_cmp_cache_bytes", Help: "Bytes that are kept, as far as they are reckoned: uploads, answers, compiled programs and parsed files.",
		}, []string{"cache"}),
	}
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.phases, m.bytes, m.uploads, m.renders, m.answers, m.compiled, m.errors, m.held, m.inFlight, m.queue, m.kept}
}

// Describe implements [prometheus.Collector].
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	for _, c := range m.all() {
		c.Describe(out)
	}
}

// Collect implements [prometheus.Collector].
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	for _, c := range m.all() {
		c.Collect(out)
	}
}

// arrived counts an upload that was received whole.
func (m *Metrics) arrived(r received) {
	m.bytes.Add(float64(r.upload.Compressed))
	m.uploads.WithLabelValues(outcome(r.reused)).Inc()
}

// keeper is a renderer that says how many bytes it keeps.
type keeper interface {
	Kept() (answers, programs, files int64)
}

// keeps notes what is kept.
func (m *Metrics) keeps(uploads int64, r Renderer) {
	m.kept.WithLabelValues("uploads").Set(float64(uploads))
	if k, ok := r.(keeper); ok {
		answers, programs, files := k.Kept()
		m.kept.WithLabelValues("answers").Set(float64(answers))
		m.kept.WithLabelValues("programs").Set(float64(programs))
		m.kept.WithLabelValues("files").Set(float64(files))
	}
}

// rendered counts what an answer tells of itself.
func (m *Metrics) rendered(a *application.Answer) {
	m.answers.WithLabelValues(outcome(a.Cached)).Inc()
	if a.Compiled {
		m.compiled.Inc()
	}
	m.held.Add(float64(len(a.Held)))
}

// outcome is the value of the label cache.
func outcome(hit bool) string { //nolint:revive // a label has two values
	if hit {
		return "hit"
	}
	return "miss"
}

// answered counts an answer.
func (m *Metrics) answered(rpc string, code codes.Code, class string) {
	m.requests.WithLabelValues(rpc, code.String()).Inc()
	if class != "" {
		m.errors.WithLabelValues(class).Inc()
	}
}

// took counts the time that a request spent in the phases that it entered.
func (m *Metrics) took(rpc string, spent [phases]time.Duration, entered [phases]bool) {
	for p := range phases {
		if entered[p] {
			m.phases.WithLabelValues(rpc, phase(p).String()).Observe(spent[p].Seconds())
		}
	}
}
