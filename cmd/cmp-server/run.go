package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// The exit codes, documented in main.go.
const (
	exitDone    = 0
	exitFailure = 1
	exitInvalid = 2
)

// world is the outside of one run, so that tests can supply another one.
type world struct {
	out, err io.Writer
	environ  []string               // NAME=value; of several the last one counts
	dir      func() (string, error) // the working directory
	now      func() time.Time
}

// env are the variables by their name.
func (w world) env() map[string]string {
	env := make(map[string]string, len(w.environ))
	for _, e := range w.environ {
		if name, value, ok := strings.Cut(e, "="); ok {
			env[name] = value
		}
	}
	return env
}

// run executes the command and answers its exit code.
func run(ctx context.Context, args []string, w world) int {
	root := rootCommand(w) //nolint:contextcheck // cobra hands it on
	root.SetArgs(args)
	root.SetOut(w.out)
	root.SetErr(w.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if isInput(err) {
		_, _ = fmt.Fprintln(w.err, strings.TrimSpace(err.Error())) // Argo CD shows it as it is
		return exitInvalid
	}
	_, _ = fmt.Fprintf(w.err, "cmp-server: %v\n", err)
	return exitFailure
}

// isInput reports that what is to be rendered has to change.
func isInput(err error) bool {
	var (
		invalid  *application.InvalidError
		held     *application.HeldError
		rejected *upload.RejectedError
	)
	return errors.As(err, &invalid) || errors.As(err, &held) || errors.As(err, &rejected)
}

func rootCommand(w world) *cobra.Command {
	serve := serveCommand(w)
	root := &cobra.Command{
		Use:   "cmp-server",
		Short: "Serve krowave as a config management plugin of Argo CD",
		Long: `cmp-server renders ResourceGraphDefinitions and their instances for Argo CD. Without a
command it serves.

Manifests and versions go to standard output, everything else to standard error.
The exit codes are:

  0  done; after a signal, stopped as asked
  1  the tool failed: a flag or variable is wrong, a socket cannot be bound, a server does not answer
  2  what is to be rendered is invalid, or waits for run-time values`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PreRunE:       serve.PreRunE,
		RunE:          serve.RunE,
	}
	root.Flags().AddFlagSet(serve.Flags())
	root.Flags().SortFlags = false
	root.AddCommand(serve, generateCommand(w), healthcheckCommand(w), versionCommand(w))
	return root
}
