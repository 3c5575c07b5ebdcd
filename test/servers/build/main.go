// Command build builds the servers of the end-to-end suite that are not built yet, and prints
// where each one is. Arguments are names of servers; without any it builds all of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/krowave/krowave/test/servers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "build: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string, getenv func(string) string, stdout io.Writer) error {
	dir, err := servers.DefaultDir(getenv)
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/krowave/krowave/test/servers").Output()
	if err != nil {
		return fmt.Errorf("find the modules of the servers: %w", err)
	}
	cache := servers.Cache{Dir: dir, Modules: filepath.Clean(strings.TrimSpace(string(out))), Log: stdout}
	var problems []error
	for _, name := range names {
		if !slices.ContainsFunc(servers.All(), func(s servers.Server) bool { return s.Name == name }) {
			problems = append(problems, fmt.Errorf("no server is called %q", name))
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	for _, s := range servers.All() {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		if _, err := cache.Build(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
