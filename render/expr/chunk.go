package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/common"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// Chunk is the text of one expression and the place where it stands.
type Chunk struct {
	node       *source.Node
	start, end int // bytes of the CEL text, without ${ and }, in node.Str()
}

// Text is the CEL text as the user wrote it.
func (c Chunk) Text() string { return c.node.Str()[c.start:c.end] }

// Span is the place of the CEL text.
func (c Chunk) Span() source.Span { return c.node.SpanOf(c.start, c.end) }

// Node is the string that the expression stands in.
func (c Chunk) Node() *source.Node { return c.node }

// spanAt is the place of n bytes at an offset in runes, as CEL counts, of the text.
func (c Chunk) spanAt(runes, n int) source.Span {
	text := c.Text()
	at := 0
	for ; runes > 0 && at < len(text); runes-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return c.node.SpanOf(c.start+at, min(c.start+at+max(n, 1), c.end))
}

// offset is a CEL location (1-based line, 0-based column in runes) as a number of runes.
func (c Chunk) offset(location common.Location) int {
	text := c.Text()
	line, runes := 1, 0
	for i := 0; i < len(text) && line < location.Line(); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		runes++
		if r == '\n' {
			line++
		}
	}
	return runes + location.Column()
}

// locate is the place of n bytes at a CEL location.
func (c Chunk) locate(location common.Location, n int) source.Span {
	return c.spanAt(c.offset(location), n)
}

// spanBefore is the place of the last name in front of an offset in runes. CEL gives
// calls the place of their opening parenthesis.
func (c Chunk) spanBefore(runes int, name string) source.Span {
	text := c.Text()
	at := 0
	for ; runes > 0 && at < len(text); runes-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	if start := strings.LastIndex(text[:at], name); start >= 0 {
		return c.node.SpanOf(c.start+start, c.start+start+len(name))
	}
	return c.node.SpanOf(c.start+at, min(c.start+at+1, c.end))
}

// locateAfter is locate behind the given operator characters and blanks.
func (c Chunk) locateAfter(location common.Location, operator string, n int) source.Span {
	span := c.locate(location, 1)
	text := c.Text()
	for skip := 0; skip < len(text) && len(span.Text()) == 1 && strings.Contains(operator+" \t\n", span.Text()); skip++ {
		location = common.NewLocation(location.Line(), location.Column()+1)
		span = c.locate(location, 1)
	}
	return c.locate(location, n)
}

// Text is a string of the user split at its expressions.
type Text struct {
	Node  *source.Node
	Shape Shape
	// Parts alternate freely between literal text and expressions, in order. A
	// Standalone text has exactly one part, an expression.
	Parts []Part
}

// Part is either literal text or an expression.
type Part struct {
	Literal string
	Chunk   *Chunk // nil for literal text
}

// Split takes a String node apart. It reports expressions inside expressions and
// warns of a ${ that is never closed, since kro leaves it in the object as it is.
func Split(n *source.Node) (Text, diag.List) {
	var diags diag.List
	text := n.Str()
	s := ScanText(text)
	if s.Nested >= 0 {
		diags.Errorf(diag.ExpressionNested, n.SpanOf(s.Nested, s.Nested+2), "an expression cannot contain another ${…}").
			WithHint("inside an expression write the name alone, without ${ and }")
		return Text{Node: n}, diags
	}
	if s.Open >= 0 {
		diags.Warnf(diag.ExpressionOpen, n.SpanOf(s.Open, s.Open+2), "this ${ is never closed, so the text stays as it is").
			WithHint("only double quotes quote: a brace between single quotes counts")
	}
	t := Text{Node: n, Shape: s.Shape}
	at := 0
	for _, m := range s.Matches {
		if m.Start > at {
			t.Parts = append(t.Parts, Part{Literal: text[at:m.Start]})
		}
		t.Parts = append(t.Parts, Part{Chunk: &Chunk{node: n, start: m.Start + 2, end: m.End - 1}})
		at = m.End
	}
	if at < len(text) || len(t.Parts) == 0 {
		t.Parts = append(t.Parts, Part{Literal: text[at:]})
	}
	return t, diags
}

// Only answers the expression of a string that must be nothing but one expression:
// readyWhen, includeWhen, forEach and status.conditions.
func Only(n *source.Node, what string) (*Chunk, diag.List) {
	t, diags := Split(n)
	if diags.HasErrors() {
		return nil, diags
	}
	if t.Shape != Standalone {
		d := diags.Errorf(diag.ExpressionStandalone, n.Span(), "%s must be exactly one ${…} with nothing around it", what)
		switch {
		case t.Shape == Literal:
			d.WithHint("write ${%s}", n.Str())
		case len(t.Parts) == 2 && t.Parts[1].Literal == "\n":
			d.WithHint("a | block ends with a line break; use >- or |-")
		case ScanText(strings.TrimSpace(n.Str())).Shape == Standalone:
			d.WithHint("remove the white space around it")
		}
		return nil, diags
	}
	return t.Parts[0].Chunk, diags
}

// EndsInComment reports that the last line of the expression ends in a // comment.
func (c Chunk) EndsInComment() bool {
	quote := byte(0)
	text := c.Text()
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quote != 0 && b == '\\':
			i++
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '/' && i+1 < len(text) && text[i+1] == '/':
			n := strings.IndexByte(text[i:], '\n')
			if n < 0 {
				return true
			}
			i += n
		}
	}
	return false
}
