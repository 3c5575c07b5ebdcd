package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/krowave/krowave/test/kro/bench/process"
)

// row is one size of repository.
type row struct {
	rgds           int
	krowave, peer  process.Cost // medians; the peer's wall time is that of its own report
	decode, encode time.Duration
	ratio          float64 // krowave's wall time in that of the peer, median of the rounds
	objects        int
	bytes          int64 // of the output
}

// compare measures all sizes and prints a table.
func (s settings) compare(ctx context.Context, sizes []int, out io.Writer) error {
	if _, err := fmt.Fprint(out, "| RGDs | instances | objects | output | krowave | cpu | peak | decode and encode | of that encode | peak | krowave / peer | krowave / that of a tenth |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"); err != nil {
		return err
	}
	var rows []row
	for _, size := range sizes {
		r, err := s.measure(ctx, size)
		if err != nil {
			return err
		}
		growth := "–"
		if i := slices.IndexFunc(rows, func(before row) bool { return before.rgds*10 == size }); i >= 0 {
			growth = fmt.Sprintf("%.1f", r.krowave.Wall.Seconds()/rows[i].krowave.Wall.Seconds())
		}
		rows = append(rows, r)
		if _, err := fmt.Fprintf(out, "| %d | %d | %d | %d MB | %.2f s | %.2f s | %d MB | %.2f s | %.2f s | %d MB | %.2f | %s |\n",
			r.rgds, r.rgds*instances, r.objects, r.bytes/1e6, r.krowave.Wall.Seconds(), r.krowave.CPU.Seconds(), r.krowave.Peak/1e6,
			r.peer.Wall.Seconds(), r.encode.Seconds(), r.peer.Peak/1e6, r.ratio, growth); err != nil {
			return err
		}
	}
	return nil
}

// measure generates a repository and runs both sides in turn.
func (s settings) measure(ctx context.Context, rgds int) (row, error) {
	dir := filepath.Join(s.dir, fmt.Sprintf("rgds-%d", rgds))
	if err := generate(dir, rgds); err != nil {
		return row{}, err
	}
	output := dir + ".yaml"
	r := row{rgds: rgds}
	var ours, theirs []process.Cost
	var ratios []float64
	for range s.rounds {
		cost, err := s.render(ctx, dir, output)
		if err != nil {
			return row{}, err
		}
		peer, report, err := s.ask(ctx, dir, output)
		if err != nil {
			return row{}, err
		}
		ours, theirs = append(ours, cost), append(theirs, peer)
		ratios = append(ratios, cost.Wall.Seconds()/peer.Wall.Seconds())
		r.decode, r.encode, r.objects = report.Decode, report.Encode, report.Objects
	}
	slices.Sort(ratios)
	r.krowave, r.peer, r.ratio = process.Medians(ours), process.Medians(theirs), ratios[len(ratios)/2]
	info, err := os.Stat(output)
	if err != nil {
		return row{}, err
	}
	r.bytes = info.Size()
	return r, nil
}

// render runs krowave, its limits out of the way.
func (s settings) render(ctx context.Context, dir, output string) (process.Cost, error) {
	file, err := os.Create(output)
	if err != nil {
		return process.Cost{}, err
	}
	const many = "1000000000"
	cost, err := process.Run(ctx, s.now, file, s.krowave, "render", dir,
		"--max-files", many, "--max-documents", many, "--max-total-bytes", many, "--timeout", "0")
	if err != nil {
		_ = file.Close() // the first error says more
		return process.Cost{}, err
	}
	return cost, file.Close()
}

// ask runs the peer. The wall time of its cost is what it reports.
func (s settings) ask(ctx context.Context, dir, output string) (process.Cost, spent, error) {
	var answer bytes.Buffer
	cost, err := process.Run(ctx, s.now, &answer, s.program, "-peer", output, "-dir", dir)
	if err != nil {
		return cost, spent{}, err
	}
	var report spent
	if err := json.Unmarshal(answer.Bytes(), &report); err != nil {
		return cost, report, fmt.Errorf("the peer's report: %w", err)
	}
	cost.Wall = report.Decode + report.Encode
	return cost, report, nil
}
