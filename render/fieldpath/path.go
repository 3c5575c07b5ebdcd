// Package fieldpath names a place inside a Kubernetes object, such as
// spec.containers[0].image.
//
// In: map keys and list positions, one by one, or the text of a whole path. Out: an
// immutable [Path], its elements and its text. The elements are typed, so a key that
// contains dots, brackets or quotes stays one key; kro writes paths as text in
// between and loses such keys (docs/compat/kro.md#paths).
//
// The package knows nothing of schemas, values or YAML, and imports nothing of ours.
// For every path p, Parse(p.String()) is p again.
package fieldpath

import (
	"slices"
	"strconv"
	"strings"
)

// Path is a place inside an object: map keys and list positions from the root
// down. The zero Path is the root itself. A Path is immutable, shares its beginning with the
// paths that it was made from, and may be used by several goroutines.
type Path struct {
	last *step
}

// step is the last element of a path and the path in front of it.
type step struct {
	before  *step
	element Element
	depth   int
}

// Element is one step of a [Path]: a map key or a list position.
type Element struct {
	key   string
	index int
	list  bool
}

// Key is the key of a map entry; ok is false for a list position.
func (e Element) Key() (key string, ok bool) { return e.key, !e.list }

// Index is the 0-based position in a list; ok is false for a map key.
func (e Element) Index() (index int, ok bool) { return e.index, e.list }

// Key is the path of a map entry inside the object at p.
func (p Path) Key(key string) Path { return p.with(Element{key: key}) }

// Index is the path of a list item inside the list at p. A negative position, which no
// list has, counts as 0, so that every path has a text that can be read back.
func (p Path) Index(index int) Path { return p.with(Element{index: max(index, 0), list: true}) }

func (p Path) with(e Element) Path {
	return Path{last: &step{before: p.last, element: e, depth: p.Len() + 1}}
}

// Len is the number of elements.
func (p Path) Len() int {
	if p.last == nil {
		return 0
	}
	return p.last.depth
}

// IsRoot reports that the path has no elements.
func (p Path) IsRoot() bool { return p.last == nil }

// Parent is the path without its last element. The root is its own parent.
func (p Path) Parent() Path {
	if p.last == nil {
		return p
	}
	return Path{last: p.last.before}
}

// Elements are the steps from the root down. The caller owns the slice.
func (p Path) Elements() []Element {
	elements := make([]Element, p.Len())
	for s := p.last; s != nil; s = s.before {
		elements[s.depth-1] = s.element
	}
	return elements
}

// Equal reports that two paths name the same place.
func (p Path) Equal(q Path) bool {
	if p.Len() != q.Len() {
		return false
	}
	for a, b := p.last, q.last; a != b; a, b = a.before, b.before {
		if a.element != b.element {
			return false
		}
	}
	return true
}

// Overlaps reports that one of two paths leads through the other, or that they are equal.
func (p Path) Overlaps(q Path) bool {
	for p.Len() > q.Len() {
		p = p.Parent()
	}
	for q.Len() > p.Len() {
		q = q.Parent()
	}
	return p.Equal(q)
}

// Compare orders paths element by element: list positions by number and before
// keys, keys by their bytes, a path before the places inside it.
func (p Path) Compare(q Path) int {
	return slices.CompareFunc(p.Elements(), q.Elements(), compareElements)
}

func compareElements(a, b Element) int {
	switch {
	case a.list && b.list:
		return a.index - b.index
	case a.list:
		return -1
	case b.list:
		return 1
	}
	return strings.Compare(a.key, b.key)
}

// String is the path as people write it: spec.containers[0].image. A key that is not made
// of ASCII letters, digits, _ and - alone stands in brackets and quotes, as in
// metadata.annotations["example.com/owner"]. The root is "".
func (p Path) String() string {
	var text strings.Builder
	for i, e := range p.Elements() {
		switch {
		case e.list:
			text.WriteByte('[')
			text.WriteString(strconv.Itoa(e.index))
			text.WriteByte(']')
		case plain(e.key):
			if i > 0 {
				text.WriteByte('.')
			}
			text.WriteString(e.key)
		default:
			text.WriteByte('[')
			text.WriteString(strconv.Quote(e.key))
			text.WriteByte(']')
		}
	}
	return text.String()
}

// plain reports that a key needs no quotes.
func plain(key string) bool {
	for i := range len(key) {
		if !plainByte(key[i]) {
			return false
		}
	}
	return key != ""
}

func plainByte(c byte) bool {
	return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}
