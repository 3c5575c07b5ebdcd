package drawing_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/cmd/krowave/internal/drawing"
)

// writers are all formats.
func writers() map[string]func(io.Writer, drawing.Graph) error {
	return map[string]func(io.Writer, drawing.Graph) error{
		"Tree":    drawing.Tree,
		"Mermaid": func(w io.Writer, g drawing.Graph) error { return drawing.Mermaid(w, []drawing.Graph{g}) },
		"DOT":     func(w io.Writer, g drawing.Graph) error { return drawing.DOT(w, []drawing.Graph{g}) },
		"SVG":     func(w io.Writer, g drawing.Graph) error { return drawing.SVG(w, []drawing.Graph{g}) },
	}
}

// hostile holds the characters that some format gives a meaning to.
const hostile = "<&>\"'\\`#;]})|%\n\t\x00\x1b[31m\xffé世"

func hostileGraph() drawing.Graph {
	return drawing.Graph{
		Name: hostile, Title: hostile, Last: hostile, LastLevel: 1,
		Nodes: []drawing.Node{
			{ID: hostile, Text: hostile, Notes: []string{hostile}, Kind: drawing.Collection, State: drawing.Held},
			{ID: hostile, Text: hostile, Level: 1, Kind: drawing.External, Needs: []drawing.Need{{To: 0, Texts: []string{hostile}}}},
		},
	}
}

// TestEmpty: a graph without nodes is no mistake in any format.
func TestEmpty(t *testing.T) {
	t.Parallel()
	for name, write := range writers() {
		var b bytes.Buffer
		if err := write(&b, drawing.Graph{Name: "a", Title: "b"}); err != nil || b.Len() == 0 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
	}
}

// TestFailingWriter: what cannot be written is an error.
func TestFailingWriter(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for name, write := range writers() {
		if err := write(failing{full}, hostileGraph()); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestEscapes: texts end where they should, whatever is in them.
func TestEscapes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		line   string
	}{
		"Mermaid": {
			reason: "in a quoted label everything special is an entity",
			line:   `    n0[["#lt;#amp;#gt;#quot;'#92;#96;#35;;]})|% ` + "\x00\x1b[31m\xffé世",
		},
		"DOT": {
			reason: "a backslash and a quote are escaped",
			line:   "    n0 [label=\"<&>\\\"'\\\\`#;]})|% \x00\x1b[31m\xffé世\\n",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := writers()[name](&b, hostileGraph()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), tc.line) {
				t.Errorf("%s: want %q in\n%q", tc.reason, tc.line, b.String())
			}
		})
	}
}

// svgRect is a box of a picture.
type svgRect struct {
	X      int `xml:"x,attr"`
	Y      int `xml:"y,attr"`
	Width  int `xml:"width,attr"`
	Height int `xml:"height,attr"`
}

// TestSVG: any picture is well-formed XML, has a box for every node and no two boxes on
// each other, and does not change from one drawing to the next.
func TestSVG(t *testing.T) {
	t.Parallel()
	graphs := []drawing.Graph{hostileGraph(), {Name: "empty"}}
	for seed := range uint32(30) {
		graphs = append(graphs, random(seed, 1+int(seed)*2))
	}
	for _, g := range graphs {
		var first, second bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &second} {
			if err := drawing.SVG(b, []drawing.Graph{g}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(first.String(), second.String()); diff != "" {
			t.Errorf("%s: two drawings differ: -first +second\n%s", g.Name, diff)
		}
		var picture struct {
			Width  int `xml:"width,attr"`
			Height int `xml:"height,attr"`
			Canvas []struct {
				Boxes []struct {
					Rects []svgRect `xml:"rect"`
				} `xml:"g"`
				Arrows []struct {
					D string `xml:"d,attr"`
				} `xml:"path"`
			} `xml:"g"`
		}
		if err := xml.Unmarshal(first.Bytes(), &picture); err != nil {
			t.Fatalf("%s: %v\n%s", g.Name, err, first.Bytes())
		}
		var rects []svgRect
		for _, box := range picture.Canvas[0].Boxes {
			rects = append(rects, box.Rects[len(box.Rects)-1])
		}
		if len(rects) != len(g.Nodes) {
			t.Errorf("%s: %d boxes for %d nodes", g.Name, len(rects), len(g.Nodes))
		}
		arrows := 0
		for _, n := range g.Nodes {
			arrows += len(n.Needs)
		}
		if len(picture.Canvas[0].Arrows) != arrows {
			t.Errorf("%s: %d arrows for %d needs", g.Name, len(picture.Canvas[0].Arrows), arrows)
		}
		apart(t, g.Name, rects, picture.Width, picture.Height)
	}
}

// apart holds boxes against each other and the canvas.
func apart(t *testing.T, name string, rects []svgRect, width, height int) {
	t.Helper()
	for i, a := range rects {
		if a.X < 0 || a.Y < 0 || a.X+a.Width > width || a.Y+a.Height > height {
			t.Errorf("%s: box %d is outside of the picture: %+v in %dx%d", name, i, a, width, height)
		}
		for j, b := range rects[:i] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				t.Errorf("%s: the boxes %d and %d overlap: %+v %+v", name, i, j, a, b)
			}
		}
	}
}

// random is a graph that is the same for the same seed everywhere.
func random(seed uint32, size int) drawing.Graph {
	state := seed*2654435761 + 1
	next := func(below int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % below
	}
	kinds := []drawing.Kind{drawing.Resource, drawing.Collection, drawing.External, drawing.Nested}
	states := []drawing.State{drawing.Plain, drawing.Held, drawing.Absent}
	g := drawing.Graph{Name: fmt.Sprintf("seed %d", seed), Title: "random", Last: "end", LastLevel: size}
	for i := range size {
		n := drawing.Node{ID: fmt.Sprintf("n%d", i), Text: strings.Repeat("x", next(60)), Kind: kinds[next(len(kinds))], State: states[next(len(states))]}
		for to := range i {
			if next(6) == 0 {
				n.Needs = append(n.Needs, drawing.Need{To: to, Texts: []string{"e"}})
				n.Level = max(n.Level, g.Nodes[to].Level+1)
			}
		}
		if next(10) == 0 {
			n.Level += 3
		}
		if next(10) == 0 && i > 0 { // an external node takes no level of its own
			n.Needs = []drawing.Need{{To: i - 1}}
			n.Level = g.Nodes[i-1].Level
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}
