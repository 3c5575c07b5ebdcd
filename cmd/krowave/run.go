package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes, documented in main.go and in docs/reference/command.md. Nothing
// compares yet, so that 3 is not among them.
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
	terminal terminals
}

// terminals tells which streams are shown to a person.
type terminals struct{ out, err bool }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// colored reports whether to use colour on a stream.
func (s streams) colored(terminal bool) bool {
	if v, ok := s.env("NO_COLOR"); ok && v != "" {
		return false
	}
	if v, ok := s.env("TERM"); ok && v == "dumb" {
		return false
	}
	return terminal
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
	_, _ = fmt.Fprintf(s.err, "krowave: %v\n", err)
	return exitFailure
}

func rootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "krowave",
		Short: "Render kro's ResourceGraphDefinitions from files, offline",
		Long: `krowave turns ResourceGraphDefinitions and their instances into ordered
Kubernetes manifests, without a cluster and with the verdict of kro.

Data goes to standard output and everything else to standard error. Colour is used
only on a terminal and never when NO_COLOR is set. The exit codes are:

  0  done, and nothing to say
  1  the tool failed: a flag is wrong, a path does not exist, output could not be written
  2  the input is invalid
  3  changes or drift were found; an error outranks a difference`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(renderCommand(s), validateCommand(s), graphCommand(s), crdCommand(s), explainCommand(s), healthCommand(s), observeCommand(s), rbacCommand(s), schemasCommand(s), versionCommand(s))
	return root
}
