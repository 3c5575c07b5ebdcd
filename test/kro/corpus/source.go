package corpus

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/krowave/krowave/test/kro/manifest"
)

// document is one YAML document of the corpus.
type document struct {
	file   string // slash-separated, relative to kro's directory
	line   int
	text   string
	object map[string]any
}

// name is unique in the corpus.
func (d document) name() string { return fmt.Sprintf("%s:%d", d.file, d.line) }

func (d document) apiVersion() string { s, _ := d.object["apiVersion"].(string); return s }
func (d document) kind() string       { s, _ := d.object["kind"].(string); return s }

// Skipped is a document that is no case and is part of none.
type Skipped struct {
	Name   string
	Reason string
}

// read collects the documents below the given directories, in the order of their names.
func read(root string, dirs ...string) (documents []document, skipped []Skipped, err error) {
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(full string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			found, left, err := readFile(root, full)
			documents, skipped = append(documents, found...), append(skipped, left...)
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", dir, err)
		}
	}
	return documents, skipped, nil
}

// readFile reads the documents of one file.
func readFile(root, full string) (documents []document, skipped []Skipped, err error) {
	text, ok, err := readText(full)
	if err != nil || !ok {
		return nil, nil, err
	}
	rel, err := filepath.Rel(root, full)
	if err != nil {
		return nil, nil, fmt.Errorf("naming %s: %w", full, err)
	}
	for _, raw := range split(full, text) {
		d, reason := decode(filepath.ToSlash(rel), raw)
		if reason != "" {
			skipped = append(skipped, Skipped{Name: d.name(), Reason: reason})
			continue
		}
		documents = append(documents, d)
	}
	return documents, skipped, nil
}

func readText(full string) (text string, ok bool, err error) {
	extensions := []string{".yaml", ".yml", ".md", ".mdx"}
	if !slices.Contains(extensions, filepath.Ext(full)) {
		return "", false, nil
	}
	raw, err := os.ReadFile(full)
	if err != nil {
		return "", false, fmt.Errorf("reading a file of the corpus: %w", err)
	}
	return string(raw), true, nil
}

// split cuts a YAML file, or the YAML blocks of a Markdown page, into documents.
func split(full, text string) []manifest.Document {
	if ext := filepath.Ext(full); ext == ".yaml" || ext == ".yml" {
		return manifest.Split(text)
	}
	var all []manifest.Document
	for _, block := range blocks(text) {
		for _, d := range manifest.Split(block.Text) {
			all = append(all, manifest.Document{Text: d.Text, Line: block.Line + d.Line - 1})
		}
	}
	return all
}

// blocks are the fenced code blocks of a Markdown page that hold YAML.
func blocks(page string) []manifest.Document {
	var all []manifest.Document
	var open *manifest.Document
	indent := 0
	for i, line := range strings.Split(page, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case open == nil && strings.HasPrefix(trimmed, "```"):
			indent = len(line) - len(trimmed)
			open = &manifest.Document{Line: i + 2}
			language, _, _ := strings.Cut(strings.TrimPrefix(trimmed, "```"), " ")
			if language != "yaml" && language != "kro" && language != "yml" {
				open.Line = 0
			}
		case open != nil && strings.HasPrefix(trimmed, "```"):
			if open.Line > 0 {
				open.Text = dedent(open.Text, indent)
				all = append(all, *open)
			}
			open = nil
		case open != nil:
			open.Text += line + "\n"
		}
	}
	return all
}

// dedent takes away the indentation of a block inside a list or an element, if all of its
// lines have it: some pages indent the fence alone.
func dedent(text string, by int) string {
	lines := strings.Split(text, "\n")
	for _, line := range lines {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" {
			by = min(by, len(line)-len(trimmed))
		}
	}
	for i, line := range lines {
		lines[i] = line[min(by, len(line)):]
	}
	return strings.Join(lines, "\n")
}

// decode reads a document; the reason says why it is none that counts.
func decode(file string, raw manifest.Document) (d document, reason string) {
	d = document{file: file, line: raw.Line, text: raw.Text}
	base := path.Base(file)
	if strings.Contains(file, "/charts/") && strings.Contains(raw.Text, "{{") {
		return d, "Helm template"
	}
	if strings.Contains(file, "/chainsaw/") && (strings.Contains(base, "assert") || strings.Contains(base, "-error")) {
		return d, "assertion of an end-to-end suite"
	}
	if base == "chainsaw-test.yaml" {
		return d, "steps of an end-to-end suite"
	}
	var err error
	if d.object, err = manifest.Decode(raw.Text); err != nil {
		return d, "no YAML map"
	}
	if d.apiVersion() == "" || d.kind() == "" {
		return d, "fragment: no apiVersion or kind"
	}
	if isRGD(d) {
		return d, incomplete(d)
	}
	if strings.HasSuffix(base, "-template.yaml") || strings.HasSuffix(base, "-tmpl.yaml") {
		return d, "input of envsubst"
	}
	return d, ""
}

// incomplete says what a document of kind RGD lacks to be one.
func incomplete(d document) string {
	metadata, _ := d.object["metadata"].(map[string]any)
	if name, _ := metadata["name"].(string); name == "" {
		return "fragment: RGD without a name"
	}
	spec, _ := d.object["spec"].(map[string]any)
	schema, ok := spec["schema"].(map[string]any)
	if !ok {
		return "fragment: RGD without a schema"
	}
	if kind, _ := schema["kind"].(string); kind == "" {
		return "fragment: RGD that defines no kind"
	}
	return ""
}

func isRGD(d document) bool {
	return d.kind() == "ResourceGraphDefinition" && strings.HasPrefix(d.apiVersion(), "kro.run/")
}
