// Command cmp-server is krowave as a config management plugin of Argo CD.
//
// As a sidecar of argocd-repo-server it answers the plugin protocol on a Unix socket itself: no plugin.yaml is read
// and no command is run. The same program renders a directory once, for use under Argo CD's own plugin server.
//
// Manifests and versions go to standard output, everything else to standard error: the log as JSON lines while
// serving, plain text otherwise. The exit codes are
//
//	0  done; after a signal, stopped as asked
//	1  the tool failed: a flag or variable is wrong, a socket cannot be bound, a server does not answer
//	2  what is to be rendered is invalid, or waits for run-time values
//
// The command reads flags, environment and files and calls package service; it decides nothing about rendering.
// docs/reference/cmp-server.md has every command, flag, variable and metric.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(process()) }

// process runs the command with what the process has.
func process() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], world{out: os.Stdout, err: os.Stderr, environ: os.Environ(), dir: os.Getwd, now: time.Now}) //nolint:forbidigo // the one clock
}
