package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/gitops/observe/access"
	"github.com/krowave/krowave/render/emit"
)

// rbacFlags are the flags of rbac alone.
type rbacFlags struct {
	inputFlags

	observer bool
	name     string
	output   string
}

func rbacCommand(s streams) *cobra.Command {
	f := &rbacFlags{}
	c := &cobra.Command{
		Use:   "rbac --observer PATH...",
		Short: "Print what an observer must be allowed to do with the objects of RGDs",
		Long: `Print a ClusterRole with which the kinds of the nodes of the RGDs can be read, and the status
of their instances be written. Its label adds it to the role of krowave's controller, which
by itself may read no workload. Bind it in single namespaces to allow no more than them.`,
		Example: `  krowave rbac --observer platform/rgds > observer.yaml`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error {
			switch {
			case !f.observer:
				return errors.New("--observer is missing: it is who the role is for")
			case f.name == "":
				return errors.New("--name is empty: want a name")
			case f.output != "yaml" && f.output != "json":
				return errors.New("--output is neither yaml nor json")
			}
			return f.check(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	flags := c.Flags()
	flags.BoolVar(&f.observer, "observer", false, "print the role of whoever observes the instances")
	flags.StringVar(&f.name, "name", "krowave-observer", "`name` of the role")
	flags.StringVarP(&f.output, "output", "o", "yaml", "`format` of the role: yaml or json")
	complete(c, "output", func() []string { return []string{"yaml", "json"} })
	f.addLimitsTo(c)
	return c
}

func (f *rbacFlags) run(s streams, paths []string) error {
	j, err := compile(s, &f.inputFlags, paths)
	if err != nil {
		return err
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if j.diags.HasErrors() || j.program == nil {
		return errInvalid
	}
	role := []map[string]any{access.Role(j.program, f.name)}
	if f.output == "json" {
		return emit.JSON(s.out, role)
	}
	return emit.YAML(s.out, role)
}
