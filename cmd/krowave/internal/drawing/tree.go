package drawing

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tree writes the graph as indented text, level by level.
func Tree(w io.Writer, g Graph) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Name, g.Title)
	width := 0
	for _, n := range g.Nodes {
		width = max(width, utf8.RuneCountInString(n.ID))
	}
	levels := g.levels()
	for i, level := range levels {
		t := branch{last: i == len(levels)-1 && g.Last == ""}
		fmt.Fprintf(&b, "%slevel %d\n", t.mark(), g.Nodes[level[0]].Level)
		for j, at := range level {
			t.node(&b, g, g.Nodes[at], width, j == len(level)-1)
		}
	}
	if g.Last != "" {
		t := branch{last: true}
		fmt.Fprintf(&b, "%slevel %d\n%s%s%s\n", t.mark(), g.LastLevel, t.rail(), t.mark(), g.Last)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// branch is one branch of a tree: a level, or a node on it.
type branch struct{ last bool }

// mark stands in front of the branch itself, and rail in front of what hangs on it.
func (t branch) mark() string {
	if t.last {
		return "└─ "
	}
	return "├─ "
}

func (t branch) rail() string {
	if t.last {
		return "   "
	}
	return "│  "
}

func (t branch) node(b *strings.Builder, g Graph, n Node, width int, last bool) {
	leaf := branch{last: last}
	pad := strings.Repeat(" ", width-utf8.RuneCountInString(n.ID))
	fmt.Fprintf(b, "%s%s%s%s  %s", t.rail(), leaf.mark(), n.ID, pad, n.Text)
	if s := n.State.String(); s != "" {
		fmt.Fprintf(b, " (%s)", s)
	}
	b.WriteByte('\n')
	notes := n.Notes
	if len(n.Needs) > 0 {
		var needs []string
		for _, need := range n.Needs {
			needs = append(needs, g.Nodes[need.To].ID)
		}
		notes = slices.Concat([]string{"needs " + strings.Join(needs, ", ")}, notes)
	}
	for _, note := range notes {
		fmt.Fprintf(b, "%s%s   %s\n", t.rail(), leaf.rail(), oneLine(note))
	}
}

// oneLine is a text without line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
