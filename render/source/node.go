package source

import "slices"

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
	kind   Kind
	style  style
	file   *File
	start  int // byte offset of the first character
	str    string
	num    int64
	float  float64
	fields []Field
	items  []*Node
	size   int   // nodes in this subtree, aliases counted each time
	place  *Node // whose text stands for this value, nil for its own: see [Relocate]
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
	if n == nil {
		return nil
	}
	return n.fields
}

// Items are the elements of a List node. The slice must not be changed.
func (n *Node) Items() []*Node {
	if n == nil {
		return nil
	}
	return n.items
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
	if n == nil {
		return Field{}, false
	}
	for _, f := range n.fields {
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
		return n.num != 0
	case Int:
		return n.num
	case Float:
		return n.float
	case String:
		return n.str
	case Map:
		m := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			m[f.Key] = f.Value.JSON()
		}
		return m
	case List:
		l := make([]any, len(n.items))
		for i, item := range n.items {
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
	if n.place != nil {
		return n.place.Span()
	}
	if n.kind == Map || n.kind == List {
		line := n.file.lineOf(n.start)
		end := n.file.lines[line] + len(n.file.LineText(line+1))
		return NewSpan(n.file, n.start, max(end, n.start))
	}
	return NewSpan(n.file, n.start, n.rawEnd())
}

// SpanOf is the user's text of the decoded bytes between from (inclusive)
// and to (exclusive) of a String node, in plain, quoted and block scalars alike. Where
// the text cannot be matched with the file the whole scalar is answered.
func (n *Node) SpanOf(from, to int) Span {
	if n == nil || n.kind != String || n.place != nil {
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
