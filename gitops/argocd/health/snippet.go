package health

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const header = `# Health checks for Argo CD, written by krowave from RGDs. Patch them into the ConfigMap of Argo CD:
#   kubectl patch configmap argocd-cm --namespace argocd --patch-file FILE
# A check counts for all objects of its kind, in every Application, and takes the place of one
# that Argo CD ships for the kind.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
`

// Print writes checks as the part of the ConfigMap argocd-cm that has them. What they do not
// check stands in comments.
func Print(w io.Writer, checks []Check) error {
	var b strings.Builder
	b.WriteString(header)
	b.WriteString("data:")
	if !slices.ContainsFunc(checks, func(c Check) bool { return c.Lua != "" }) {
		b.WriteString(" {}")
	}
	for _, c := range checks {
		b.WriteString("\n")
		fmt.Fprintf(&b, "  # %s\n", line(c.From))
		for _, l := range c.Left {
			fmt.Fprintf(&b, "  # %s is not checked: %s\n  #   %s\n", place(l), line(l.Why), line(l.Expression))
		}
		if c.Lua == "" {
			fmt.Fprintf(&b, "  # %s stays without a check\n", c.Key())
			continue
		}
		fmt.Fprintf(&b, "  %s: |\n", c.Key())
		for text := range strings.Lines(c.Lua) {
			b.WriteString("    " + text)
		}
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n")+"\n")
	return err
}

// place is where a condition stands.
func place(l Left) string {
	at := l.Span.Start()
	return fmt.Sprintf("%s:%d:%d (%s)", line(l.Span.Path()), at.Line, at.Column, l.Node)
}

// line is text as one line of a comment.
func line(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == ' ' }), " ")
}
