package source

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits bound what one file may cost. The zero value means [DefaultLimits].
type Limits struct {
	Bytes     int // size of one file
	Documents int // documents in one file
	Depth     int // nesting of maps and lists
	Nodes     int // values in one document, with aliases expanded
}

// DefaultLimits are generous for hand-written files and CRDs: 16 MiB, 10,000 documents,
// 100 levels and 1,000,000 values.
func DefaultLimits() Limits {
	return Limits{Bytes: 16 << 20, Documents: 10_000, Depth: 100, Nodes: 1_000_000}
}

// withDefaults replaces every unset limit by its default.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Bytes > 0 {
		d.Bytes = int(min(int64(l.Bytes), maxText))
	}
	if l.Documents > 0 {
		d.Documents = l.Documents
	}
	if l.Depth > 0 {
		d.Depth = l.Depth
	}
	if l.Nodes > 0 {
		d.Nodes = l.Nodes
	}
	return d
}

// Document is one YAML document of a file.
type Document struct {
	File *File
	// Index is the 0-based number of the document in its file. Empty documents count.
	Index int
	Root  *Node
}

// ProblemKind tells why text could not be read as the user meant it.
type ProblemKind uint8

// The kinds of problems.
const (
	Syntax       ProblemKind = iota // not YAML
	LimitHit                        // larger than [Limits] allow
	DuplicateKey                    // a key twice in one map; reading went on
	BadKey                          // a key that has no JSON form
	BadValue                        // a value that has no JSON form, such as .nan
)

// Problem is a piece of text that could not be read.
type Problem struct {
	Kind    ProblemKind
	Span    Span
	Message string
	// Related is the first of two duplicate keys, otherwise zero.
	Related Span
}

// Parse reads all documents of a file. Documents without any value are left out.
// A document with a syntax error is left out too; the others are still answered.
func Parse(f *File, limits Limits) ([]*Document, []Problem) {
	limits = limits.withDefaults()
	if len(f.data) > limits.Bytes {
		return nil, []Problem{{
			Kind: LimitHit, Span: NewSpan(f, 0, 0),
			Message: fmt.Sprintf("the file has %d bytes, more than the limit of %d", len(f.data), limits.Bytes),
		}}
	}
	p := parser{file: f, limits: limits, lines: yamlLines(f)}
	for from := 0; from < len(f.data); {
		to := chunkEnd(f.data, from)
		if !p.chunk(from, to) {
			break
		}
		from = to
	}
	return p.docs, p.problems
}

// chunkEnd is the offset behind the document that starts at from. Three dashes and three dots in the first
// column separate documents in every context: no scalar may contain them. Comments and directives in
// front of the dashes belong to the document behind them.
func chunkEnd(data string, from int) int {
	started := false
	for at := from; at < len(data); {
		end := len(data)
		if n := strings.IndexByte(data[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		switch line := data[at:end]; {
		case isMarker(line, "---"):
			if started {
				return at
			}
			started = true
		case isMarker(line, "..."):
			return end
		case line[0] != '%' && line[0] != '#' && strings.TrimSpace(line) != "":
			started = true
		}
		at = end
	}
	return len(data)
}

func isMarker(line, marker string) bool {
	rest, ok := strings.CutPrefix(line, marker)
	return ok && (rest == "" || isSpace(rest[0]))
}

type parser struct {
	file       *File
	limits     Limits
	lines      []int // byte offset of every line as YAML counts lines
	start      int   // where the chunk starts that is being read
	line       int   // the index of its first line
	cursor     cursor
	index      int // number of the document
	docs       []*Document
	problems   []Problem
	duplicates int

	// Of the document that is being read.
	nodes    int
	overflow bool
	aliases  map[*yaml.Node]*Node // nil while the anchor's own value is being read
	slab     []Node
	branches []branch
	slabSize int
}

// chunk reads the documents between two offsets, normally one. It answers false when a limit ends the reading.
func (p *parser) chunk(from, to int) bool {
	text := p.file.data[from:to]
	p.start, p.line, p.cursor = from, lineIndex(p.lines, from), cursor{}
	if at := invalidUTF8(text); at >= 0 {
		p.report(Syntax, NewSpan(p.file, from+at, from+at+1), "the text is not valid UTF-8")
		p.index++
		return true
	}
	p.slabSize = min(max(len(text)/16, 8), 256) // about one value in 16 bytes
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for ; ; p.index++ {
		var root yaml.Node
		err := decode(decoder, &root)
		if errors.Is(err, io.EOF) {
			return true
		}
		if p.index >= p.limits.Documents {
			p.report(LimitHit, NewSpan(p.file, from, from), fmt.Sprintf("the file has more than %d documents", p.limits.Documents))
			return false
		}
		if err != nil {
			p.syntax(text, err)
			p.index++
			return true
		}
		p.document(&root)
	}
}

// errLibrary stands for a panic of the YAML library: not even a bug there may end the program.
var errLibrary = errors.New("the YAML library cannot read this text")

func decode(d *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errLibrary
		}
	}()
	return d.Decode(into)
}

func (p *parser) document(root *yaml.Node) {
	if len(root.Content) != 1 {
		return
	}
	p.nodes, p.overflow, p.aliases = 0, false, nil
	node := p.node(root.Content[0], 0)
	if node == nil || p.overflow || (node.kind == Null && node.rawEnd() == node.at()) {
		return
	}
	p.docs = append(p.docs, &Document{File: p.file, Index: p.index, Root: node})
}

func (p *parser) report(kind ProblemKind, span Span, message string) {
	p.problems = append(p.problems, Problem{Kind: kind, Span: span, Message: message})
}

// invalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}
