package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/gitops/flux/decision"
	"github.com/krowave/krowave/render/emit"
)

// File is one file of an artifact.
type File struct {
	// Name has no directory.
	Name string
	// Data is the content. It is not changed.
	Data []byte
}

// Files are those of an artifact, each name once.
type Files []File

// kustomizationFile names the objects of an artifact.
const kustomizationFile = "kustomization.yaml"

// Content is the files of an artifact: each manifest in its own, numbered in their order, and a kustomization. The error is
// about a manifest that is not an object with kind and name.
func Content(manifests []decision.Manifest) (Files, error) {
	files := make(Files, 0, len(manifests)+1)
	var list strings.Builder
	// The order of a kustomization would be that of kinds. It also keeps a kustomization of nothing from being refused as empty.
	list.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\n")
	if len(manifests) > 0 {
		list.WriteString("resources:\n")
	}
	for i, m := range manifests {
		head, err := readHead(m.JSON)
		if err != nil {
			return nil, fmt.Errorf("write the manifest of %s: %w", m.ID, err)
		}
		data, err := write(m.JSON)
		if err != nil {
			return nil, fmt.Errorf("write the manifest of %s: %w", m.ID, err)
		}
		f := File{Name: fmt.Sprintf("%05d-%s-%s.yaml", i+1, plain(head.Kind), plain(head.Metadata.Name)), Data: data}
		files = append(files, f)
		list.WriteString("- " + f.Name + "\n")
	}
	return append(files, File{Name: kustomizationFile, Data: []byte(list.String())}), nil
}

// head is what names an object.
type head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"metadata"`
}

func readHead(manifest []byte) (head, error) {
	var h head
	if err := json.Unmarshal(manifest, &h); err != nil {
		return h, fmt.Errorf("read its kind and name: %w", err)
	}
	if h.Kind == "" || h.Metadata.Name == "" {
		return h, errors.New("it has no kind, or no name")
	}
	return h, nil
}

// plain is a text as part of a file's name. Names of objects may hold colons and more.
func plain(text string) string {
	const longest = 80
	mapped := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-', r == '.':
			return r
		}
		return '-'
	}, strings.ToLower(text))
	// kustomize takes two dots anywhere in a name for a step up.
	mapped = strings.ReplaceAll(mapped, "..", "--")
	return strings.TrimRight(mapped[:min(len(mapped), longest)], ".")
}

// write is a manifest as YAML, or as JSON, which is YAML too, where YAML would not give back the same bytes: 1.0 is no longer
// 1.0 then, and a digest would change though the object did not.
func write(manifest []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(manifest))
	decoder.UseNumber()
	var value map[string]any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	text, err := emit.Object(numbers(value).(map[string]any)) //nolint:forcetypeassert // it gives what it is given
	if err == nil {
		if back, err := read(text); err == nil && bytes.Equal(back, manifest) {
			return text, nil
		}
	}
	return append(bytes.TrimSpace(manifest), '\n'), nil
}

// numbers gives numbers the types that package emit writes.
func numbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
	}
	return value
}

// read is the manifest of a file, as it was handed in.
func read(text []byte) ([]byte, error) {
	if bytes.HasPrefix(text, []byte("{")) {
		return bytes.TrimSuffix(text, []byte("\n")), nil
	}
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	return decision.Canonical(raw)
}

// identity is the ID of a manifest: namespace_name_group_kind.
func identity(manifest []byte) (string, error) {
	h, err := readHead(manifest)
	if err != nil {
		return "", err
	}
	group := schema.FromAPIVersionAndKind(h.APIVersion, h.Kind).Group
	return decision.Identity{Namespace: h.Metadata.Namespace, Name: h.Metadata.Name, Group: group, Kind: h.Kind}.ID(), nil
}

// contentDigest is the SHA-256 of files, 64 hexadecimal digits, whatever their order.
func contentDigest(files Files) string {
	sorted := slices.Clone(files)
	slices.SortFunc(sorted, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	h := sha256.New()
	text := func(data []byte) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(data)))
		_, _ = h.Write(length[:])
		_, _ = h.Write(data)
	}
	for _, f := range sorted {
		text([]byte(f.Name))
		text(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Revision is that of an artifact with these files: latest@sha256:<64 hexadecimal digits>. It does not depend on their order,
// nor on how they are packed.
func Revision(files Files) string { return "latest@sha256:" + contentDigest(files) }
