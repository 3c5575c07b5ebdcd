package source

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

func (p *parser) at(n *yaml.Node) Span {
	start := p.offset(n.Line, n.Column)
	return NewSpan(p.file, start, start)
}

// newNode takes a node from a slab: most documents hold many small nodes that live and die together.
func (p *parser) newNode(y *yaml.Node) *Node {
	if len(p.slab) == 0 {
		p.slab = make([]Node, p.slabSize)
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.file, n.start = p.file, uint32(p.offset(y.Line, y.Column)) //nolint:gosec // no text is longer than maxText
	return n
}

// newBranch takes what maps and lists have from a slab.
func (p *parser) newBranch() *branch {
	if len(p.branches) == 0 {
		p.branches = make([]branch, max(p.slabSize/4, 4)) // about one value in four
	}
	b := &p.branches[0]
	p.branches = p.branches[1:]
	b.size = 1
	return b
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
	n := p.newNode(y)
	p.open(y)
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = Map
		p.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.kind = List
		p.sequence(n, y, depth)
	case yaml.ScalarNode:
		p.value(n, y)
	case yaml.DocumentNode, yaml.AliasNode:
		return nil
	}
	if p.overflow {
		return nil
	}
	p.anchored(y, n)
	return n
}

// open notes that the value of an anchor is being read.
func (p *parser) open(y *yaml.Node) {
	if y.Anchor == "" {
		return
	}
	if p.aliases == nil {
		p.aliases = map[*yaml.Node]*Node{}
	}
	p.aliases[y] = nil
}

// anchored notes the value of an anchor.
func (p *parser) anchored(y *yaml.Node, n *Node) {
	if y.Anchor != "" {
		p.aliases[y] = n
	}
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
	target, known := p.aliases[y.Alias]
	if target == nil {
		message := fmt.Sprintf("the anchor &%s is not in this document", y.Value)
		if known {
			message = fmt.Sprintf("the alias *%s contains itself", y.Value)
		}
		start := p.offset(y.Line, y.Column)
		p.report(Syntax, NewSpan(p.file, start, start+1+len(y.Value)), message)
		p.overflow = true
		return nil
	}
	if !p.count(y, target.size()) {
		return nil
	}
	return target
}

func (p *parser) sequence(n *Node, y *yaml.Node, depth int) {
	n.branch = p.newBranch()
	n.branch.items = make([]*Node, 0, len(y.Content))
	for _, c := range y.Content {
		item := p.node(c, depth+1)
		if item == nil {
			return
		}
		n.branch.size += item.size()
		n.branch.items = append(n.branch.items, item)
	}
}

// entries are the fields of a map that is being read. Small maps need no index.
type entries struct {
	*branch

	index  map[string]int
	merged map[string]bool // keys that came in with << and may be set again
}

const smallMap = 8

func (e *entries) find(key string) (int, bool) {
	if e.index != nil {
		i, ok := e.index[key]
		return i, ok
	}
	for i := range e.fields {
		if e.fields[i].Key == key {
			return i, true
		}
	}
	return 0, false
}

func (e *entries) add(f Field) {
	e.fields = append(e.fields, f)
	switch fields := e.fields; {
	case e.index != nil:
		e.index[f.Key] = len(fields) - 1
	case len(fields) > smallMap:
		e.index = make(map[string]int, 2*len(fields))
		for i := range fields {
			e.index[fields[i].Key] = i
		}
	}
}

func (p *parser) mapping(n *Node, y *yaml.Node, depth int) {
	n.branch = p.newBranch()
	e := entries{branch: n.branch}
	e.fields = make([]Field, 0, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content) && !p.overflow; i += 2 {
		if p.isMerge(y.Content[i]) {
			p.merge(&e, y.Content[i+1], depth)
			continue
		}
		key, name := p.key(y.Content[i], depth+1)
		value := p.node(y.Content[i+1], depth+1)
		if key == nil || value == nil {
			continue
		}
		e.size += value.size()
		field := Field{Key: name, KeyAt: key, Value: value}
		first, dup := e.find(name)
		if !dup {
			e.add(field)
			continue
		}
		if !e.merged[name] {
			p.duplicate(name, key, e.fields[first].KeyAt)
		}
		delete(e.merged, name)
		e.fields[first] = field
	}
}

// maxDuplicates is the number of duplicate keys that are reported of one file.
const maxDuplicates = 100

func (p *parser) duplicate(name string, second, first *Node) {
	if p.duplicates++; p.duplicates > maxDuplicates {
		return
	}
	p.problems = append(p.problems, Problem{
		Kind: DuplicateKey, Span: second.Span(), Related: first.Span(),
		Message: fmt.Sprintf("the key %q is set twice; the last value counts", name),
	})
}

// isMerge reports whether a key is the merge key of YAML 1.1.
func (p *parser) isMerge(key *yaml.Node) bool {
	if key.Kind != yaml.ScalarNode || key.Value != "<<" {
		return false
	}
	if key.Style&yaml.TaggedStyle != 0 {
		return key.ShortTag() == "!!merge"
	}
	return key.Style == 0
}

// merge adds the entries of a `<<`. As in kubectl they replace what stands before
// them and are replaced by what stands behind; of several sources the first counts.
func (p *parser) merge(e *entries, y *yaml.Node, depth int) {
	value := p.node(y, depth+1)
	if value == nil {
		return
	}
	e.size += value.size()
	sources := []*Node{value}
	if y.Kind == yaml.SequenceNode {
		sources = value.Items()
	}
	for _, src := range sources {
		if src.kind != Map {
			p.report(Syntax, src.Span(), "the value of << must be an object or a list of objects")
			return
		}
	}
	if e.merged == nil {
		e.merged = map[string]bool{}
	}
	for _, src := range slices.Backward(sources) {
		for _, f := range src.Fields() {
			e.merged[f.Key] = true
			if at, set := e.find(f.Key); set {
				e.fields[at] = f
				continue
			}
			e.add(f)
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
