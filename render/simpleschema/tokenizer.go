package simpleschema

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/krowave/krowave/render/diag"
)

// marker is one key=value.
type marker struct {
	// name is the marker's name, or "" when it is unknown or its value is broken,
	// which was reported; such a marker has no effect.
	name  string
	key   Text
	value Text
	// bare is set when a blank follows the = at once, so that the value is empty.
	bare bool
}

// tokenizer is the state machine that splits markers, character by character, as
// kro does (docs/compat/kro.md#markers). Where kro stops at the first problem it
// goes on, with the most likely meaning.
type tokenizer struct {
	in      Text
	diags   *problems
	markers []marker

	// words are the pieces that were read since the last value and belong to no
	// marker yet; the last one becomes a key when = follows.
	words   []Text
	current *marker // whose value is being read
	start   int     // of the value

	quoteAt   int // of the open quote, or -1
	depth     int // of open brackets
	bracketAt int // of the outermost open bracket
	escaped   bool
}

// tokenize splits the text behind the first | of a field.
func tokenize(in Text, diags *problems) []marker {
	t := &tokenizer{in: in, diags: diags, quoteAt: -1}
	for i := 0; i < len(in.str); {
		c, width := utf8.DecodeRuneInString(in.str[i:])
		t.step(i, width, c)
		i += width
	}
	t.finish()
	return t.markers
}

// step consumes one character.
func (t *tokenizer) step(i, width int, c rune) {
	quoted := t.quoteAt >= 0
	switch {
	case c == '=' && t.current == nil && !quoted && t.depth == 0:
		t.open(i)
		return
	case c == '"' && !t.escaped:
		if quoted {
			t.quoteAt = -1
		} else {
			t.quoteAt = i
		}
	case c == '\\' && quoted && !t.escaped:
		t.escaped = true
	case (c == '{' || c == '[') && !quoted:
		if t.depth == 0 {
			t.bracketAt = i
		}
		t.depth++
	case (c == '}' || c == ']') && !quoted:
		t.closeBracket(i)
	case unicode.IsSpace(c) && !quoted && t.depth == 0:
		if t.current != nil {
			t.close(i)
		}
		return
	default:
		t.escaped = false
	}
	if t.current == nil {
		t.word(i, width)
	}
}

func (t *tokenizer) closeBracket(i int) {
	t.depth--
	if t.depth < 0 {
		t.depth = 0
		t.diags.errorf(diag.SchemaMarkerSyntax, t.in.sub(i, i+1), "nothing opens this bracket").
			WithHint("quote a value that contains brackets: pattern=\"[a-z]+\"")
	}
}

// word adds a character to the words.
func (t *tokenizer) word(i, width int) {
	if n := len(t.words); n > 0 && t.words[n-1].to == t.in.from+i {
		t.words[n-1] = t.in.slice(t.words[n-1].from-t.in.from, i+width)
		return
	}
	t.words = append(t.words, t.in.slice(i, i+width))
}

// open turns the words before a = into the key of a marker.
func (t *tokenizer) open(i int) {
	words := t.words
	t.words, t.start = nil, i+1
	t.current = &marker{}
	if len(words) == 0 {
		t.diags.errorf(diag.SchemaMarkerSyntax, t.in.sub(i, i+1), "there is no marker name before this =").
			WithHint("quote a value that contains blanks or =")
		return
	}
	last := words[len(words)-1]
	t.current.key = last
	if joined := strings.TrimSpace(join(words)); isMarker(joined) {
		t.current.name = joined
		if len(words) > 1 {
			t.current.key = t.in.sub(words[0].from-t.in.from, last.to-t.in.from)
			t.diags.warnf(diag.SchemaSuspect, t.current.key, "kro reads this as %s", joined)
		}
		return
	}
	t.unknown(words)
}

// close ends the current value before the byte i.
func (t *tokenizer) close(i int) {
	t.current.value = value(t.in.slice(t.start, i))
	t.current.bare = i == t.start
	t.markers = append(t.markers, *t.current)
	t.current = nil
}

// finish handles the end of the text.
func (t *tokenizer) finish() {
	quoted, open := t.quoteAt >= 0, t.depth > 0
	if t.current != nil {
		if quoted || open {
			t.current.name = ""
		}
		t.close(len(t.in.str))
		t.markers[len(t.markers)-1].bare = false
	} else if !quoted && !open {
		t.stray(t.words)
	}
	if quoted {
		t.diags.errorf(diag.SchemaMarkerSyntax, t.in.sub(t.quoteAt, t.quoteAt+1), "nothing closes this quote").
			WithHint("write \\\" for a quotation mark inside a quoted value")
	}
	if open {
		t.diags.errorf(diag.SchemaMarkerSyntax, t.in.sub(t.bracketAt, t.bracketAt+1), "nothing closes this bracket").
			WithHint("quote a value that contains brackets: pattern=\"[a-z]+\"")
	}
}

func join(words []Text) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.str)
	}
	return b.String()
}

// value is a marker's value without its quotes. Only \" and \\ are escapes; every
// other backslash stays.
func value(raw Text) Text {
	s := raw.str
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return raw.trim()
	}
	v := Text{node: raw.node, from: raw.from, to: raw.to, at: make([]int, 0, len(s))}
	var b strings.Builder
	keep := func(i, written int) {
		v.at = append(v.at, raw.from+written)
		b.WriteByte(s[i])
	}
	escaped := false
	for i := 1; i < len(s)-1; i++ {
		if !escaped && s[i] == '\\' {
			escaped = true
			continue
		}
		written := i
		switch {
		case escaped && (s[i] == '"' || s[i] == '\\'):
			written = i - 1
		case escaped:
			keep(i-1, i-1)
		}
		escaped = false
		keep(i, written)
	}
	v.at = append(v.at, raw.from+len(s)-1)
	v.str = b.String()
	return v
}
