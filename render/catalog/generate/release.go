package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/krowave/krowave/render/catalog"
)

const (
	fileName      = "kubernetes.bin"
	module        = "k8s.io/kubernetes"
	documentsPath = "api/openapi-spec/v3"
	suffix        = "_openapi.json"
)

// source is where the kinds of one minor come from.
type source struct {
	minor   string
	version string // of the module k8s.io/kubernetes
	sum     string // of the module, as in a go.sum file
}

// sources are all minors that are embedded. To add one, add a line and run go generate.
func sources() []source {
	return []source{
		{"1.34", "v1.34.4", "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk="},
		{"1.35", "v1.35.4", "h1:o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM="},
		{"1.36", "v1.36.3", "h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o="},
	}
}

// build is the content of the file.
func build() ([]byte, error) {
	var releases []catalog.Release
	for _, s := range sources() {
		dir, err := s.directory()
		if err != nil {
			return nil, err
		}
		kinds, err := readKinds(dir)
		if err != nil {
			return nil, fmt.Errorf("%s@%s: %w", module, s.version, err)
		}
		releases = append(releases, catalog.Release{Version: s.minor, Kinds: kinds})
	}
	return catalog.Pack(releases)
}

// directory is where the Go command keeps the module, fetched if need be. It
// runs outside of this module, whose go.mod and go.sum are to stay as they are.
func (s source) directory() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module+"@"+s.version) //nolint:gosec,noctx // arguments from the table above
	cmd.Dir = os.TempDir()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var answer struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil {
		return "", fmt.Errorf("go mod download %s@%s: %w\n%s", module, s.version, errors.Join(err, jsonErr), stderr.Bytes())
	}
	if err != nil || answer.Error != "" {
		return "", fmt.Errorf("go mod download %s@%s: %s", module, s.version, answer.Error)
	}
	if answer.Sum != s.sum {
		return "", fmt.Errorf("%s@%s has the checksum %s, want %s", module, s.version, answer.Sum, s.sum)
	}
	return answer.Dir, nil
}

// readKinds are the kinds of all documents of a Kubernetes source tree.
func readKinds(dir string) ([]catalog.Kind, error) {
	enums, err := readEnums(filepath.Join(dir, enumsPath))
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(dir, documentsPath))
	if err != nil {
		return nil, err
	}
	var all []catalog.Kind
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		if !ok {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, documentsPath, e.Name())) //nolint:gosec // below the directory of a module
		if err != nil {
			return nil, err
		}
		if data, err = enums.addTo(data); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		kinds, err := catalog.FromDocument(strings.ReplaceAll(name, "__", "/"), data, "")
		if err != nil {
			return nil, err
		}
		all = append(all, kinds...)
	}
	return all, nil
}
