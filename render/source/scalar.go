package source

import (
	"strings"
	"unicode/utf8"
)

// style is how a scalar is written.
type style uint8

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
	folded
)

// rawEnd is the byte offset just behind the scalar in the file.
func (n *Node) rawEnd() int {
	data := n.file.data
	switch n.style {
	case singleQuoted, doubleQuoted:
		return quotedEnd(data, n.at())
	case literal, folded:
		return blockEnd(n.file, n.at())
	case plain:
		if strings.HasPrefix(data[min(n.at(), len(data)):], n.str) {
			return n.at() + len(n.str)
		}
		if offsets := n.align(); len(offsets) > 1 {
			last := offsets[len(offsets)-2]
			return last + n.rawWidth(last)
		}
		return wordEnd(data, n.at())
	}
	return n.at()
}

// wordEnd is the end of a plain scalar that is written differently from what it means,
// such as the key y, which is true.
func wordEnd(data string, start int) int {
	rest := data[min(start, len(data)):]
	if end := strings.IndexAny(rest, " \t\r\n,:]}#"); end >= 0 {
		return start + end
	}
	return start + len(rest)
}

// quotedEnd is the offset behind the closing quote of the scalar that opens at start.
func quotedEnd(data string, start int) int {
	if start >= len(data) {
		return len(data)
	}
	quote := data[start]
	for i := start + 1; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case data[i] == quote && quote == '\'' && i+1 < len(data) && data[i+1] == '\'':
			i++
		case data[i] == quote:
			return i + 1
		}
	}
	return len(data)
}

// blockEnd is the end of the last line of a block scalar whose indicator is at start.
func blockEnd(f *File, start int) int {
	line := f.lineOf(start)
	parent := indentOf(f.LineText(line + 1))
	end := f.lines[line] + len(f.LineText(line+1))
	for i := line + 1; i < len(f.lines); i++ {
		text := f.LineText(i + 1)
		if strings.TrimSpace(text) == "" {
			continue
		}
		if indentOf(text) <= parent {
			break
		}
		end = f.lines[i] + len(text)
	}
	return end
}

func indentOf(line string) int {
	return len(line) - len(strings.TrimLeft(line, " "))
}

// align maps every byte of the decoded string to the byte of the file that
// it came from; one more entry stands for the end. It answers nil when the two
// texts do not match, which happens only for tags and escapes that this
// package does not know. It is computed on demand: only problems need it.
func (n *Node) align() []int {
	a := aligner{data: n.file.data, at: n.at(), offsets: make([]int, 0, len(n.str)+1)}
	switch n.style {
	case doubleQuoted:
		a.at++
		a.end = quotedEnd(a.data, n.at()) - 1
		return a.double(n.str)
	case singleQuoted:
		a.at++
		a.end = quotedEnd(a.data, n.at()) - 1
	case literal, folded:
		a.end = blockEnd(n.file, n.at())
		a.skipLine()
	case plain:
		a.end = len(a.data)
	}
	return a.folded(n.str, n.style)
}

// rawWidth is the number of file bytes that make the decoded character at a raw offset.
func (n *Node) rawWidth(at int) int {
	data := n.file.data[at:]
	if data == "" {
		return 0
	}
	if n.style == doubleQuoted && data[0] == '\\' {
		_, width := unescape(data)
		return width
	}
	if n.style == singleQuoted && strings.HasPrefix(data, "''") {
		return 2
	}
	_, size := utf8.DecodeRuneInString(data)
	return size
}

// aligner walks raw text and decoded text side by side.
type aligner struct {
	data    string
	at, end int
	offsets []int
}

func (a *aligner) skipLine() {
	n := strings.IndexByte(a.data[a.at:a.end], '\n')
	if n < 0 {
		a.at = a.end
		return
	}
	a.at += n + 1
}

// folded aligns every style but double-quoted. Line folding only ever drops or
// replaces white space, so white space of the file that does not match is skipped.
func (a *aligner) folded(decoded string, s style) []int {
	for i := range len(decoded) {
		c := decoded[i]
		for a.at < a.end && a.data[a.at] != c && isSpace(a.data[a.at]) && !isBreakFor(c, a.data[a.at]) {
			a.at++
		}
		if a.at >= a.end {
			if c != '\n' { // A clipped or missing final line break has no text of its own.
				return nil
			}
			a.offsets = append(a.offsets, a.end)
			continue
		}
		if a.data[a.at] != c && !isBreakFor(c, a.data[a.at]) {
			return nil
		}
		a.offsets = append(a.offsets, a.at)
		if s == singleQuoted && c == '\'' {
			a.at++
		}
		a.at++
	}
	return append(a.offsets, a.at)
}

// isBreakFor reports that a line break of the file stands for a decoded blank.
func isBreakFor(decoded, raw byte) bool { return decoded == ' ' && raw == '\n' }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// double aligns a double-quoted scalar.
func (a *aligner) double(decoded string) []int {
	for i := 0; i < len(decoded); {
		a.skipJoins()
		if a.at >= a.end {
			return nil
		}
		text, width := a.piece(decoded[i:])
		if width == 0 {
			a.at++
			continue
		}
		if text == "" || !strings.HasPrefix(decoded[i:], text) {
			return nil
		}
		for range len(text) {
			a.offsets = append(a.offsets, a.at)
		}
		i += len(text)
		a.at += width
	}
	return append(a.offsets, a.end)
}

// skipJoins skips line breaks that a backslash takes out of the text.
func (a *aligner) skipJoins() {
	for strings.HasPrefix(a.data[a.at:], "\\\n") || strings.HasPrefix(a.data[a.at:], "\\\r\n") {
		a.at = a.skipBlank(a.at + 1)
	}
}

// piece is what the file has at the current place, as text and as a number of bytes;
// 0 bytes stand for white space that folding drops.
func (a *aligner) piece(decoded string) (text string, width int) {
	switch {
	case a.data[a.at] == '\\':
		return unescape(a.data[a.at:a.end])
	case decoded[0] == a.data[a.at] || !isSpace(a.data[a.at]):
		return a.data[a.at : a.at+1], 1
	case decoded[0] == '\n':
		return "\n", 1
	case decoded[0] == ' ':
		return " ", a.skipBlank(a.at) - a.at
	}
	return "", 0
}

func (a *aligner) skipBlank(at int) int {
	for at < a.end && isSpace(a.data[at]) {
		at++
	}
	return at
}

// unescape is the text of the YAML escape at the start of raw and its width in the file,
// or "" when it is not an escape of YAML 1.1.
func unescape(raw string) (text string, width int) {
	if len(raw) < 2 {
		return "", 1
	}
	digits := 0
	switch raw[1] {
	case '0':
		return "\x00", 2
	case 'a':
		return "\a", 2
	case 'b':
		return "\b", 2
	case 't', '\t':
		return "\t", 2
	case 'n':
		return "\n", 2
	case 'v':
		return "\v", 2
	case 'f':
		return "\f", 2
	case 'r':
		return "\r", 2
	case 'e':
		return "\x1b", 2
	case ' ', '"', '/', '\\', '\'':
		return raw[1:2], 2
	case 'N':
		return "\u0085", 2
	case '_':
		return "\u00a0", 2
	case 'L':
		return "\u2028", 2
	case 'P':
		return "\u2029", 2
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if digits == 0 || len(raw) < 2+digits {
		return "", 2
	}
	var r rune
	for _, c := range raw[2 : 2+digits] {
		r = r<<4 | hexDigit(c)
	}
	return string(r), 2 + digits
}

func hexDigit(c rune) rune {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0
}
