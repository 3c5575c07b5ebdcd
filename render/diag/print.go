package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/krowave/krowave/render/source"
)

// Style decides how [Print] writes.
type Style struct {
	Color bool
	// Max is the number of diagnostics to print before a count of the rest; 0 means all.
	Max int
}

const (
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	bold   = "\x1b[1m"
	reset  = "\x1b[0m"
)

// Print writes the list in the order it has. The first line of each problem has the
// form that editors and CI systems parse: path:line:column: severity[CODE]: message.
func Print(w io.Writer, list List, style Style) error {
	var b strings.Builder
	for i, d := range list {
		if style.Max > 0 && i == style.Max {
			fmt.Fprintf(&b, "… and %d more\n", len(list)-i)
			break
		}
		printOne(&b, d, style)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printOne(b *strings.Builder, d Diagnostic, style Style) {
	color, strong, end := "", "", ""
	if style.Color {
		color, strong, end = red, bold, reset
		if d.Severity == Warning {
			color = yellow
		}
	}
	if at := place(d.Span); at != "" {
		fmt.Fprintf(b, "%s%s:%s ", strong, at, end)
	}
	fmt.Fprintf(b, "%s%s[%s]:%s %s\n", color, d.Severity, d.Code, end, d.Message)
	if !d.Secret {
		excerpt(b, d.Span, color, end)
	}
	for _, r := range d.Related {
		fmt.Fprintf(b, "  %s: %s\n", place(r.Span), r.Message)
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "  hint: %s\n", d.Hint)
	}
}

// place is path:line:column, or the path alone, or "".
func place(s source.Span) string {
	if p := s.Start(); p.Line > 0 {
		return fmt.Sprintf("%s:%d:%d", s.Path(), p.Line, p.Column)
	}
	return s.Path()
}

// excerpt writes the line of a span and carets under it. Tabs are kept in the
// margin so that the carets stand right whatever the tab width.
func excerpt(b *strings.Builder, s source.Span, color, end string) {
	start, stop := s.Start(), s.End()
	if start.Line == 0 {
		return
	}
	line := s.File().LineText(start.Line)
	if strings.TrimSpace(line) == "" {
		return
	}
	runes := []rune(line)
	from := min(start.Column-1, len(runes))
	to := len(runes)
	if stop.Line == start.Line {
		to = min(stop.Column-1, len(runes))
	}
	line, from, to = window(runes, from, to)
	margin := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string([]rune(line)[:from]))
	fmt.Fprintf(b, "    %s\n    %s%s%s%s\n", line, margin, color, strings.Repeat("^", max(1, to-from)), end)
}

// maxExcerpt is the width of an excerpt in runes. Longer lines, such as minified
// JSON, are cut around the span.
const maxExcerpt = 160

func window(runes []rune, from, to int) (line string, start, stop int) {
	if len(runes) <= maxExcerpt {
		return string(runes), from, to
	}
	left := max(0, min(from-maxExcerpt/4, len(runes)-maxExcerpt))
	right := min(len(runes), left+maxExcerpt)
	cut := string(runes[left:right])
	prefix := ""
	if left > 0 {
		prefix = "…"
	}
	if right < len(runes) {
		cut += "…"
	}
	shift := utf8.RuneCountInString(prefix) - left
	return prefix + cut, from + shift, min(to, right) + shift
}
