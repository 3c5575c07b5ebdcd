package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes, documented in main.go and in docs/reference/command.md.
const (
	exitDone    = 0
	exitFailure = 1
	exitInvalid = 2
)

// streams is the outside world of one run, so that tests can supply another one.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	color    bool // standard error is a terminal
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// colored reports whether to use colour on standard error.
func (s streams) colored() bool {
	if v, ok := s.env("NO_COLOR"); ok && v != "" {
		return false
	}
	return s.color
}

// errInvalid ends a command whose problems have been printed already.
var errInvalid = errors.New("the input is invalid")

// run executes the command and answers its exit code.
func run(args []string, s streams) int {
	root := rootCommand(s)
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.Execute()
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errInvalid):
		return exitInvalid
	}
	fmt.Fprintf(s.err, "krowave: %v\n", err)
	return exitFailure
}

func rootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "krowave",
		Short:         "Render kro's ResourceGraphDefinitions from Git, offline",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(renderCommand(s))
	return root
}
