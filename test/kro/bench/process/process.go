// Package process times whole processes.
//
// In: a program with its arguments. Out: what one run of it cost, by the operating system's
// own account of the finished child. The memory of a child cannot read below the
// peak of the program that starts it, so programs that use this package keep small.
package process

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// Cost is what one run cost.
type Cost struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes of memory
}

// Run runs a program once. Its standard output goes to out, its standard error into the error.
func Run(ctx context.Context, now func() time.Time, out io.Writer, program string, args ...string) (Cost, error) {
	command := exec.CommandContext(ctx, program, args...)
	var problems head
	command.Stdout, command.Stderr = out, &problems
	start := now()
	err := command.Run()
	wall := now().Sub(start)
	if err != nil {
		return Cost{}, fmt.Errorf("%s: %w: %s", program, err, problems.text)
	}
	cost := Cost{Wall: wall, CPU: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		cost.Peak = usage.Maxrss * 1024
	}
	return cost, nil
}

// CPU is the processor time that the calling process has used, 0 where that is not known.
func CPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// head keeps the beginning of what a program says.
type head struct{ text []byte }

// Write implements [io.Writer].
func (h *head) Write(p []byte) (int, error) {
	const enough = 2000
	h.text = append(h.text, p[:min(len(p), max(0, enough-len(h.text)))]...)
	return len(p), nil
}

// Medians are the medians of the parts of some costs.
func Medians(costs []Cost) Cost {
	return Cost{
		Wall: median(costs, func(c Cost) time.Duration { return c.Wall }),
		CPU:  median(costs, func(c Cost) time.Duration { return c.CPU }),
		Peak: median(costs, func(c Cost) int64 { return c.Peak }),
	}
}

func median[T cmp.Ordered](costs []Cost, of func(Cost) T) T {
	all := make([]T, len(costs))
	for i, c := range costs {
		all[i] = of(c)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
