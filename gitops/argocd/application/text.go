package application

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// The bounds of a text that Argo CD keeps in the Application and in its cache.
const (
	maxProblems  = 20
	maxTextBytes = 8 << 10
	maxLineRunes = 600
)

// writer writes a text of bounded length, item by item.
type writer struct {
	b       strings.Builder
	items   int
	skipped int
}

// add writes an item of some lines unless the text is full.
func (w *writer) add(lines ...string) {
	for i, line := range lines {
		lines[i] = clipped(line)
	}
	item := strings.Join(lines, "\n") + "\n"
	if w.skipped > 0 || w.items == maxProblems || w.items > 0 && w.b.Len()+len(item) > maxTextBytes {
		w.skipped++
		return
	}
	w.items++
	w.b.WriteString(item)
}

// text is what was written, and how much was not.
func (w *writer) text(what string) string {
	text := strings.TrimSuffix(w.b.String(), "\n")
	switch w.skipped {
	case 0:
		return text
	case 1:
		return text + "\n… and one more " + what
	}
	return fmt.Sprintf("%s\n… and %d more %ss", text, w.skipped, what)
}

// clipped is a line of bounded length, without line breaks.
func clipped(line string) string {
	line = strings.ReplaceAll(strings.ReplaceAll(line, "\r", " "), "\n", " ")
	if utf8.RuneCountInString(line) > maxLineRunes {
		line = string([]rune(line)[:maxLineRunes]) + "…"
	}
	return strings.ToValidUTF8(line, "\uFFFD")
}

// lineOf is the first line of a problem: file:line:column: code: message.
func lineOf(d diag.Diagnostic) string {
	line := string(d.Code) + ": " + d.Message
	if at := positionOf(d.Span); at != "" {
		line = at + ": " + line
	}
	return line
}

// positionOf is path:line:column, or the path alone, or "".
func positionOf(s source.Span) string {
	if p := s.Start(); p.Line > 0 {
		return fmt.Sprintf("%s:%d:%d", s.Path(), p.Line, p.Column)
	}
	return s.Path()
}

// invalid is the error for problems; the list has some errors.
func invalid(list diag.List) *InvalidError {
	e := &InvalidError{}
	var w writer
	for _, d := range list.Sorted() {
		if d.Severity != diag.Error {
			continue
		}
		e.Problems = append(e.Problems, d)
		lines := []string{lineOf(d)}
		if d.Hint != "" {
			lines = append(lines, "  hint: "+asParameters(d.Hint))
		}
		for _, other := range d.Related {
			lines = append(lines, "  "+positionOf(other.Span)+": "+other.Message)
		}
		w.add(lines...)
	}
	e.text = w.text("problem")
	return e
}

// asParameters is a hint of the engine, which speaks to users of the command, in the words of this one.
func asParameters(hint string) string {
	for _, name := range []string{"crds", "rgds", "observed", "allow-empty", "strict"} {
		hint = strings.ReplaceAll(hint, "--"+name, "the parameter "+name)
	}
	return hint
}
