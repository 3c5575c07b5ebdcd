package drawing

import (
	"fmt"
	"io"
	"strings"
)

// Mermaid writes the graphs as one flowchart.
func Mermaid(w io.Writer, graphs []Graph) error {
	var b strings.Builder
	b.WriteString("flowchart TB\n")
	first := 0
	var held, absent []string
	for i, g := range graphs {
		fmt.Fprintf(&b, "  subgraph g%d[\"%s\"]\n", i, mermaidText(g.Name+": "+g.Title))
		for at, n := range g.Nodes {
			id := fmt.Sprintf("n%d", first+at)
			left, right := mermaidShape(n.Kind)
			var lines []string
			for _, line := range n.label() {
				lines = append(lines, mermaidText(line))
			}
			fmt.Fprintf(&b, "    %s%s\"%s\"%s\n", id, left, strings.Join(lines, "<br/>"), right)
			switch n.State {
			case Held:
				held = append(held, id)
			case Absent:
				absent = append(absent, id)
			case Plain:
			}
		}
		b.WriteString("  end\n")
		for at, n := range g.Nodes {
			for _, need := range n.Needs {
				fmt.Fprintf(&b, "  n%d --> n%d\n", first+need.To, first+at)
			}
		}
		first += len(g.Nodes)
	}
	mermaidClass(&b, Held, held)
	mermaidClass(&b, Absent, absent)
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidClass gives the nodes of a state a dashed border.
func mermaidClass(b *strings.Builder, s State, ids []string) {
	if len(ids) > 0 {
		fmt.Fprintf(b, "  classDef %s stroke-dasharray: 4 4\n  class %s %[1]s\n", s, strings.Join(ids, ","))
	}
}

func mermaidShape(k Kind) (left, right string) {
	switch k {
	case Collection:
		return "[[", "]]"
	case External:
		return "([", "])"
	case Nested:
		return "{{", "}}"
	case Resource:
	}
	return "[", "]"
}

// mermaidText escapes a text for a quoted label, in which Mermaid reads entities and HTML.
func mermaidText(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", "\\", "#92;").Replace(oneLine(s))
}
