package drawing

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The colours are legible on light and on dark pages: boxes bring their own ground, and
// arrows and titles are of a grey between the two.
const style = `
    text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328 }
    .title { font-weight: 600; fill: #768390 }
    .level { fill: #768390 }
    .id { font-weight: 600 }
    .note { fill: #57606a }
    rect { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2 }
    .external rect { fill: #eaeef2 }
    .nested rect { stroke-width: 2.4 }
    .held rect { stroke: #9a6700; stroke-dasharray: 5 3 }
    .absent { opacity: 0.6 }
    .absent rect { stroke-dasharray: 2 3 }
    path { fill: none; stroke: #768390; stroke-width: 1.3 }
    marker path { fill: #768390; stroke: none }
`

// levelWide is the space for the numbers of the levels at the left.
const levelWide = 9 * advance

// SVG writes the graphs below each other as one picture.
func SVG(w io.Writer, graphs []Graph) error {
	var body strings.Builder
	width, y := 0, margin
	for _, g := range graphs {
		l := place(g)
		title := oneLine(g.Name + ": " + g.Title)
		fmt.Fprintf(&body, "  <text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n", margin, y+lineHigh, svgText(title))
		y += 2 * lineHigh
		fmt.Fprintf(&body, "  <g transform=\"translate(%d %d)\">\n", margin+levelWide, y)
		l.draw(&body, g)
		body.WriteString("  </g>\n")
		width = max(width, l.width+levelWide, utf8.RuneCountInString(title)*advance)
		y += l.height + 2*margin
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"img\">\n", width+2*margin, y)
	fmt.Fprintf(&b, "  <style>%s  </style>\n", style)
	b.WriteString("  <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n")
	b.WriteString(body.String())
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// draw writes the levels, then the arrows, and the boxes above them.
func (l *layout) draw(b *strings.Builder, g Graph) {
	for row, top := range l.tops {
		fmt.Fprintf(b, "    <text class=\"level\" x=\"%d\" y=\"%d\">level %d</text>\n", -levelWide, top+lineHigh, g.Nodes[l.first(row)].Level)
	}
	for _, arrow := range l.arrows {
		to := l.boxes[arrow[len(arrow)-1]]
		var texts []string
		for _, need := range g.Nodes[to.node].Needs {
			if need.To == arrow[0] {
				texts = need.Texts
			}
		}
		fmt.Fprintf(b, "    <path d=\"%s\" marker-end=\"url(#head)\"><title>%s</title></path>\n", l.route(arrow), svgText(strings.Join(texts, "\n")))
	}
	for _, box := range l.boxes {
		if box.node >= 0 {
			box.draw(b, g.Nodes[box.node], l.tops[box.row])
		}
	}
}

// first is a node of a row.
func (l *layout) first(row int) int {
	for _, b := range l.rows[row] {
		if l.boxes[b].node >= 0 {
			return l.boxes[b].node
		}
	}
	return 0
}

// route is the path of an arrow: from the bottom of a box straight down through every
// point that it passes, to the top of the last one.
func (l *layout) route(arrow []int) string {
	from, to := l.boxes[arrow[0]], l.boxes[arrow[len(arrow)-1]]
	if from.row >= to.row { // beside each other
		y := l.tops[from.row] + lineHigh
		side := 1
		if to.x < from.x {
			side = -1
		}
		return fmt.Sprintf("M%d %dL%d %d", from.x+side*from.width/2, y, to.x-side*to.width/2, y)
	}
	var path strings.Builder
	x := from.x
	fmt.Fprintf(&path, "M%d %d", x, l.tops[from.row]+from.height)
	for _, at := range arrow[1:] {
		b := l.boxes[at]
		top := l.tops[b.row]
		bend := top - rowGap/2
		fmt.Fprintf(&path, "L%d %dC%d %d %d %d %d %d", x, top-rowGap, x, bend, b.x, bend, b.x, top)
		x = b.x
	}
	return path.String()
}

func (b box) draw(out *strings.Builder, n Node, top int) {
	classes := n.Kind.String()
	if s := n.State.String(); s != "" {
		classes += " " + s
	}
	left := b.x - b.width/2
	fmt.Fprintf(out, "    <g class=\"%s\"><title>%s</title>\n", classes, svgText(strings.Join(n.label(), "\n")))
	round := 3
	if n.Kind == External {
		round = 12
	}
	if n.Kind == Collection {
		fmt.Fprintf(out, "      <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n", left+4, top+4, b.width, b.height, round)
	}
	fmt.Fprintf(out, "      <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n", left, top, b.width, b.height, round)
	for i, line := range n.label() {
		class := "note"
		if i == 0 {
			class = "id"
		}
		fmt.Fprintf(out, "      <text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, left+padding, top+lineHigh*(i+1), svgText(short(line)))
	}
	out.WriteString("    </g>\n")
}

// short cuts a line that is too long for a box.
func short(line string) string {
	runes := []rune(oneLine(line))
	if len(runes) <= maxLetter {
		return string(runes)
	}
	return string(runes[:maxLetter-1]) + "…"
}

// svgText escapes a text for XML, without the control characters that XML cannot hold.
func svgText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
