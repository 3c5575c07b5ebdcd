package main

import (
	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
)

// validateFlags are the flags of validate alone.
type validateFlags struct {
	inputFlags

	output string
}

func validateCommand(s streams) *cobra.Command {
	f := &validateFlags{}
	c := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Report every problem, and print no manifests",
		Long: `Check RGDs, instances and what they render to, and report every problem with file,
line and column. Objects that the API server would refuse are errors here; render only
warns of them. Problems are the data of this command: they go to standard output.

The exit code is 2 when there are errors. Warnings do not change it, unless --strict
makes errors of them.`,
		Example: `  krowave validate app/ --rgds platform/rgds
  krowave validate -o github .
  krowave validate -o sarif . > krowave.sarif`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.check(c, args) },
		RunE:    func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	f.addInstancesTo(c)
	format(c, &f.output, "text", "json", "sarif", "github")
	f.addLimitsTo(c)
	return c
}

func (f *validateFlags) run(s streams, paths []string) error {
	f.options.RefuseObjects, f.options.AllowEmpty = true, true
	j, err := renderTo(s, &f.inputFlags, paths, func(*render.Program) func(render.Part) { return func(render.Part) {} })
	if err != nil {
		return err
	}
	switch f.output {
	case "json":
		err = output.Write(s.out, output.NewDiagnostics(j.diags))
	case "sarif":
		err = output.Write(s.out, output.NewSARIF(j.diags, readVersion().Version))
	case "github":
		err = output.GitHub(s.out, j.diags)
	default:
		err = problems(s.out, j.diags, f.style(s, s.terminal.out))
	}
	if err == nil && j.diags.HasErrors() {
		err = errInvalid
	}
	return err
}
