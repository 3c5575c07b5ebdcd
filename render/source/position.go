package source

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// File is one input file: its path as the user wrote it and its bytes.
// A File is immutable after [NewFile] and safe for concurrent use.
type File struct {
	path  string
	data  string
	lines []int // byte offset of the start of every line
}

// NewFile returns a File over a copy of data. Path is only used in messages and
// is kept as given, with forward slashes.
func NewFile(path string, data []byte) *File {
	f := &File{path: path, data: string(data)}
	f.lines = make([]int, 1, 1+strings.Count(f.data, "\n"))
	for i := 0; i < len(f.data); {
		n := strings.IndexByte(f.data[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		f.lines = append(f.lines, i)
	}
	return f
}

// Path is the name of the file in messages.
func (f *File) Path() string { return f.path }

// Text is the whole content of the file.
func (f *File) Text() string { return f.data }

// LineText is the content of a 1-based line without its line break, or "" when
// the file has no such line.
func (f *File) LineText(line int) string {
	if line < 1 || line > len(f.lines) {
		return ""
	}
	end := len(f.data)
	if line < len(f.lines) {
		end = f.lines[line] - 1
	}
	return strings.TrimSuffix(f.data[f.lines[line-1]:end], "\r")
}

// offset is the byte offset of a 1-based line and a 1-based column in runes.
// Positions behind the end of a line are clamped to it.
func (f *File) offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.data)
	}
	at := f.lines[line-1]
	for ; column > 1 && at < len(f.data) && f.data[at] != '\n'; column-- {
		_, size := utf8.DecodeRuneInString(f.data[at:])
		at += size
	}
	return at
}

// Position is a place in a file as people count: both numbers are 1-based, and
// the column counts runes, not bytes and not terminal cells.
type Position struct {
	Line, Column int
}

// position converts a byte offset.
func (f *File) position(offset int) Position {
	offset = max(0, min(offset, len(f.data)))
	line, found := slices.BinarySearch(f.lines, offset)
	if !found {
		line--
	}
	return Position{Line: line + 1, Column: utf8.RuneCountInString(f.data[f.lines[line]:offset]) + 1}
}

// Span is a range of bytes in one file. The zero Span points nowhere and is
// used for problems that have no place, such as an empty input directory.
type Span struct {
	file       *File
	start, end int // byte offsets; start == end is a point
}

// NewSpan is the span of the bytes start (inclusive) to end (exclusive) of f.
func NewSpan(f *File, start, end int) Span {
	return Span{file: f, start: start, end: max(start, end)}
}

// PathSpan points at a file as a whole, without a line. It serves for files that
// could not be read.
func PathSpan(path string) Span { return Span{file: &File{path: path}, start: -1, end: -1} }

// File is the file of the span, or nil for the zero Span.
func (s Span) File() *File { return s.file }

// Path is the path of the span's file, or "".
func (s Span) Path() string {
	if s.file == nil {
		return ""
	}
	return s.file.path
}

// Start is the position of the first rune, or the zero Position when the span has no line.
func (s Span) Start() Position {
	if s.file == nil || s.start < 0 {
		return Position{}
	}
	return s.file.position(s.start)
}

// End is the position just behind the last rune, or the zero Position when the span has no line.
func (s Span) End() Position {
	if s.file == nil || s.start < 0 {
		return Position{}
	}
	return s.file.position(s.end)
}

// Text is the user's own text inside the span.
func (s Span) Text() string {
	if s.file == nil || s.start < 0 {
		return ""
	}
	n := len(s.file.data)
	return s.file.data[min(s.start, n):min(s.end, n)]
}

// Compare orders spans by path, then start, then end. Spans without a file come first.
func (s Span) Compare(t Span) int {
	if c := strings.Compare(s.Path(), t.Path()); c != 0 {
		return c
	}
	if s.start != t.start {
		return s.start - t.start
	}
	return s.end - t.end
}

// lineOf is the 0-based line index of a byte offset.
func (f *File) lineOf(offset int) int { return lineIndex(f.lines, offset) }

// lineIndex is the index of the line that an offset lies in, given where the lines start.
func lineIndex(lines []int, offset int) int {
	return sort.Search(len(lines), func(i int) bool { return lines[i] > offset }) - 1
}
