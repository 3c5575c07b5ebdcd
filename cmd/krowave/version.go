package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
)

func versionCommand(s streams) *cobra.Command {
	var form string
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version of krowave, the version of kro whose verdict it gives, and the
Kubernetes versions whose schemas are built in.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := readVersion()
			if form == "json" {
				return output.Write(s.out, v)
			}
			return printVersion(s, v)
		},
	}
	format(c, &form, "text", "json")
	return c
}

// readVersion is what the build knows of itself.
func readVersion() output.BuildVersion {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	v := output.NewBuildVersion(info.Main.Version)
	v.Go, v.Kro, v.Kubernetes = info.GoVersion, render.KroVersion, catalog.Versions()
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.time":
			v.Time = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

func printVersion(s streams, v output.BuildVersion) error {
	_, err := fmt.Fprintf(s.out, "krowave %s\nkro %s\nKubernetes %s\n", v.Version, v.Kro, strings.Join(v.Kubernetes, ", "))
	return err
}
