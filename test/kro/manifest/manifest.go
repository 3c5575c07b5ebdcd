// Package manifest reads YAML the way a Kubernetes client sends it to the API server.
//
// In: the text of a file. Out: its documents, and each document as the JSON value that the
// API server stores: YAML 1.1 scalars, whole numbers as int64, the last of two equal keys.
// It knows nothing of kinds and never touches a file.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// Document is one YAML document of a file.
type Document struct {
	Text string
	Line int // of its first line in the file, from 1
}

// Split cuts a file at its document markers. Documents without any content are left out.
func Split(file string) []Document {
	var documents []Document
	var text strings.Builder
	start := 1
	flush := func(next int) {
		if hasContent(text.String()) {
			documents = append(documents, Document{Text: text.String(), Line: start})
		}
		text.Reset()
		start = next
	}
	for i, line := range strings.Split(file, "\n") {
		trimmed := strings.TrimRight(line, " \t\r")
		if trimmed == "---" || trimmed == "..." || strings.HasPrefix(line, "--- #") {
			flush(i + 2)
			continue
		}
		text.WriteString(line)
		text.WriteByte('\n')
	}
	flush(0)
	return documents
}

// hasContent tells whether a document says more than comments and directives.
func hasContent(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "%") {
			return true
		}
	}
	return false
}

// Decode reads one document that is a map.
func Decode(text string) (map[string]any, error) {
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("reading YAML: %w", err)
	}
	var object map[string]any
	if err := utiljson.Unmarshal(raw, &object); err != nil {
		return nil, fmt.Errorf("reading an object: %w", err)
	}
	if object == nil {
		return nil, errors.New("reading an object: the document is empty")
	}
	return object, nil
}

// Normal is a value after one trip through JSON, the form in which values of different
// origins (Go structs, CEL results, YAML) can be compared.
func Normal(value any) (any, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	var normal any
	if err := utiljson.Unmarshal(buffer.Bytes(), &normal); err != nil {
		return nil, fmt.Errorf("reading JSON back: %w", err)
	}
	return normal, nil
}

// NormalMap is Normal for a value that is a JSON object.
func NormalMap(value any) (map[string]any, error) {
	normal, err := Normal(value)
	if err != nil {
		return nil, err
	}
	object, ok := normal.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want a JSON object, got %T", normal)
	}
	return object, nil
}
