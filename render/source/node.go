package source

import (
	"math"
	"slices"
)

// Kind is the JSON kind of a [Node].
type Kind uint8

// The kinds of a node, after YAML 1.1 resolution as sigs.k8s.io/yaml does it.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Map
	List
)

// String is the kind's name as JSON people say it.
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "boolean"
	case Int:
		return "integer"
	case Float:
		return "number"
	case String:
		return "string"
	case Map:
		return "object"
	case List:
		return "array"
	}
	return "unknown"
}

// Node is one value of a YAML or JSON document together with the place it was
// written at. Nodes are immutable; an alias shares the nodes of its anchor, so
// a tree may reach the same node twice.
type Node struct {
	file   *File
	str    string
	bits   uint64  // an integer, 0 or 1 of a boolean, the bits of a float
	branch *branch // nil for a scalar in its own place, as most nodes are
	start  uint32  // byte offset of the first character
	kind   Kind
	style  style
}

// branch is what few nodes have. It is apart because a repository has many nodes.
type branch struct {
	fields []Field
	items  []*Node
	size   int   // nodes in this subtree, aliases counted each time
	place  *Node // whose text stands for this value, nil for its own: see [Relocate]
}

// maxText is the number of bytes up to which a text is read: places behind it have no number.
const maxText = math.MaxUint32

func (n *Node) int() int64 { return int64(n.bits) } //nolint:gosec // it was one when it was put there

func (n *Node) setInt(kind Kind, i int64) { n.kind, n.bits = kind, uint64(i) } //nolint:gosec // int answers the same number

func (n *Node) float() float64 { return math.Float64frombits(n.bits) }

func (n *Node) setFloat(f float64) { n.kind, n.bits = Float, math.Float64bits(f) }

// at is the byte offset of the first character.
func (n *Node) at() int { return int(n.start) }

// size is the number of nodes in this subtree, aliases counted each time.
func (n *Node) size() int {
	if n.branch == nil {
		return 1
	}
	return n.branch.size
}

// place is the node whose text stands for this value, nil for its own.
func (n *Node) place() *Node {
	if n.branch == nil {
		return nil
	}
	return n.branch.place
}

// Field is one entry of a [Map] node. Keys that are not strings in YAML (numbers,
// booleans) carry the text that sigs.k8s.io/yaml would give them.
type Field struct {
	Key   string
	KeyAt *Node // position and style of the key
	Value *Node
}

// Kind is the JSON kind of the node.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// Str is the decoded text of a String node and "" for every other kind.
func (n *Node) Str() string {
	if n == nil || n.kind != String {
		return ""
	}
	return n.str
}

// Fields are the entries of a Map node in the order of the file, each key once:
// of duplicate keys the last value counts, as in kro and kubectl.
// The slice must not be changed.
func (n *Node) Fields() []Field {
	if n == nil || n.branch == nil {
		return nil
	}
	return n.branch.fields
}

// Items are the elements of a List node. The slice must not be changed.
func (n *Node) Items() []*Node {
	if n == nil || n.branch == nil {
		return nil
	}
	return n.branch.items
}

// Get is the value of a Map node's key, or nil.
func (n *Node) Get(key string) *Node {
	f, ok := n.Field(key)
	if !ok {
		return nil
	}
	return f.Value
}

// Field is the entry of a Map node's key.
func (n *Node) Field(key string) (Field, bool) {
	for _, f := range n.Fields() {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}

// Lookup follows a chain of map keys and answers nil when one is missing.
func (n *Node) Lookup(keys ...string) *Node {
	for _, k := range keys {
		n = n.Get(k)
	}
	return n
}

// JSON is the node as plain Go values: nil, bool, int64, float64, string,
// map[string]any and []any. The result is a fresh copy that the caller owns.
func (n *Node) JSON() any {
	if n == nil {
		return nil
	}
	switch n.kind {
	case Null:
		return nil
	case Bool:
		return n.bits != 0
	case Int:
		return n.int()
	case Float:
		return n.float()
	case String:
		return n.str
	case Map:
		fields := n.Fields()
		m := make(map[string]any, len(fields))
		for _, f := range fields {
			m[f.Key] = f.Value.JSON()
		}
		return m
	case List:
		items := n.Items()
		l := make([]any, len(items))
		for i, item := range items {
			l[i] = item.JSON()
		}
		return l
	}
	return nil
}

// Span is the user's text of the node: the whole scalar with its quotes, or for
// maps and lists the first line of it.
func (n *Node) Span() Span {
	if n == nil {
		return Span{}
	}
	if place := n.place(); place != nil {
		return place.Span()
	}
	if n.kind == Map || n.kind == List {
		line := n.file.lineOf(n.at())
		end := n.file.lines[line] + len(n.file.LineText(line+1))
		return NewSpan(n.file, n.at(), max(end, n.at()))
	}
	return NewSpan(n.file, n.at(), n.rawEnd())
}

// SpanOf is the user's text of the decoded bytes between from (inclusive)
// and to (exclusive) of a String node, in plain, quoted and block scalars alike. Where
// the text cannot be matched with the file the whole scalar is answered.
func (n *Node) SpanOf(from, to int) Span {
	if n == nil || n.kind != String || n.place() != nil {
		return n.Span()
	}
	offsets := n.align()
	if offsets == nil || from < 0 || to > len(n.str) || from > to {
		return n.Span()
	}
	if from == len(n.str) {
		return NewSpan(n.file, offsets[from], offsets[from])
	}
	end := offsets[to]
	if to > from {
		// The byte behind the range may lie on a later line of a folded scalar:
		// end right after the last byte of the range instead.
		end = offsets[to-1] + n.rawWidth(offsets[to-1])
	}
	return NewSpan(n.file, offsets[from], end)
}

// At is the node at a path of string keys and int indices, or the deepest
// node on the way to it and false.
func (n *Node) At(path ...any) (*Node, bool) {
	for _, p := range path {
		var next *Node
		switch p := p.(type) {
		case string:
			next = n.Get(p)
		case int:
			if items := n.Items(); p >= 0 && p < len(items) {
				next = items[p]
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// Keys are the keys of a Map node, sorted.
func (n *Node) Keys() []string {
	keys := make([]string, 0, len(n.Fields()))
	for _, f := range n.Fields() {
		keys = append(keys, f.Key)
	}
	slices.Sort(keys)
	return keys
}
