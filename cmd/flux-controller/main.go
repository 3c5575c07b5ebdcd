// Command flux-controller renders RGDs and their instances for Flux.
//
// It reconciles GraphArtifacts, each into an ExternalArtifact that a Kustomization applies, and answers Observations, which
// say what the next render needs to know of the cluster. It serves the artifacts to Flux itself. It applies no workload.
//
// Flags, variables, conditions and events are those of Flux's own controllers. The log goes to standard error; the exit codes
// are
//
//	0  stopped as asked
//	1  a flag is wrong, or the controller cannot work
//
// The command reads flags and environment and wires packages; it decides nothing. docs/reference/flux-controller.md has every
// flag, metric and event.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(process()) }

// process runs the command with what the process has.
func process() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "flux-controller: %v\n", err)
		return 1
	}
	return 0
}
