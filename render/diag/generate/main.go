// Command generate writes docs/reference/diagnostics.md: every code with its title and, taken from
// the code's golden cases, the text that a person sees. `make generate` runs it.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render/diag"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run reads the cases of some directories and writes the page.
func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: generate CASES-DIRECTORY… PAGE")
	}
	directories, page := args[:len(args)-1], args[len(args)-1]
	var outputs []string
	for _, dir := range directories {
		found, err := goldenOutputs(dir)
		if err != nil {
			return err
		}
		outputs = append(outputs, found...)
	}
	var text bytes.Buffer
	if err := writePage(&text, diag.Definitions(), outputs); err != nil {
		return err
	}
	return os.WriteFile(page, text.Bytes(), 0o644) //nolint:gosec // a page of the documentation is for everybody
}

// goldenOutputs are the diagnostics of the cases in a directory, in the order of their names.
func goldenOutputs(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	var outputs []string
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return nil, err
		}
		for _, f := range archive.Files {
			if f.Name == "want/diagnostics" {
				outputs = append(outputs, string(f.Data))
			}
		}
	}
	return outputs, nil
}
