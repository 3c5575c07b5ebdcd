package expr

import "strings"

// Shape tells what a string is for the language.
type Shape uint8

// The shapes of a string.
const (
	Literal    Shape = iota // no expression: the text itself
	Standalone              // one expression and nothing else: its value, of any type
	Template                // expressions within text, or several: a string
)

// Match is one ${…} in a string; offsets are bytes.
type Match struct {
	Start, End int // of the whole ${…}
}

// Scan is what a string holds.
type Scan struct {
	Shape   Shape
	Matches []Match
	// Nested is the offset of a ${ inside another expression, outside a string
	// literal, which kro refuses; -1 when there is none.
	Nested int
	// Open is the offset of a ${ that is never closed and so stays text; -1 when there is none.
	Open int
}

// maxOpen bounds how often a string without closing braces is searched anew, so
// that text of nothing but "${" costs linear time.
const maxOpen = 64

// ScanText finds the expressions of a string exactly as kro does: only double quotes
// quote, braces count outside of them, and what is not closed is text
// (docs/compat/kro.md#scanner).
func ScanText(text string) Scan {
	s := Scan{Nested: -1, Open: -1}
	if !strings.Contains(text, "${") {
		return s
	}
	opened := 0
	for from := 0; from < len(text) && opened < maxOpen; {
		at := strings.Index(text[from:], "${")
		if at < 0 {
			break
		}
		at += from
		end, nested := closing(text, at)
		switch {
		case nested >= 0:
			s.Nested = nested
			return s
		case end < 0:
			if s.Open < 0 {
				s.Open = at
			}
			opened++
			from = at + 1
		default:
			s.Matches = append(s.Matches, Match{Start: at, End: end})
			from = end
		}
	}
	switch {
	case len(s.Matches) == 1 && s.Matches[0].Start == 0 && s.Matches[0].End == len(text):
		s.Shape = Standalone
	case len(s.Matches) > 0:
		s.Shape = Template
	}
	return s
}

// closing is the offset behind the brace that closes the expression at open, or -1,
// and the offset of a forbidden ${ before it, or -1.
func closing(text string, open int) (end, nested int) {
	depth, quoted := 1, false
	for i := open + 2; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1, -1
			}
		case c == '$' && strings.HasPrefix(text[i:], "${") && text[i-1] != '"':
			return -1, i
		}
	}
	return -1, -1
}
