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
	moved, b := built.moved(place)
	for _, f := range built.Fields() {
		b.fields = append(b.fields, Field{Key: f.Key, KeyAt: RelocateAt(f.KeyAt, place), Value: RelocateAt(f.Value, place)})
	}
	for _, item := range built.Items() {
		b.items = append(b.items, RelocateAt(item, place))
	}
	return moved
}

// anchorage is the node whose text stands for n.
func (n *Node) anchorage() *Node {
	if place := n.place(); place != nil {
		return place
	}
	return n
}

// moved is a copy without fields and items in another place, and where to put them.
func (n *Node) moved(place *Node) (*Node, *branch) {
	moved := *n
	moved.branch = &branch{size: n.size(), place: place.anchorage()}
	return &moved, moved.branch
}

// sameScalar reports that two scalars are the same value.
func (n *Node) sameScalar(m *Node) bool {
	switch {
	case n.kind != m.kind:
		return false
	case n.kind == String:
		return n.str == m.str
	case n.kind == Float:
		return n.float() == m.float()
	}
	return n.bits == m.bits
}

func relocateMap(built, origin *Node) *Node {
	moved, b := built.moved(origin)
	b.fields = make([]Field, 0, len(built.Fields()))
	same := len(built.Fields()) == len(origin.Fields())
	field := origin.lookup()
	for _, f := range built.Fields() {
		from, ok := field(f.Key)
		if !ok {
			same = false
			b.fields = append(b.fields, Field{Key: f.Key, KeyAt: RelocateAt(f.KeyAt, origin), Value: RelocateAt(f.Value, origin)})
			continue
		}
		value := Relocate(f.Value, from.Value)
		same = same && value == from.Value
		b.fields = append(b.fields, Field{Key: f.Key, KeyAt: from.KeyAt, Value: value})
	}
	if same {
		return origin
	}
	return moved
}

func relocateList(built, origin *Node) *Node {
	moved, b := built.moved(origin)
	items, origins := built.Items(), origin.Items()
	b.items = make([]*Node, 0, len(items))
	byName := make(map[string]*Node, len(origins))
	for _, item := range origins {
		if name := itemName(item); name != "" {
			byName[name] = item
		}
	}
	same := len(items) == len(origins)
	for i, item := range items {
		from := byName[itemName(item)]
		if from == nil && i < len(origins) && itemName(item) == "" {
			if len(items) == len(origins) || item.equal(origins[i]) {
				from = origins[i]
			}
		}
		value := RelocateAt(item, origin)
		if from != nil {
			value = Relocate(item, from)
		}
		same = same && value == origins[i]
		b.items = append(b.items, value)
	}
	if same {
		return origin
	}
	return moved
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
	if n.kind != m.kind || len(n.Fields()) != len(m.Fields()) || len(n.Items()) != len(m.Items()) {
		return false
	}
	field := m.lookup()
	for _, f := range n.Fields() {
		g, ok := field(f.Key)
		if !ok || !f.Value.equal(g.Value) {
			return false
		}
	}
	for i, item := range n.Items() {
		if !item.equal(m.branch.items[i]) {
			return false
		}
	}
	return n.kind == Map || n.kind == List || n.sameScalar(m)
}

// lookup finds many fields of one map: large maps get an index.
func (n *Node) lookup() func(key string) (Field, bool) {
	if len(n.Fields()) <= smallMap {
		return n.Field
	}
	index := make(map[string]Field, len(n.Fields()))
	for _, f := range n.Fields() {
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
	rest, b := *n, *n.branch
	b.fields = slices.DeleteFunc(slices.Clone(b.fields), func(f Field) bool { return slices.Contains(keys, f.Key) })
	rest.branch = &b
	return &rest
}

// With is a copy of a Map node with some entries that it lacks. A node of another kind is answered as it is.
func (n *Node) With(fields ...Field) *Node {
	if n.Kind() != Map {
		return n
	}
	more, b := *n, *n.branch
	b.fields = slices.Concat(fields, b.fields)
	more.branch = &b
	return &more
}

// WithText is a String node of another text in the place of n.
func (n *Node) WithText(text string) *Node {
	return &Node{kind: String, str: text, file: n.file, start: n.start, branch: &branch{size: 1, place: n.anchorage()}}
}
