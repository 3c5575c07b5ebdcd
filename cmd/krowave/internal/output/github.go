package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/krowave/krowave/render/diag"
)

// GitHub writes the list as workflow commands of GitHub Actions, which show each problem
// at its line of a pull request.
func GitHub(w io.Writer, list diag.List) error {
	var b strings.Builder
	for _, d := range diagnostics(list) {
		properties := ""
		add := func(key, value string) {
			separator := ","
			if properties == "" {
				separator = " "
			}
			properties += separator + key + "=" + escapeProperty(value)
		}
		if d.File != "" {
			add("file", d.File)
		}
		if d.Line > 0 {
			add("line", fmt.Sprint(d.Line))
			add("endLine", fmt.Sprint(d.EndLine))
			// Columns are only shown, and only understood, within one line.
			if d.EndLine == d.Line {
				add("col", fmt.Sprint(d.Column))
				add("endColumn", fmt.Sprint(d.EndColumn))
			}
		}
		add("title", d.Code)
		lines := []string{d.Message}
		for _, r := range d.Related {
			lines = append(lines, r.String()+": "+r.Message)
		}
		if d.Hint != "" {
			lines = append(lines, "hint: "+d.Hint)
		}
		fmt.Fprintf(&b, "::%s%s::%s\n", d.Severity, properties, escapeData(strings.Join(lines, "\n")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapeData escapes the text of a workflow command.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty escapes the value of a property of a workflow command.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
