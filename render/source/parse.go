package source

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

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
		d.Bytes = l.Bytes
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
// After a syntax error the documents before it are still answered.
func Parse(f *File, limits Limits) ([]*Document, []Problem) {
	limits = limits.withDefaults()
	if len(f.data) > limits.Bytes {
		return nil, []Problem{{Kind: LimitHit, Span: NewSpan(f, 0, 0),
			Message: fmt.Sprintf("the file has %d bytes, more than the limit of %d", len(f.data), limits.Bytes)}}
	}
	var docs []*Document
	p := parser{file: f, limits: limits}
	decoder := yaml.NewDecoder(strings.NewReader(f.data))
	for index := 0; ; index++ {
		var root yaml.Node
		if err := decoder.Decode(&root); err != nil {
			if !errors.Is(err, io.EOF) {
				p.syntax(err)
			}
			return docs, p.problems
		}
		if index >= limits.Documents {
			p.report(LimitHit, p.at(&root), fmt.Sprintf("the file has more than %d documents", limits.Documents))
			return docs, p.problems
		}
		if len(root.Content) != 1 {
			continue
		}
		p.nodes, p.overflow, p.aliases = 0, false, map[*yaml.Node]*Node{}
		node := p.node(root.Content[0], 0)
		if node == nil || p.overflow || (node.kind == Null && node.start >= len(f.data)) {
			continue
		}
		if node.kind == Null && node.rawEnd() == node.start {
			continue
		}
		docs = append(docs, &Document{File: f, Index: index, Root: node})
	}
}

type parser struct {
	file     *File
	limits   Limits
	nodes    int
	overflow bool
	aliases  map[*yaml.Node]*Node // nil while the anchor's own value is being read
	problems []Problem
}

func (p *parser) report(kind ProblemKind, span Span, message string) {
	p.problems = append(p.problems, Problem{Kind: kind, Span: span, Message: message})
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// syntax reports an error of the YAML library, whose only position is a line number in its text.
func (p *parser) syntax(err error) {
	m := yamlLine.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
	span, message := NewSpan(p.file, len(p.file.data), len(p.file.data)), err.Error()
	if m != nil {
		message = m[2]
		if line, convErr := strconv.Atoi(m[1]); convErr == nil {
			start := p.file.offset(line, 1)
			start += indentOf(p.file.LineText(line))
			span = NewSpan(p.file, start, p.file.offset(line, 1)+len(p.file.LineText(line)))
		}
	}
	p.report(Syntax, span, message)
}

func (p *parser) at(n *yaml.Node) Span {
	start := p.file.offset(n.Line, n.Column)
	return NewSpan(p.file, start, start)
}

// node converts a YAML node. It answers nil once a limit was hit.
func (p *parser) node(y *yaml.Node, depth int) *Node {
	if p.overflow {
		return nil
	}
	if depth > p.limits.Depth {
		p.overflow = true
		p.report(LimitHit, p.at(y), fmt.Sprintf("values are nested deeper than %d levels", p.limits.Depth))
		return nil
	}
	if y.Kind == yaml.AliasNode {
		return p.alias(y)
	}
	if !p.count(y, 1) {
		return nil
	}
	n := &Node{file: p.file, start: p.file.offset(y.Line, y.Column), size: 1}
	if y.Anchor != "" {
		p.aliases[y] = nil
		defer func() { p.aliases[y] = n }()
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = Map
		p.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.kind = List
		n.items = make([]*Node, 0, len(y.Content))
		for _, c := range y.Content {
			item := p.node(c, depth+1)
			if item == nil {
				return nil
			}
			n.size += item.size
			n.items = append(n.items, item)
		}
	case yaml.ScalarNode:
		p.scalar(n, y)
	case yaml.DocumentNode, yaml.AliasNode:
		return nil
	}
	if p.overflow {
		return nil
	}
	return n
}

// count charges values to the document's limit.
func (p *parser) count(y *yaml.Node, size int) bool {
	p.nodes += size
	if p.nodes > p.limits.Nodes && !p.overflow {
		p.overflow = true
		p.report(LimitHit, p.at(y), fmt.Sprintf("the document has more than %d values with its aliases expanded", p.limits.Nodes))
	}
	return !p.overflow
}

func (p *parser) alias(y *yaml.Node) *Node {
	target := p.aliases[y.Alias]
	if target == nil {
		p.report(Syntax, p.at(y), fmt.Sprintf("alias *%s contains itself", y.Value))
		p.overflow = true
		return nil
	}
	if !p.count(y, target.size) {
		return nil
	}
	return target
}

func (p *parser) mapping(n *Node, y *yaml.Node, depth int) {
	var merges []*Node
	index := make(map[string]int, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		value := p.node(y.Content[i+1], depth+1)
		if value == nil {
			return
		}
		n.size += value.size
		key := y.Content[i]
		if key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Style == 0) {
			merges = append(merges, value)
			continue
		}
		keyNode := p.node(key, depth+1)
		if keyNode == nil {
			return
		}
		name, ok := keyText(keyNode)
		if !ok {
			p.report(BadKey, keyNode.Span(), fmt.Sprintf("a key must be a string, not %s", article(keyNode.kind)))
			continue
		}
		if first, dup := index[name]; dup {
			p.problems = append(p.problems, Problem{Kind: DuplicateKey, Span: keyNode.Span(),
				Related: n.fields[first].KeyAt.Span(), Message: fmt.Sprintf("the key %q is set twice; the last value counts", name)})
			n.fields[first] = Field{Key: name, KeyAt: keyNode, Value: value}
			continue
		}
		index[name] = len(n.fields)
		n.fields = append(n.fields, Field{Key: name, KeyAt: keyNode, Value: value})
	}
	p.merge(n, merges, index)
}

// merge adds the entries of `<<` that the map does not set itself; of several sources the first counts.
func (p *parser) merge(n *Node, merges []*Node, index map[string]int) {
	for _, m := range merges {
		sources := m.items
		if m.kind == Map {
			sources = []*Node{m}
		} else if m.kind != List {
			p.report(Syntax, m.Span(), "the value of << must be an object or a list of objects")
		}
		for _, src := range sources {
			for _, f := range src.fields {
				if _, set := index[f.Key]; !set {
					index[f.Key] = len(n.fields)
					n.fields = append(n.fields, f)
				}
			}
		}
	}
}

func article(k Kind) string {
	switch k {
	case Null:
		return "null"
	case Int, List, Map:
		return "an " + k.String()
	case Bool, Float, String:
	}
	return "a " + k.String()
}

// keyText is the JSON key that sigs.k8s.io/yaml makes of a YAML key.
func keyText(n *Node) (string, bool) {
	switch n.kind {
	case String:
		return n.str, true
	case Int:
		return strconv.FormatInt(n.num, 10), true
	case Bool:
		return strconv.FormatBool(n.num != 0), true
	case Float:
		return strconv.FormatFloat(n.float, 'g', -1, 32), true
	case Null, Map, List:
	}
	return "", false
}
