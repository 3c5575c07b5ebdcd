package source

import "slices"

// Relocate answers a tree with the values of built whose nodes have the positions of origin. It serves
// values that a program, such as kustomize, made from a file: problems shall point into that file.
//
// The two trees are walked side by side: maps by key; lists by the items' `name` or `id`, and by
// index where that is the same value or the lists are equally long. What is equal has
// its own place. A changed value has the place of the value that it replaced, an added one the place of the nearest
// map or list around it. The parts that are equal are shared with origin.
func Relocate(built, origin *Node) *Node {
	if built == nil || origin == nil {
		return built
	}
	if built.kind != origin.kind {
		return RelocateAt(built, origin)
	}
	switch built.kind {
	case Map:
		return relocateMap(built, origin)
	case List:
		return relocateList(built, origin)
	case Null, Bool, Int, Float, String:
	}
	if built.sameScalar(origin) {
		return origin
	}
	return RelocateAt(built, origin)
}

// RelocateAt answers a tree with the values of built, all of whose nodes point at one place.
func RelocateAt(built, place *Node) *Node {
	if built == nil || place == nil {
		return built
	}
	moved := *built
	moved.place = place.anchorage()
	moved.fields, moved.items = nil, nil
	for _, f := range built.fields {
		moved.fields = append(moved.fields, Field{Key: f.Key, KeyAt: RelocateAt(f.KeyAt, place), Value: RelocateAt(f.Value, place)})
	}
	for _, item := range built.items {
		moved.items = append(moved.items, RelocateAt(item, place))
	}
	return &moved
}

// anchorage is the node whose text stands for n.
func (n *Node) anchorage() *Node {
	if n.place != nil {
		return n.place
	}
	return n
}

// sameScalar reports that two scalars are the same value.
func (n *Node) sameScalar(m *Node) bool {
	switch {
	case n.kind != m.kind:
		return false
	case n.kind == String:
		return n.str == m.str
	case n.kind == Float:
		return n.float == m.float
	}
	return n.num == m.num
}

func relocateMap(built, origin *Node) *Node {
	moved := *built
	moved.place = origin.anchorage()
	moved.fields = make([]Field, 0, len(built.fields))
	same := len(built.fields) == len(origin.fields)
	field := origin.lookup()
	for _, f := range built.fields {
		from, ok := field(f.Key)
		if !ok {
			same = false
			moved.fields = append(moved.fields, Field{Key: f.Key, KeyAt: RelocateAt(f.KeyAt, origin), Value: RelocateAt(f.Value, origin)})
			continue
		}
		value := Relocate(f.Value, from.Value)
		same = same && value == from.Value
		moved.fields = append(moved.fields, Field{Key: f.Key, KeyAt: from.KeyAt, Value: value})
	}
	if same {
		return origin
	}
	return &moved
}

func relocateList(built, origin *Node) *Node {
	moved := *built
	moved.place = origin.anchorage()
	moved.items = make([]*Node, 0, len(built.items))
	byName := make(map[string]*Node, len(origin.items))
	for _, item := range origin.items {
		if name := itemName(item); name != "" {
			byName[name] = item
		}
	}
	same := len(built.items) == len(origin.items)
	for i, item := range built.items {
		from := byName[itemName(item)]
		if from == nil && i < len(origin.items) && itemName(item) == "" {
			if len(built.items) == len(origin.items) || item.equal(origin.items[i]) {
				from = origin.items[i]
			}
		}
		value := RelocateAt(item, origin)
		if from != nil {
			value = Relocate(item, from)
		}
		same = same && value == origin.items[i]
		moved.items = append(moved.items, value)
	}
	if same {
		return origin
	}
	return &moved
}

// itemName is what tells the items of a list apart in Kubernetes and in RGDs, or "".
func itemName(n *Node) string {
	for _, key := range []string{"name", "id"} {
		if name := n.Get(key).Str(); name != "" {
			return key + "=" + name
		}
	}
	return ""
}

// equal reports that two trees hold the same values, whatever the order of the keys.
func (n *Node) equal(m *Node) bool {
	if n.kind != m.kind || len(n.fields) != len(m.fields) || len(n.items) != len(m.items) {
		return false
	}
	field := m.lookup()
	for _, f := range n.fields {
		g, ok := field(f.Key)
		if !ok || !f.Value.equal(g.Value) {
			return false
		}
	}
	for i := range n.items {
		if !n.items[i].equal(m.items[i]) {
			return false
		}
	}
	return n.kind == Map || n.kind == List || n.sameScalar(m)
}

// lookup finds many fields of one map: large maps get an index.
func (n *Node) lookup() func(key string) (Field, bool) {
	if len(n.fields) <= smallMap {
		return n.Field
	}
	index := make(map[string]Field, len(n.fields))
	for _, f := range n.fields {
		index[f.Key] = f
	}
	return func(key string) (Field, bool) {
		f, ok := index[key]
		return f, ok
	}
}

// Without is a copy of a Map node that lacks some keys. A node of another kind is answered as it is.
func (n *Node) Without(keys ...string) *Node {
	if n.Kind() != Map {
		return n
	}
	rest := *n
	rest.fields = slices.DeleteFunc(slices.Clone(n.fields), func(f Field) bool { return slices.Contains(keys, f.Key) })
	return &rest
}

// With is a copy of a Map node with some entries that it lacks. A node of another kind is answered as it is.
func (n *Node) With(fields ...Field) *Node {
	if n.Kind() != Map {
		return n
	}
	more := *n
	more.fields = slices.Concat(fields, n.fields)
	return &more
}

// WithText is a String node of another text in the place of n.
func (n *Node) WithText(text string) *Node {
	return &Node{kind: String, str: text, file: n.file, start: n.start, size: 1, place: n.anchorage()}
}
