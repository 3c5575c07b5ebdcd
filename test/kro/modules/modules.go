// Package modules finds the source trees of Go modules that the suites read files from:
// kro's examples and the OpenAPI documents that Kubernetes publishes.
//
// In: a module path and a version. Out: the directory in the module cache, downloaded when it
// is missing. It runs the go command and nothing else.
package modules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
)

// The module versions the suites are pinned to.
const (
	kroModule        = "github.com/kubernetes-sigs/kro"
	kubernetesModule = "k8s.io/kubernetes@v1.36.3"
)

// Kro is the directory of the kro module at the version that this module requires.
func Kro(ctx context.Context) (string, error) {
	var answer struct{ Dir string }
	if err := run(ctx, &answer, "list", "-m", "-json", kroModule); err != nil {
		return "", err
	}
	if answer.Dir == "" {
		return "", fmt.Errorf("module %s is not in the module cache", kroModule)
	}
	return answer.Dir, nil
}

// KubernetesOpenAPI is the directory of the OpenAPI v3 documents, one file a group version,
// that Kubernetes publishes. The module is no requirement: only its files are wanted.
func KubernetesOpenAPI(ctx context.Context) (string, error) {
	var answer struct{ Dir, Error string }
	if err := run(ctx, &answer, "mod", "download", "-json", kubernetesModule); err != nil {
		return "", err
	}
	if answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	return filepath.Join(answer.Dir, "api", "openapi-spec", "v3"), nil
}

func run(ctx context.Context, answer any, args ...string) error {
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return fmt.Errorf("go %v: %w: %s", args, err, exit.Stderr)
		}
		return fmt.Errorf("go %v: %w", args, err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("go %v: %w", args, err)
	}
	return nil
}
