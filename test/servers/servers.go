// Package servers builds the real servers that the end-to-end suite runs: Kubernetes, etcd,
// Argo CD, two controllers of Flux and the one of kro, at pinned versions, from their published Go modules.
//
// In: the modules in the directories beside this file, which hold nothing but a go.mod and a
// go.sum, and a directory for the results. Out: executable files. A file is built once: its
// directory is named by what it depends on, the two files of its module, how it is linked and the
// Go version. Building twice, even at the same time, is safe: a file appears complete or not at all.
//
// The package starts no server, and nothing of these modules is ever imported: they need versions
// and replace lines that the product must not have.
package servers

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Server is one program.
type Server struct {
	Name    string // of the file
	Module  string // the directory of its module, from Cache.Modules
	Package string // its main package
	Set     string // a variable to set when linking, "path.name=value": servers are built outside of their release process
}

// All are the servers, in the order in which to build them.
func All() []Server {
	const version = "k8s.io/component-base/version.gitVersion=v1.36.3"
	return []Server{
		{Name: "etcd", Module: "kubernetes", Package: "go.etcd.io/etcd/server/v3"},
		{Name: "kube-apiserver", Module: "kubernetes", Package: "k8s.io/kubernetes/cmd/kube-apiserver", Set: version},
		{Name: "kube-controller-manager", Module: "kubernetes", Package: "k8s.io/kubernetes/cmd/kube-controller-manager", Set: version},
		{Name: "argocd", Module: "argocd", Package: "github.com/argoproj/argo-cd/v3/cmd", Set: "github.com/argoproj/argo-cd/v3/common.version=3.2.6"},
		{Name: "source-controller", Module: "source-controller", Package: "github.com/fluxcd/source-controller"},
		{Name: "kustomize-controller", Module: "kustomize-controller", Package: "github.com/fluxcd/kustomize-controller"},
		{Name: "kro-controller", Module: "kro", Package: "github.com/kubernetes-sigs/kro/cmd/controller"},
	}
}

// Cache is where built servers are kept.
type Cache struct {
	// Dir holds the files; it is made when it is missing. Whatever is in it may be deleted at any time.
	Dir string
	// Modules is the directory with the modules of the servers: that of this package.
	Modules string
	// Log is told what is being built, in lines for people.
	Log io.Writer
}

// DefaultDir is the value of the environment variable KROWAVE_SERVERS or, without it, a
// directory among the user's caches.
func DefaultDir(getenv func(string) string) (string, error) {
	if dir := getenv("KROWAVE_SERVERS"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory (or set KROWAVE_SERVERS): %w", err)
	}
	return filepath.Join(dir, "krowave", "servers"), nil
}

// Path is the file of a server, whether it has been built or not.
func (c Cache) Path(s Server) (string, error) {
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(c.Modules, s.Module, name))
		if err != nil {
			return "", fmt.Errorf("read the module of %s: %w", s.Name, err)
		}
		_, _ = fmt.Fprintf(sum, "%d\n", len(data))
		_, _ = sum.Write(data)
	}
	_, _ = fmt.Fprintln(sum, s.Package, s.Set, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return filepath.Join(c.Dir, s.Name+"-"+hex.EncodeToString(sum.Sum(nil))[:12], s.Name), nil
}

// Find is the file of a server that has been built. Without one the error says what to run.
func (c Cache) Find(name string) (string, error) {
	for _, s := range All() {
		if s.Name != name {
			continue
		}
		path, err := c.Path(s)
		if err != nil {
			return "", err
		}
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("find %s (go run ./test/servers/build makes it, make e2e does so first): %w", name, err)
		}
		return path, nil
	}
	return "", fmt.Errorf("find %s: no such server", name)
}

// Build is the file of a server, built if need be.
func (c Cache) Build(ctx context.Context, s Server) (string, error) {
	path, err := c.Path(s)
	if err != nil {
		return "", err
	}
	switch _, err := os.Stat(path); {
	case err == nil:
		_, _ = fmt.Fprintf(c.Log, "%s: built already: %s\n", s.Name, path)
		return path, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	_, _ = fmt.Fprintf(c.Log, "%s: building %s; the first time that takes minutes\n", s.Name, s.Package)
	unfinished, err := os.MkdirTemp(filepath.Dir(path), "unfinished-")
	if err != nil {
		return "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	defer func() { _ = os.RemoveAll(unfinished) }()
	if err := c.compile(ctx, s, filepath.Join(unfinished, s.Name)); err != nil {
		return "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	if err := os.Rename(filepath.Join(unfinished, s.Name), path); err != nil {
		return "", fmt.Errorf("build %s: %w", s.Name, err)
	}
	_, _ = fmt.Fprintf(c.Log, "%s: %s\n", s.Name, path)
	return path, nil
}

// compile runs the Go command in the server's module.
func (c Cache) compile(ctx context.Context, s Server, output string) error {
	flags := "-s -w"
	if s.Set != "" {
		flags += " -X " + s.Set
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-o", output, "-ldflags", flags, s.Package)
	cmd.Dir = filepath.Join(c.Modules, s.Module)
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	rest := c.follow(s.Name, stderr)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", s.Package, err, rest)
	}
	return nil
}

// step is after how many compiled packages there is a line about them.
const step = 100

// follow reads what `go build -v` says, a line for each package that it compiles, and tells how far it
// is. The answer is what it says besides.
func (c Cache) follow(name string, stderr io.Reader) string {
	var rest strings.Builder
	packages, lines := 0, bufio.NewScanner(stderr)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
			_, _ = fmt.Fprintf(c.Log, "%s: %s\n", name, line)
		case strings.ContainsAny(line, " \t:"):
			rest.WriteString(line + "\n")
		default:
			if packages++; packages%step == 0 {
				_, _ = fmt.Fprintf(c.Log, "%s: %d packages compiled, now at %s\n", name, packages, line)
			}
		}
	}
	return rest.String()
}
