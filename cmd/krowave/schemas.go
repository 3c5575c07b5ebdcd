package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/cluster"
	"github.com/krowave/krowave/render/catalog"
)

func schemasCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "schemas",
		Short: "Schemas of a cluster, for use without one",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(exportCommand(s))
	return c
}

// exportFlags are the flags of schemas export.
type exportFlags struct {
	config  cluster.Config
	file    string
	partial bool
	timeout time.Duration
}

func exportCommand(s streams) *cobra.Command {
	f := &exportFlags{}
	c := &cobra.Command{
		Use:   "export",
		Short: "Write the schemas of all kinds of a cluster into one file",
		Long: `Read the OpenAPI documents of a cluster and write the schemas of all its kinds into one
compressed file, for --schemas of the other commands. Only this command and observe talk
to a cluster. This one reads nothing but documents that every user may read.`,
		Example: `  krowave schemas export --file cluster.schemas
  krowave validate app/ --schemas cluster.schemas`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return f.run(s) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.config.File, "kubeconfig", "", "`file` that names the cluster (default as kubectl: KUBECONFIG, or .kube/config in the home directory)")
	flags.StringVar(&f.config.Context, "context", "", "`name` of the context in the kubeconfig (default the current one)")
	flags.StringVar(&f.file, "file", "", "`file` to write to (default standard output)")
	flags.BoolVar(&f.partial, "allow-partial", false, "go on when the documents of some APIs cannot be read")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "longest time to take; 0 is no limit")
	return c
}

func (f *exportFlags) run(s streams) error {
	if f.file == "" && s.terminal.out {
		return errors.New("the schemas are binary: redirect standard output, or name a --file")
	}
	f.config.Agent = "krowave/" + readVersion().Version
	server, err := cluster.Connect(f.config)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if f.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, f.timeout)
		defer cancel()
		ctx = limited
	}
	documents, err := server.Schemas(ctx)
	if err != nil && (!f.partial || len(documents) == 0) {
		return err
	}
	if err != nil {
		if _, err := fmt.Fprintf(s.err, "left out:\n%v\n", err); err != nil {
			return err
		}
	}
	bundle, err := catalog.EncodeBundle(documents)
	if err != nil {
		return err
	}
	if err := f.write(s, bundle); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.err, "exported the schemas of %s from %s\n", plural(len(documents), "OpenAPI document"), server.URL())
	return err
}

func (f *exportFlags) write(s streams, bundle []byte) error {
	if f.file == "" {
		_, err := s.out.Write(bundle)
		return err
	}
	if err := os.WriteFile(f.file, bundle, 0o644); err != nil { //nolint:gosec // schemas are no secret
		return plain(f.file, err)
	}
	return nil
}
