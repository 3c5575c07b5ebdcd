package main

import (
	"github.com/spf13/cobra"

	"github.com/krowave/krowave/render/emit"
)

// crdFlags are the flags of crd alone.
type crdFlags struct {
	inputFlags

	output string
}

func crdCommand(s streams) *cobra.Command {
	f := &crdFlags{}
	c := &cobra.Command{
		Use:   "crd PATH...",
		Short: "Print the CRDs that RGDs define",
		Long: `Print the CustomResourceDefinitions that kro would generate for the RGDs of the input.
Instances are not looked at.`,
		Example: "  krowave crd platform/rgds | kubectl apply -f -",
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.check(c, args) },
		RunE:    func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	format(c, &f.output, "yaml", "json")
	f.addLimitsTo(c)
	return c
}

func (f *crdFlags) run(s streams, paths []string) error {
	j, err := compile(s, &f.inputFlags, paths)
	if err != nil {
		return err
	}
	var objects []map[string]any
	if j.program != nil {
		crds, more := j.program.CRDs()
		j.diags = append(j.diags, more...)
		for _, o := range crds {
			objects = append(objects, o.Value)
		}
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if j.diags.HasErrors() {
		return errInvalid
	}
	if f.output == "json" {
		return emit.JSON(s.out, objects)
	}
	return emit.YAML(s.out, objects)
}
