package service

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// phase is what a request is doing.
type phase int

const (
	receiving phase = iota
	queued
	rendering
	phases int = iota
)

// String is the phase's name in logs, metrics and spans.
func (p phase) String() string {
	return [...]string{"receive", "queue", "render"}[p]
}

// stopwatch adds up the time that a request spends in each phase, and makes a span of each stay.
// It is safe for concurrent use: a deadline reads it while an upload is still being received.
type stopwatch struct {
	now    func() time.Time
	tracer trace.Tracer
	ctx    context.Context //nolint:containedctx // the parent of the spans, which end before the request does

	mu      sync.Mutex
	current phase
	since   time.Time
	span    trace.Span
	spent   [phases]time.Duration
	entered [phases]bool
	stopped bool
}

// startWatch starts in the phase receiving.
func startWatch(ctx context.Context, now func() time.Time, tracer trace.Tracer) *stopwatch {
	w := &stopwatch{now: now, tracer: tracer, ctx: ctx}
	w.begin(receiving, now())
	return w
}

// enter ends the current phase and begins another one.
func (w *stopwatch) enter(p phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || p == w.current {
		return
	}
	now := w.now()
	w.finish(now)
	w.begin(p, now)
}

// stop ends the current phase for good.
func (w *stopwatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.finish(w.now())
		w.stopped = true
	}
}

// times are the time spent in each phase until now, and which of them have been entered.
func (w *stopwatch) times() ([phases]time.Duration, [phases]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	spent := w.spent
	if !w.stopped {
		spent[w.current] += w.now().Sub(w.since)
	}
	return spent, w.entered
}

func (w *stopwatch) begin(p phase, now time.Time) {
	w.current, w.since, w.entered[p] = p, now, true
	_, w.span = w.tracer.Start(w.ctx, p.String())
}

func (w *stopwatch) finish(now time.Time) {
	w.spent[w.current] += now.Sub(w.since)
	w.span.End()
}
