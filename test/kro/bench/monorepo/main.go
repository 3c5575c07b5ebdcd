// Command monorepo prints how long `krowave render` takes for a whole repository, next to the
// time that decoding the same input and encoding the same output alone takes.
//
// It invents a repository of 1,000 RGDs of 5 resources each with 10,000 instances, or a
// multiple of that, and runs in turn krowave as a process of its own and, as another, its own
// peer: two goroutines that read every file and decode every document with sigs.k8s.io/yaml, and
// then encode every object of krowave's output with it. Of the peer only that time counts.
//
//	go run ./bench/monorepo -krowave PATH [-scales 0.1,1,10] [-rounds N] [-dir DIR]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "monorepo:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	program string // this program
	krowave string
	dir     string
	rounds  int
	now     func() time.Time
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s := settings{program: args[0], now: time.Now} //nolint:forbidigo // measuring is what this program is for
	flags := flag.NewFlagSet("monorepo", flag.ContinueOnError)
	flags.StringVar(&s.krowave, "krowave", "", "the `program` to measure")
	flags.StringVar(&s.dir, "dir", "", "where to put the repositories (default a directory that is removed afterwards)")
	flags.IntVar(&s.rounds, "rounds", 3, "how often each side is measured")
	scales := flags.String("scales", "0.1,1", "sizes, in 1,000 RGDs")
	output := flags.String("peer", "", "be the peer: decode -dir, and encode the objects of this `file`")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *output != "" {
		return s.peer(*output, out)
	}
	if s.krowave == "" || s.rounds < 1 {
		return errors.New("see -help")
	}
	var sizes []int
	for text := range strings.SplitSeq(*scales, ",") {
		scale, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("-scales: %w", err)
		}
		sizes = append(sizes, int(scale*1000))
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "monorepo")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a directory for temporary files
		s.dir = dir
	}
	return s.compare(ctx, sizes, out)
}
