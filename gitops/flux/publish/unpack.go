package publish

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/krowave/krowave/gitops/archive"
)

// unpack is the manifests of an archive by ID.
func unpack(data []byte) (map[string][]byte, error) {
	tree, err := archive.Read(bytes.NewReader(data), archive.Limits{})
	if err != nil {
		return nil, err
	}
	entries, err := tree.ReadDir(".")
	if err != nil {
		return nil, err
	}
	all := make(map[string][]byte, len(entries))
	for _, e := range entries {
		if e.Name() == kustomizationFile {
			continue
		}
		text, err := fs.ReadFile(tree, e.Name())
		if err != nil {
			return nil, err
		}
		manifest, err := read(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		id, err := identity(manifest)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all[id] = manifest
	}
	return all, nil
}
