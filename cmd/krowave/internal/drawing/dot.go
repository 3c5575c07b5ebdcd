package drawing

import (
	"fmt"
	"io"
	"strings"
)

// DOT writes the graphs as one digraph of Graphviz, each in a cluster of its own.
func DOT(w io.Writer, graphs []Graph) error {
	var b strings.Builder
	b.WriteString("digraph krowave {\n  newrank=true\n  node [shape=box fontname=\"sans-serif\" fontsize=11]\n")
	first := 0
	for i, g := range graphs {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n    fontname=\"sans-serif\"\n", i, dotText(g.Name+": "+g.Title))
		for at, n := range g.Nodes {
			fmt.Fprintf(&b, "    n%d [label=%s%s]\n", first+at, dotText(n.label()...), dotShape(n))
		}
		for _, level := range g.levels() {
			if len(level) < 2 {
				continue
			}
			b.WriteString("    { rank=same")
			for _, at := range level {
				fmt.Fprintf(&b, " n%d", first+at)
			}
			b.WriteString(" }\n")
		}
		b.WriteString("  }\n")
		for at, n := range g.Nodes {
			for _, need := range n.Needs {
				fmt.Fprintf(&b, "  n%d -> n%d [edgetooltip=%s]\n", first+need.To, first+at, dotText(need.Texts...))
			}
		}
		first += len(g.Nodes)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotShape are the attributes that tell kinds and states apart.
func dotShape(n Node) string {
	var styles []string
	shape := ""
	switch n.Kind {
	case Collection:
		shape = " peripheries=2"
	case External:
		styles = append(styles, "rounded")
	case Nested:
		shape = " shape=component"
	case Resource:
	}
	if n.State != Plain {
		styles = append(styles, "dashed")
	}
	if len(styles) > 0 {
		shape += fmt.Sprintf(" style=%q", strings.Join(styles, ","))
	}
	return shape
}

// dotText is a quoted string with one line for each text.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	escaped := make([]string, len(lines))
	for i, line := range lines {
		escaped[i] = escape.Replace(oneLine(line))
	}
	return `"` + strings.Join(escaped, `\n`) + `"`
}
