package simpleschema

import (
	"strings"
	"unicode"

	"github.com/krowave/krowave/render/source"
)

// Text is a piece of a string in the user's file: a type, the key or the value of
// a marker, or a whole field name. The zero Text is empty and points nowhere.
type Text struct {
	node     *source.Node
	from, to int // bytes of the node's decoded string
	// str is the piece as SimpleSchema means it: without quotes and escapes when
	// it is a quoted marker value.
	str string
	// at maps each byte of str to a byte of the node's string. It is nil when the
	// two run in step.
	at []int
}

// wholeText is all of a scalar, whatever its kind.
func wholeText(n *source.Node) Text {
	return Text{node: n, to: len(n.Str()), str: n.Str()}
}

// String is the piece as SimpleSchema means it.
func (t Text) String() string { return t.str }

// IsZero reports that the piece points nowhere.
func (t Text) IsZero() bool { return t.node == nil }

// Span is the place of the whole piece in the file.
func (t Text) Span() source.Span { return t.node.SpanOf(t.from, t.to) }

// SpanOf is the place of the bytes between from and to (exclusive) of [Text.String].
func (t Text) SpanOf(from, to int) source.Span {
	return t.sub(from, to).Span()
}

// sub is a part of a piece; an impossible range is the whole piece.
func (t Text) sub(from, to int) Text {
	if from < 0 || to > len(t.str) || from > to {
		return t
	}
	if t.at != nil {
		return Text{node: t.node, from: t.at[from], to: t.at[to], str: t.str[from:to], at: t.at[from : to+1]}
	}
	return t.slice(from, to)
}

// slice is a part of a piece that has no escapes of its own.
func (t Text) slice(from, to int) Text {
	return Text{node: t.node, from: t.from + from, to: t.from + to, str: t.str[from:to]}
}

// trim drops white space at both ends.
func (t Text) trim() Text {
	from := len(t.str) - len(strings.TrimLeftFunc(t.str, unicode.IsSpace))
	return t.slice(from, from+len(strings.TrimSpace(t.str)))
}

// cutPrefix is the piece behind a prefix.
func (t Text) cutPrefix(prefix string) (rest Text, found bool) {
	if !strings.HasPrefix(t.str, prefix) {
		return t, false
	}
	return t.slice(len(prefix), len(t.str)), true
}
