// Command generate writes docs/reference/api.md: every field of the CRDs with its type and its description. It fails when a field has
// none, so that no field is undocumented. `make generate` runs it after controller-gen.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run reads the CRDs of a directory, in the order of their names, and writes the page.
func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: generate CRD-DIRECTORY PAGE")
	}
	paths, err := filepath.Glob(filepath.Join(args[0], "*.yaml"))
	if err != nil {
		return err
	}
	var crds []apiextensionsv1.CustomResourceDefinition
	for _, path := range paths {
		data, err := os.ReadFile(path) //nolint:gosec // the caller names the directory
		if err != nil {
			return err
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(data, &crd); err != nil {
			return fmt.Errorf("decode %s: %w", path, err)
		}
		if crd.Kind == "CustomResourceDefinition" {
			crds = append(crds, crd)
		}
	}
	var text bytes.Buffer
	if err := writePage(&text, crds); err != nil {
		return err
	}
	return os.WriteFile(args[1], text.Bytes(), 0o644) //nolint:gosec // a page of the documentation is for everybody
}
