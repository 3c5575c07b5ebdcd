package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
)

func versionCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version of the server, the version of kro whose verdict it gives, and the
Kubernetes versions whose schemas are built in.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(w.out, "cmp-server %s\nkro %s\nKubernetes %s\n", buildVersion(), render.KroVersion, strings.Join(catalog.Versions(), ", "))
			return err
		},
	}
}

// buildVersion is what the build knows of itself.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
