package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
)

// renderFlags are the flags of render alone.
type renderFlags struct {
	inputFlags

	output      string
	only        string
	passthrough bool
	annotate    bool
	report      string
}

func renderCommand(s streams) *cobra.Command {
	f := &renderFlags{inputFlags: inputFlags{modes: true}}
	c := &cobra.Command{
		Use:   "render PATH...",
		Short: "Print the manifests in the order in which to apply them",
		Long: `Print the manifests of all instances in the order in which to apply them: CRDs,
objects that pass through, and for each instance its resources and then itself.

A PATH is a file, a directory, or - for standard input. A directory with a
kustomization is built with kustomize. Resources that wait for a value which only
exists at run time are held back: they are listed on standard error and never put out.`,
		Example: `  krowave render app/
  krowave render app/ --rgds platform/rgds --observed live.yaml
  kubectl get webapp shop -o yaml | krowave render - --rgds platform/rgds`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.prepare(c, args) },
		RunE:    func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	f.addInstancesTo(c)
	format(c, &f.output, "yaml", "json")
	flags := c.Flags()
	flags.StringVar(&f.only, "only", "", "put out nothing but `children`: the resources of the instances, without instances and CRDs of RGDs")
	flags.BoolVar(&f.passthrough, "passthrough", false, "check everything, and put out RGDs and instances as they are")
	flags.BoolVar(&f.annotate, "annotate", false, "add the annotations krowave.dev/wave, krowave.dev/node and krowave.dev/instance")
	flags.StringVar(&f.report, "report", "", "`file` to write a report to, as JSON: what was put out, held back and excluded, and all problems")
	flags.BoolVar(&f.options.AllowEmpty, "allow-empty", false, "allow that there is nothing to put out")
	c.MarkFlagsMutuallyExclusive("only", "passthrough")
	complete(c, "only", func() []string { return []string{string(render.Children)} })
	f.addLimitsTo(c)
	return c
}

func (f *renderFlags) prepare(c *cobra.Command, args []string) error {
	switch {
	case f.only == string(render.Children):
		f.options.Mode = render.Children
	case c.Flags().Changed("only"):
		return fmt.Errorf("--only %q: want %s", f.only, render.Children)
	case f.passthrough:
		f.options.Mode = render.Passthrough
	}
	if f.report == "" && c.Flags().Changed("report") {
		return errors.New("--report is empty: want a file")
	}
	return f.check(c, args)
}

func (f *renderFlags) run(s streams, paths []string) error {
	format := emit.Documents
	if f.output == "json" {
		format = emit.List
	}
	var chunks []emit.Chunk
	j, err := renderTo(s, &f.inputFlags, paths, func(p *render.Program) func(render.Part) {
		chunks = make([]emit.Chunk, p.Parts())
		return func(part render.Part) { chunks[part.Index] = format.Chunk(f.objects(part)) }
	})
	if err != nil {
		return err
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if f.report != "" {
		if err := writeReport(f.report, j); err != nil {
			return err
		}
	}
	if j.result == nil {
		return errInvalid
	}
	if err := held(s.err, j.result); err != nil {
		return err
	}
	return format.Write(s.out, chunks)
}

// objects are what is put out of a part.
func (f *renderFlags) objects(part render.Part) []map[string]any {
	if f.annotate {
		return part.Annotated()
	}
	return part.Values()
}

// style is how problems are printed on a stream.
func (f *inputFlags) style(s streams, terminal bool) diag.Style {
	return diag.Style{Color: s.colored(terminal), Max: f.problems}
}

func writeReport(path string, j *job) error {
	file, err := os.Create(path) //nolint:gosec // the user names the file
	if err != nil {
		return plain(path, err)
	}
	if err := output.Write(file, output.NewRenderReport(j.result, j.diags)); err != nil {
		_ = file.Close() // the first error says more
		return plain(path, err)
	}
	return file.Close()
}
