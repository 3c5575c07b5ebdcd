// Package output holds the documents that the command writes for other programs.
//
// In: what package render found: diagnostics, results, explanations. Out: values whose
// JSON form is documented, field by field, in docs/reference/output.md; a test holds
// the two together. Every document of our own says its version and kind, and a field
// never changes its meaning within a version.
//
// The package decides nothing and reads nothing; lists have the order of what they are
// made from, and the same input gives the same bytes.
package output

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/krowave/krowave/render/source"
)

// Version is the apiVersion of all documents of our own.
const Version = "krowave.dev/v1alpha1"

// Header says what a document is.
type Header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

func header(kind string) Header { return Header{APIVersion: Version, Kind: kind} }

// Place is a piece of the user's text. Lines and columns count from 1, columns in
// characters; the end is just behind the last one. A place that is a file as a whole
// has no lines, and no place has no file either.
type Place struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"endLine,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"`
}

// PlaceOf is the place of a span.
func PlaceOf(s source.Span) Place {
	start, end := s.Start(), s.End()
	return Place{File: s.Path(), Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column}
}

// String is file:line:column, or the file alone, or "".
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Write writes a document as indented JSON.
func Write(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}
