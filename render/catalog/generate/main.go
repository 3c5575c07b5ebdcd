// Command generate writes the built-in kinds of package catalog.
//
// It takes the OpenAPI v3 documents that the module k8s.io/kubernetes carries, adds
// the enums, which API servers publish but these documents lack, and packs all minors
// into one file. The modules come through the Go command, so its module cache and proxy
// settings hold; their checksums are pinned here. The same table gives the same bytes.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	if len(args) != 1 {
		_, _ = fmt.Fprintln(stderr, "usage: generate DIRECTORY")
		return 2
	}
	data, err := build()
	if err == nil {
		err = os.WriteFile(filepath.Join(args[0], fileName), data, 0o644) //nolint:gosec // a source file, as readable as the others
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "generate: %v\n", err)
		return 1
	}
	return 0
}
