package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/krowave/krowave/gitops/archive"
	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/service"
	"github.com/krowave/krowave/gitops/argocd/upload"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	root    string
	output  choice
	timeout time.Duration
	limits  upload.Limits
}

func generateCommand(w world) *cobra.Command {
	form := "yaml"
	f := &generateFlags{limits: upload.DefaultLimits(), output: choice{&form, []string{"yaml", "json"}}}
	c := &cobra.Command{
		Use:   "generate",
		Short: "Print the manifests of the working directory, as the server would answer them",
		Long: `Print the manifests of the working directory, as the server would answer them: with sync waves, and with the same
variables of the environment, of which ARGOCD_APP_PARAMETERS holds the parameters as a JSON array. It is made for
generate.command of Argo CD's own plugin server, and to try parameters out.

Files are read below --root. By default that is the working directory, or the root of the repository when the working
directory ends in ARGOCD_APP_SOURCE_PATH, as it does under Argo CD's own plugin server.`,
		Example: `  cmp-server generate
  ARGOCD_APP_PARAMETERS='[{"name":"spec.replicas","string":"3"}]' cmp-server generate --root ../..`,
		Args: cobra.NoArgs,
		PreRunE: func(c *cobra.Command, _ []string) error {
			return fromEnvironment(c.Flags(), w.env())
		},
		RunE: func(c *cobra.Command, _ []string) error { return f.generate(c.Context(), w) },
	}
	s := c.Flags()
	s.SortFlags = false
	s.StringVar(&f.root, "root", "", "`directory` that holds the working directory and everything that it refers to")
	s.VarP(f.output, "output", "o", "`format`: yaml, json")
	s.DurationVar(&f.timeout, "timeout", service.DefaultTimeout, "longest time to take")
	s.Int64Var(&f.limits.Uncompressed, "max-uncompressed-bytes", f.limits.Uncompressed, "largest size of all files together")
	s.Int64Var(&f.limits.File, "max-file-bytes", f.limits.File, "largest file of YAML or JSON")
	return c
}

// generate renders once.
func (f *generateFlags) generate(ctx context.Context, w world) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	env := w.env()
	root, at, err := f.place(w, env["ARGOCD_APP_SOURCE_PATH"])
	if err != nil {
		return err
	}
	tree, err := archive.FromDir(root, f.limits)
	if err != nil {
		return err
	}
	renderer, err := application.New(application.Options{AnswerBytes: -1, ProgramBytes: -1, FileBytes: -1, Renders: 1, Clock: w.now})
	if err != nil {
		return err
	}
	answer, err := renderer.Generate(ctx, application.Request{Files: tree, Path: at, Env: env})
	if err != nil {
		return err
	}
	if err := diag.Print(w.err, answer.Warnings, diag.Style{}); err != nil {
		return err
	}
	for _, h := range answer.Held {
		if _, err := fmt.Fprintf(w.err, "held: %s: %s\n", h.Instance, h.Node); err != nil {
			return err
		}
	}
	return write(w.out, answer.Manifests, f.output.String())
}

// place is the directory to read and the application's path in it.
func (f *generateFlags) place(w world, source string) (root, at string, err error) {
	dir, err := w.dir()
	if err != nil {
		return "", "", err
	}
	if f.root == "" {
		root, at = above(dir, source)
		return root, at, nil
	}
	root, err = filepath.Abs(filepath.Join(dir, f.root))
	if filepath.IsAbs(f.root) {
		root = filepath.Clean(f.root)
	}
	if err != nil {
		return "", "", err
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", "", fmt.Errorf("--root %s does not hold the working directory", f.root)
	}
	return root, filepath.ToSlash(rel), nil
}

// above takes the application's path in the repository off the working directory.
func above(dir, source string) (root, at string) {
	source = path.Clean(source)
	root, found := strings.CutSuffix(filepath.ToSlash(dir), "/"+source)
	if source == "." || !found || root == "" {
		return dir, "."
	}
	return filepath.FromSlash(root), source
}

// write prints manifests, each of which is a JSON object.
func write(w io.Writer, manifests []string, form string) error {
	objects := make([]map[string]any, len(manifests))
	for i, m := range manifests {
		if err := json.Unmarshal([]byte(m), &objects[i]); err != nil {
			return fmt.Errorf("read manifest %d again: %w", i, err)
		}
	}
	if form == "json" {
		return emit.JSON(w, objects)
	}
	return emit.YAML(w, objects)
}
