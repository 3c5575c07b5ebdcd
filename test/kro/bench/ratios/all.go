package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/test/kro/bench"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// all measures everything.
func (s settings) all(ctx context.Context, out io.Writer) error {
	cases, err := bench.Cases(ctx)
	if err != nil {
		return err
	}
	if s.only != "" {
		c, err := bench.Find(ctx, s.only)
		if err != nil {
			return err
		}
		cases = []trial.Case{c}
	}
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	t := table{out: out}
	t.head()
	if err := s.warm(o, cases, &t); err != nil { //nolint:contextcheck // the validation of a CRD takes a context and never waits
		return err
	}
	if s.processes > 0 {
		for _, c := range cases {
			if err := s.cold(ctx, o, c, &t); err != nil {
				return err
			}
		}
	}
	return t.err
}

// warm compares inside this process.
func (s settings) warm(o *oracle.Oracle, cases []trial.Case, t *table) error {
	engine, err := render.NewEngine()
	if err != nil {
		return err
	}
	for _, c := range cases {
		kro, err := bench.Kro(o, c)
		if err != nil {
			return err
		}
		krowave, err := bench.Krowave(engine, c)
		if err != nil {
			return err
		}
		pair, err := s.meter.Compare(kro.Compile, krowave.Compile)
		if err != nil {
			return err
		}
		t.row("compile", c.Name, pair)
		if kro.Render == nil {
			continue
		}
		pair, err = s.meter.Compare(discard(kro), discard(krowave))
		if err != nil {
			return err
		}
		t.row("render", c.Name, pair)
	}
	return nil
}

// discard renders and drops the objects.
func discard(side bench.Side) func() error {
	return func() error {
		_, err := side.Render()
		return err
	}
}

// table prints rows in Markdown and keeps the first error of the writer.
type table struct {
	out io.Writer
	err error
}

func (t *table) print(format string, args ...any) {
	if _, err := fmt.Fprintf(t.out, format, args...); t.err == nil {
		t.err = err
	}
}

func (t *table) head() {
	t.print("| work | case | kro | krowave | times as fast | of cpu | kro allocations | krowave | kro bytes | krowave |\n")
	t.print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
}

func (t *table) row(work, name string, p bench.Pair) {
	t.print("| %s | %s | %s | %s | %.1f | %.1f | %.0f | %.0f | %s | %s |\n", work, name,
		duration(p.Kro.Time), duration(p.Krowave.Time), p.Faster, p.Cheaper, p.Kro.Allocs, p.Krowave.Allocs, size(p.Kro.Bytes), size(p.Krowave.Bytes))
}

func duration(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

func size(bytes float64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.0f kB", bytes/1e3)
	}
	return fmt.Sprintf("%.1f MB", bytes/1e6)
}
