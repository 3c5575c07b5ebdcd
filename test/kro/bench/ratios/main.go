// Command ratios prints how fast krowave compiles and renders, as ratios to kro's own packages.
//
// Both engines do the same work in the same process, in turn, several times; what is
// printed is the median. Then fresh processes compile one RGD each, since the first
// compilation of a process is many times slower than the others and a command does no other.
//
//	go run ./bench/ratios [-rounds N] [-seconds S] [-processes N] [-case NAME]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/krowave/krowave/test/kro/bench"
	"github.com/krowave/krowave/test/kro/bench/process"
)

func main() {
	if err := run(context.Background(), os.Args, os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	meter     bench.Meter
	processes int
	only      string
	program   string // this program
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	s := settings{program: args[0], meter: bench.Meter{Now: time.Now, CPU: process.CPU}} //nolint:forbidigo // measuring is what this program is for
	flags := flag.NewFlagSet("ratios", flag.ContinueOnError)
	flags.IntVar(&s.meter.Rounds, "rounds", 7, "how often each side is measured")
	flags.DurationVar(&s.meter.Atleast, "atleast", 300*time.Millisecond, "how long a round of one side takes")
	flags.IntVar(&s.processes, "processes", 11, "how many fresh processes of each side compile an RGD; 0 is none")
	flags.StringVar(&s.only, "case", "", "measure this case alone")
	first := flags.String("first", "", firstUsage)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 || s.meter.Rounds < 1 {
		return errors.New("see -help")
	}
	if *first != "" {
		return s.once(ctx, *first, in, out)
	}
	return s.all(ctx, out)
}
