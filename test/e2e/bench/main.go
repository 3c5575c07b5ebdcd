// Command bench compares krowave's plugin server with Argo CD's own, argocd-cmp-server, which runs kustomize to make the same
// objects.
//
//	go run ./bench -argocd PATH -cmp-server PATH -kustomize PATH [-rounds N] [-applications N] [-parallel N]
//
// Both are asked by the same client in one run, in turn, over their sockets: a new connection for each request, as
// argocd-repo-server has it, and an upload in chunks of its default size. Every upload is different, since that of
// argocd-repo-server is, too: it holds the state of a Git work tree. Of times only the ratios mean something on another machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	argocd, plugin, kustomize      string
	rounds, applications, parallel int
	now                            func() time.Time
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s := settings{now: time.Now} //nolint:forbidigo // measuring is what this program is for
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&s.argocd, "argocd", "", "the `program` argocd, as go run ./test/servers/build makes it")
	flags.StringVar(&s.plugin, "cmp-server", "", "the `program` cmp-server to measure")
	flags.StringVar(&s.kustomize, "kustomize", "", "the `program` that argocd-cmp-server runs")
	flags.IntVar(&s.rounds, "rounds", 100, "how many requests each server gets, one after the other")
	flags.IntVar(&s.applications, "applications", 200, "how many applications a repository has")
	flags.IntVar(&s.parallel, "parallel", 20, "how many of them are asked for at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.argocd == "" || s.plugin == "" || s.kustomize == "" || s.rounds < 1 || s.applications < 1 || s.parallel < 1 {
		return errors.New("see -help")
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a directory for temporary files
	if err := s.single(ctx, dir, out); err != nil {
		return err
	}
	return s.many(ctx, dir, out)
}

// single measures requests for one application, one after the other.
func (s settings) single(ctx context.Context, dir string, out io.Writer) error {
	sides, err := s.start(ctx, dir)
	if err != nil {
		return err
	}
	defer sides.stop()
	trees, count, err := s.trees(ctx, sides, 1)
	if err != nil {
		return err
	}
	took := make([][]time.Duration, len(sides))
	for round := range s.rounds + warm {
		for i, side := range sides {
			u, err := trees[i].pack(round)
			if err != nil {
				return err
			}
			start := s.now()
			if _, err := side.generate(ctx, u, trees[i].paths[0], trees[i].environment); err != nil {
				return err
			}
			if round >= warm {
				took[i] = append(took[i], s.now().Sub(start))
			}
		}
	}
	_, _ = fmt.Fprintf(out, "one application of %d objects, %d requests\n\n| server | p50 | p99 | peak |\n|---|--:|--:|--:|\n", count, s.rounds)
	for i, side := range sides {
		slices.Sort(took[i])
		_, _ = fmt.Fprintf(out, "| %s | %.2f ms | %.2f ms | %d MB |\n", side.name, ms(at(took[i], 50)), ms(at(took[i], 99)), side.peak())
	}
	_, _ = fmt.Fprintf(out, "| ratio | %.1f | %.1f | |\n\n", ratio(at(took[1], 50), at(took[0], 50)), ratio(at(took[1], 99), at(took[0], 99)))
	return nil
}

// many measures all applications of a repository, several at a time.
func (s settings) many(ctx context.Context, dir string, out io.Writer) error {
	sides, err := s.start(ctx, dir)
	if err != nil {
		return err
	}
	defer sides.stop()
	trees, count, err := s.trees(ctx, sides, s.applications)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%d applications of %d objects of one commit, %d at a time\n\n| server | total | peak |\n|---|--:|--:|\n", s.applications, count, s.parallel)
	var totals []time.Duration
	for i, side := range sides {
		u, err := trees[i].pack(0)
		if err != nil {
			return err
		}
		start := s.now()
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(s.parallel)
		for _, path := range trees[i].paths {
			group.Go(func() error {
				_, err := side.generate(ctx, u, path, trees[i].environment)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		totals = append(totals, s.now().Sub(start))
		_, _ = fmt.Fprintf(out, "| %s | %.2f s | %d MB |\n", side.name, totals[i].Seconds(), side.peak())
	}
	_, err = fmt.Fprintf(out, "| ratio | %.1f | |\n", ratio(totals[1], totals[0]))
	return err
}

// warm is how many requests come before those that count.
const warm = 5

// at is a percentile of sorted durations.
func at(sorted []time.Duration, percent int) time.Duration {
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
