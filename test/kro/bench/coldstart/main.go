// Command coldstart prints how long a cold `krowave render` of a directory takes, next to a
// cold `kustomize build` of what it prints.
//
//	go run ./bench/coldstart -krowave PATH -kustomize PATH [-rounds N] DIR
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/krowave/krowave/test/kro/bench/process"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "coldstart:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	krowave, kustomize, dir string
	rounds                  int
	now                     func() time.Time
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s := settings{now: time.Now} //nolint:forbidigo // measuring is what this program is for
	flags := flag.NewFlagSet("coldstart", flag.ContinueOnError)
	flags.StringVar(&s.krowave, "krowave", "", "the `program` to measure")
	flags.StringVar(&s.kustomize, "kustomize", "", "the `program` to compare with")
	flags.IntVar(&s.rounds, "rounds", 41, "how often each side is measured")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.dir = flags.Arg(0); s.krowave == "" || s.kustomize == "" || s.dir == "" || s.rounds < 1 {
		return errors.New("see -help")
	}
	output, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(output) //nolint:errcheck // a directory for temporary files
	if s.krowave, err = copied(s.krowave, filepath.Join(output, "krowave")); err != nil {
		return err
	}
	if s.kustomize, err = copied(s.kustomize, filepath.Join(output, "kustomize")); err != nil {
		return err
	}
	if err := s.prepare(ctx, output); err != nil {
		return err
	}
	return s.compare(ctx, output, out)
}

// copied answers the path of a copy of a program. Both sides are copies, since a file that the linker wrote lies in the
// system's cache in smaller pieces than one that was written from start to end, and a process that starts from it takes
// a tenth longer.
func copied(program, to string) (string, error) {
	from, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer from.Close() //nolint:errcheck // it was only read
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(file, from); err != nil {
		_ = file.Close() // the first error says more
		return "", err
	}
	return to, file.Close()
}

// prepare makes a kustomization of what krowave prints.
func (s settings) prepare(ctx context.Context, dir string) error {
	file, err := os.Create(filepath.Join(dir, "all.yaml"))
	if err != nil {
		return err
	}
	if _, err := process.Run(ctx, s.now, file, s.krowave, "render", s.dir); err != nil {
		_ = file.Close() // the first error says more
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("resources: [all.yaml]\n"), 0o644)
}

// compare runs both in turn; the first round warms up the file system and does not count.
func (s settings) compare(ctx context.Context, kustomization string, out io.Writer) error {
	var ours, theirs []process.Cost
	var wall, cpu []float64
	for round := range s.rounds + 1 {
		a, err := process.Run(ctx, s.now, io.Discard, s.krowave, "render", s.dir)
		if err != nil {
			return err
		}
		b, err := process.Run(ctx, s.now, io.Discard, s.kustomize, "build", kustomization)
		if err != nil {
			return err
		}
		if round == 0 {
			continue
		}
		ours, theirs = append(ours, a), append(theirs, b)
		wall, cpu = append(wall, a.Wall.Seconds()/b.Wall.Seconds()), append(cpu, a.CPU.Seconds()/b.CPU.Seconds())
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	a, b := process.Medians(ours), process.Medians(theirs)
	_, err := fmt.Fprintf(out, `| process | wall | cpu | peak |
|---|--:|--:|--:|
| krowave render | %.1f ms | %.1f ms | %d MB |
| kustomize build | %.1f ms | %.1f ms | %d MB |
| ratio | %.2f | %.2f | |
`, milliseconds(a.Wall), milliseconds(a.CPU), a.Peak/1e6, milliseconds(b.Wall), milliseconds(b.CPU), b.Peak/1e6, wall[len(wall)/2], cpu[len(cpu)/2])
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
