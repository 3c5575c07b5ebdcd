package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/gitops/argocd/health"
)

// healthFlags are the flags of health alone.
type healthFlags struct {
	inputFlags

	argocd      bool
	passthrough bool
}

func healthCommand(s streams) *cobra.Command {
	f := &healthFlags{}
	c := &cobra.Command{
		Use:   "health --argocd PATH...",
		Short: "Print health checks for the kinds of RGDs",
		Long: `Print health checks as the ConfigMap in which Argo CD reads them: for instances of the
RGDs of the input, by what kro writes into their status, and for other kinds that nodes
have and Kubernetes does not, by their readyWhen. What cannot be said in Argo CD's Lua
stands in a comment.

A check counts for all objects of a kind, so that of several nodes of one kind only what
all of them ask for goes into it. It takes the place of a check that Argo CD ships.`,
		Example: `  krowave health --argocd platform/rgds > health.yaml
  kubectl patch configmap argocd-cm --namespace argocd --patch-file health.yaml`,
		Args: cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error {
			if !f.argocd {
				return errors.New("--argocd is missing: it is what the checks are for")
			}
			return f.check(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	c.Flags().BoolVar(&f.argocd, "argocd", false, "write checks for Argo CD")
	c.Flags().BoolVar(&f.passthrough, "passthrough", false, "a kro in the cluster expands the instances: they wait for its status, and RGDs have a check, too")
	f.addLimitsTo(c)
	return c
}

func (f *healthFlags) run(s streams, paths []string) error {
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
	return health.Print(s.out, health.Checks(j.program, health.Options{Passthrough: f.passthrough}))
}
