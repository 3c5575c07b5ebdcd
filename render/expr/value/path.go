package value

import (
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/fieldpath"
)

// Path is a place in the object behind a variable, such as bucket.status.arn.
type Path struct {
	// Node is the variable: the id of a node, schema, or an iterator.
	Node string
	// Field is the place inside the object, or inside the list of a collection.
	Field fieldpath.Path
}

// String is the path as an expression may write it, with keys that are no identifiers in brackets.
func (p Path) String() string {
	field := p.Field.String()
	if field == "" || strings.HasPrefix(field, "[") {
		return p.Node + field
	}
	return p.Node + "." + field
}

// Compare orders paths by node and then by place.
func (p Path) Compare(q Path) int {
	if c := strings.Compare(p.Node, q.Node); c != 0 {
		return c
	}
	return p.Field.Compare(q.Field)
}

// NewUnknown is the value of what depends on some places: a hole for JSON data, and
// what expressions make of it. Without a path its reason is not known.
func NewUnknown(paths ...Path) *types.Unknown {
	if len(paths) == 0 {
		return types.NewUnknown(0, nil)
	}
	var all *types.Unknown
	for _, p := range paths {
		trail := types.NewAttributeTrail(p.Node)
		for _, e := range p.Field.Elements() {
			if key, ok := e.Key(); ok {
				types.QualifyAttribute(trail, key)
			} else if index, ok := e.Index(); ok {
				types.QualifyAttribute(trail, int64(index))
			}
		}
		all = types.MergeUnknowns(all, types.NewUnknown(p.id(), trail))
	}
	return all
}

// id tells unknowns apart. CEL uses the id of the expression; with an id per path the
// reasons survive every merge, and equal reasons become one.
func (p Path) id() int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.String())) // a hash takes everything
	return int64(h.Sum64() & math.MaxInt64)
}

// Paths are the reasons of an unknown, sorted, each once.
func Paths(u *types.Unknown) []Path {
	var paths []Path
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			if t.Variable() != "" {
				paths = append(paths, pathOf(t))
			}
		}
	}
	return sorted(paths)
}

func pathOf(t *types.AttributeTrail) Path {
	p := Path{Node: t.Variable()}
	for _, q := range t.QualifierPath() {
		switch q := q.(type) {
		case string:
			p.Field = p.Field.Key(q)
		case int64:
			p.Field = p.Field.Index(int(q))
		}
	}
	return p
}

func sorted(paths []Path) []Path {
	slices.SortFunc(paths, Path.Compare)
	return slices.CompactFunc(paths, func(a, b Path) bool { return a.Compare(b) == 0 })
}

// Missing says what holds for a field that an object's data lacks: [Absent], or
// [UnknownIn] for an object of which only the template is known.
type Missing string

// Absent means that what is not in the data does not exist: the object is the instance, or was observed.
const Absent Missing = ""

// UnknownIn means that what is not in the data is not known yet. The variable is the
// beginning of the paths that become unknown.
func UnknownIn(node string) Missing { return Missing(node) }

// UnknownInItem is [UnknownIn] for one item of a collection.
func UnknownInItem(node string, item int) Missing {
	return Missing(node + "[" + strconv.Itoa(item) + "]")
}

// path is the root of the object. A node id has no brackets, so the text is unambiguous.
func (m Missing) path() Path {
	node, item, ok := strings.Cut(string(m), "[")
	if !ok {
		return Path{Node: node}
	}
	index, err := strconv.Atoi(strings.TrimSuffix(item, "]"))
	if err != nil {
		return Path{Node: string(m)}
	}
	return Path{Node: node, Field: fieldpath.Path{}.Index(index)}
}

// place is where a wrapped container stands. Containers form a chain up to their root,
// so that the path of a missing field costs nothing until it is asked for.
type place struct {
	up    *place
	key   string // of a map entry; of the root, what [Missing] says
	index int32  // of a list item, or one of the constants below
}

const (
	atKey  int32 = -1
	atRoot int32 = -2
)

func (p *place) path() Path {
	switch p.index {
	case atRoot:
		return Missing(p.key).path()
	case atKey:
		up := p.up.path()
		return Path{Node: up.Node, Field: up.Field.Key(p.key)}
	default:
		up := p.up.path()
		return Path{Node: up.Node, Field: up.Field.Index(int(p.index))}
	}
}
