package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/krowave/krowave/gitops/argocd/service"
)

// socketFlags say which socket it is about.
type socketFlags struct{ dir, name, version string }

func (f *socketFlags) addTo(c *cobra.Command) {
	s := c.Flags()
	s.SortFlags = false
	s.StringVar(&f.dir, "socket-dir", "/home/argocd/cmp-server/plugins", "`directory` of the plugins' sockets, shared with argocd-repo-server")
	s.StringVar(&f.name, "name", "krowave", "`name` of the plugin, as Applications write it into spec.source.plugin.name")
	s.StringVar(&f.version, "plugin-version", "", "`version` that becomes part of the plugin's name, after a hyphen")
}

// check refuses what cannot be part of a file's name.
func (f *socketFlags) check() error {
	for _, e := range []struct{ flag, value string }{{"name", f.name}, {"plugin-version", f.version}} {
		if strings.ContainsAny(e.value, "/\x00") || strings.HasPrefix(e.value, ".") {
			return fmt.Errorf("--%s %q: it becomes part of the name of a file", e.flag, e.value)
		}
	}
	if f.name == "" {
		return fmt.Errorf("--name is empty")
	}
	return nil
}

func (f *socketFlags) path() string { return service.Socket(f.dir, f.name, f.version) }

func healthcheckCommand(w world) *cobra.Command {
	var (
		f       socketFlags
		timeout time.Duration
	)
	c := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the server of a socket whether it serves",
		Long: `Ask the server of a socket whether it serves, by the gRPC health protocol. It is made for exec
probes of Kubernetes, whose gRPC probes cannot reach a Unix socket.`,
		Example: `  cmp-server healthcheck --timeout 2s`,
		Args:    cobra.NoArgs,
		PreRunE: func(c *cobra.Command, _ []string) error {
			if err := fromEnvironment(c.Flags(), map[string]string{socketDir: w.env()[socketDir]}); err != nil {
				return err
			}
			return f.check()
		},
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			return service.Healthcheck(ctx, f.path(), healthpb.HealthCheckResponse_SERVING)
		},
	}
	f.addTo(c)
	c.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "longest time to wait for the answer")
	return c
}
