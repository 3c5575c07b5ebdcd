package drawing

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Sizes in pixels. The font is of fixed width, so that a text's width is known
// without a font at hand.
const (
	advance   = 7  // of one character
	lineHigh  = 15 // of one line of text
	padding   = 8  // inside a box
	gap       = 28 // between boxes of a row
	rowGap    = 44 // between rows
	margin    = 12 // around everything
	maxLetter = 48 // characters of one line; longer texts are cut
	sweeps    = 12 // passes that untangle the rows
)

// box is a node on the canvas, or a point that an arrow goes through on a row where
// neither of its ends is.
type box struct {
	node   int // position in the graph, or -1
	row    int
	x      int // of the middle
	width  int
	height int
	up     []int // boxes of the row above that it is connected with
	down   []int // the same below
}

// layout is a graph with places: boxes in rows, and for every arrow the boxes that it passes.
type layout struct {
	boxes  []box
	rows   [][]int // from left to right
	tops   []int   // of the rows
	height int
	width  int
	arrows [][]int // from the needed node to the one that needs it
}

// place computes where everything goes.
func place(g Graph) *layout {
	l := &layout{boxes: make([]box, len(g.Nodes))}
	for row, level := range g.levels() {
		l.rows = append(l.rows, level)
		for _, i := range level {
			l.boxes[i] = newBox(g.Nodes[i], i, row)
		}
	}
	for i, n := range g.Nodes {
		for _, need := range n.Needs {
			l.connect(need.To, i)
		}
	}
	l.untangle()
	l.spread()
	return l
}

func newBox(n Node, at, row int) box {
	widest := 0
	for _, line := range n.label() {
		widest = max(widest, min(maxLetter, utf8.RuneCountInString(oneLine(line))))
	}
	return box{node: at, row: row, width: widest*advance + 2*padding, height: len(n.label())*lineHigh + padding}
}

// connect draws an arrow, with a point on every row that it crosses. Nodes on one row are
// not connected: only nodes without levels of their own can be there.
func (l *layout) connect(from, to int) {
	arrow := []int{from}
	for row := l.boxes[from].row + 1; row < l.boxes[to].row; row++ {
		l.boxes = append(l.boxes, box{node: -1, row: row, width: advance})
		l.rows[row] = append(l.rows[row], len(l.boxes)-1)
		arrow = append(arrow, len(l.boxes)-1)
	}
	arrow = append(arrow, to)
	l.arrows = append(l.arrows, arrow)
	if l.boxes[from].row >= l.boxes[to].row {
		return
	}
	for i := 1; i < len(arrow); i++ {
		l.boxes[arrow[i-1]].down = append(l.boxes[arrow[i-1]].down, arrow[i])
		l.boxes[arrow[i]].up = append(l.boxes[arrow[i]].up, arrow[i-1])
	}
}

// untangle orders the boxes of each row by the middle of what they are connected with,
// downwards and upwards in turn.
func (l *layout) untangle() {
	position := make([]int, len(l.boxes))
	number := func() {
		for _, row := range l.rows {
			for at, b := range row {
				position[b] = at
			}
		}
	}
	number()
	for sweep := range sweeps {
		for i := range l.rows {
			row := l.rows[i]
			neighbours := func(b int) []int { return l.boxes[b].up }
			if sweep%2 == 1 {
				row = l.rows[len(l.rows)-1-i]
				neighbours = func(b int) []int { return l.boxes[b].down }
			}
			slices.SortStableFunc(row, func(a, b int) int {
				return cmp.Compare(median(position, neighbours(a), position[a]), median(position, neighbours(b), position[b]))
			})
			number()
		}
	}
}

// median is twice the median of the positions, so that it is a whole number, or twice
// the box's own one when it has no neighbours.
func median(position, neighbours []int, own int) int {
	if len(neighbours) == 0 {
		return 2 * own
	}
	all := make([]int, len(neighbours))
	for i, n := range neighbours {
		all[i] = position[n]
	}
	slices.Sort(all)
	return all[(len(all)-1)/2] + all[len(all)/2]
}

// spread gives every box its place: near the middle of its neighbours, in the order of
// the row, without overlap.
func (l *layout) spread() {
	for _, row := range l.rows {
		l.push(row)
	}
	for sweep := range sweeps {
		for i := range l.rows {
			row := l.rows[i]
			if sweep%2 == 1 {
				row = l.rows[len(l.rows)-1-i]
			}
			for _, b := range row {
				l.boxes[b].x = l.wanted(b)
			}
			l.push(row)
		}
	}
	l.fit()
}

// wanted is the mean of the neighbours on both sides.
func (l *layout) wanted(at int) int {
	b := l.boxes[at]
	neighbours := slices.Concat(b.up, b.down)
	if len(neighbours) == 0 {
		return b.x
	}
	sum := 0
	for _, n := range neighbours {
		sum += l.boxes[n].x
	}
	return sum / len(neighbours)
}

// push moves the boxes of a row apart until none overlap, and moves the row back by what
// that has shifted it.
func (l *layout) push(row []int) {
	before, after := 0, 0
	edge := 0
	for at, i := range row {
		b := &l.boxes[i]
		before += b.x
		left := b.x - b.width/2
		if at > 0 && left < edge+gap {
			left = edge + gap
		}
		b.x = left + b.width/2
		edge = left + b.width
		after += b.x
	}
	if len(row) == 0 {
		return
	}
	shift := (before - after) / len(row)
	for _, i := range row {
		l.boxes[i].x += shift
	}
}

// fit moves everything to positive places and computes the height of the rows.
func (l *layout) fit() {
	left, right := 0, 0
	for i, b := range l.boxes {
		if i == 0 {
			left, right = b.x-b.width/2, b.x+b.width/2
		}
		left, right = min(left, b.x-b.width/2), max(right, b.x+b.width/2)
	}
	for i := range l.boxes {
		l.boxes[i].x += -left
	}
	l.width = right - left
	for _, row := range l.rows {
		l.tops = append(l.tops, l.height)
		high := 0
		for _, b := range row {
			high = max(high, l.boxes[b].height)
		}
		l.height += high + rowGap
	}
	l.height = max(0, l.height-rowGap)
}
