package source

import (
	"strings"
	"unicode/utf8"
)

// byteOrderMark may start a file. The YAML library does not count it as a column.
const byteOrderMark = "\ufeff"

// yamlLines are the offsets of the lines as YAML 1.1 counts them: besides the line feed there are
// the carriage return and three Unicode characters that end a line, which editors and people do not count.
func yamlLines(f *File) []int {
	if !strings.ContainsAny(f.data, "\r\u0085\u2028\u2029") {
		return f.lines
	}
	lines := []int{0}
	for i := 0; i < len(f.data); {
		r, size := utf8.DecodeRuneInString(f.data[i:])
		i += size
		switch r {
		case '\r':
			if i < len(f.data) && f.data[i] == '\n' {
				i++
			}
		case '\n', '\u0085', '\u2028', '\u2029':
		default:
			continue
		}
		lines = append(lines, i)
	}
	return lines
}

// cursor is the last place that was asked for. Values come in the order of the text, so that the next
// one is found from it: a file of one long line takes linear time.
type cursor struct {
	line, column, at int
}

// offset is the byte offset of a 1-based line of the current chunk and a 1-based column in runes.
// Positions behind the end of the text are clamped to it.
func (p *parser) offset(line, column int) int {
	line += p.line - 1
	if line < 0 {
		return p.start
	}
	if line >= len(p.lines) {
		return len(p.file.data)
	}
	c := cursor{line: line, column: 1, at: max(p.lines[line], p.start)}
	if p.cursor.line == line && p.cursor.column > 1 && p.cursor.column <= column {
		c = p.cursor
	} else if c.at == 0 && strings.HasPrefix(p.file.data, byteOrderMark) {
		c.at = len(byteOrderMark)
	}
	for c.column < column && c.at < len(p.file.data) {
		_, size := utf8.DecodeRuneInString(p.file.data[c.at:])
		c.at += size
		c.column++
	}
	p.cursor = c
	return c.at
}
