package catalog

import (
	"errors"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// errDamaged is the answer to data that [Pack] cannot have made.
var errDamaged = errors.New("packed schemas are damaged")

// pool reads packed schemas where they lie. Nodes are read once and shared.
// It is safe for concurrent use: two readers of a new node both read it, and one
// of the equal results stays.
type pool struct {
	texts, nodes offsets
	releases     string
	memo         []atomic.Pointer[Schema]
}

// offsets is a list of byte strings of different lengths.
type offsets struct {
	ends string // uint32 each
	data string
}

func (o offsets) len() uint64 { return uint64(len(o.ends) / 4) }

func (o offsets) at(i uint64) (string, bool) {
	if i >= o.len() {
		return "", false
	}
	start, end := uint32(0), uint32At(o.ends, 4*i)
	if i > 0 {
		start = uint32At(o.ends, 4*(i-1))
	}
	if start > end || uint64(end) > uint64(len(o.data)) {
		return "", false
	}
	return o.data[start:end], true
}

func uint32At(s string, i uint64) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
}

// openPool looks at the header only; damage elsewhere shows when it is read.
func openPool(data string) (*pool, error) {
	if len(data) < headerSize || data[:len(magic)] != magic {
		return nil, errDamaged
	}
	var sizes [4]uint64
	for i := range sizes {
		sizes[i] = uint64(uint32At(data, uint64(len(magic)+4*i)))
	}
	rest := data[headerSize:]
	cut := func(size uint64) (string, bool) {
		if size > uint64(len(rest)) {
			return "", false
		}
		part := rest[:size]
		rest = rest[size:]
		return part, true
	}
	p := &pool{}
	parts := []*string{&p.texts.ends, &p.nodes.ends, &p.texts.data, &p.nodes.data}
	for i, size := range []uint64{4 * sizes[0], 4 * sizes[1], sizes[2], sizes[3]} {
		part, ok := cut(size)
		if !ok {
			return nil, errDamaged
		}
		*parts[i] = part
	}
	p.releases = rest
	p.memo = make([]atomic.Pointer[Schema], p.nodes.len())
	return p, nil
}

// node is the schema of an index that was found at a depth.
func (p *pool) node(i uint64, depth int) (*Schema, bool) {
	if i >= uint64(len(p.memo)) || depth > maxDepth {
		return nil, false
	}
	if s := p.memo[i].Load(); s != nil {
		return s, true
	}
	data, ok := p.nodes.at(i)
	if !ok {
		return nil, false
	}
	r := reader{pool: p, data: data, nodes: i, depth: depth}
	s := r.schema()
	if r.failed || len(r.data) > 0 {
		return nil, false
	}
	if !p.memo[i].CompareAndSwap(nil, s) {
		s = p.memo[i].Load()
	}
	return s, true
}

// versions are the releases in the pool, the oldest first.
func (p *pool) versions() ([]string, error) {
	var all []string
	err := p.eachRelease(func(version string, _ *reader) { all = append(all, version) })
	return all, err
}

// release is one of them, or nil.
func (p *pool) release(version string) (*release, error) {
	var found *release
	err := p.eachRelease(func(v string, r *reader) {
		if v == version {
			found = readRelease(p, v, r)
		}
	})
	return found, err
}

func (p *pool) eachRelease(visit func(version string, kinds *reader)) error {
	r := &reader{pool: p, data: p.releases, nodes: p.nodes.len()}
	for range r.count(2) {
		version, size := r.text(), r.uvarint()
		list := &reader{pool: p, data: r.bytes(size), nodes: r.nodes}
		if r.failed {
			break
		}
		visit(version, list)
		if list.failed {
			return errDamaged
		}
	}
	if r.failed || len(r.data) > 0 {
		return errDamaged
	}
	return nil
}

// release is the layer of the kinds of one Kubernetes minor.
type release struct {
	pool   *pool
	origin string
	kinds  map[schema.GroupVersionKind]packedKind
}

type packedKind struct {
	plural     string
	namespaced bool
	root       uint64
}

func readRelease(p *pool, version string, r *reader) *release {
	n := r.count(6)
	rel := &release{pool: p, origin: "Kubernetes " + version, kinds: make(map[schema.GroupVersionKind]packedKind, n)}
	for range n {
		gvk := schema.GroupVersionKind{Group: r.text(), Version: r.text(), Kind: r.text()}
		rel.kinds[gvk] = packedKind{plural: r.text(), namespaced: r.uvarint() == 1, root: r.uvarint()}
	}
	r.failed = r.failed || len(r.data) > 0
	return rel
}

func (r *release) find(gvk schema.GroupVersionKind) (Kind, bool) {
	k, ok := r.kinds[gvk]
	if !ok {
		return Kind{}, false
	}
	s, ok := r.pool.node(k.root, 0)
	return Kind{GVK: gvk, Schema: s, Namespaced: k.namespaced, Plural: k.plural, BuiltIn: true, Origin: r.origin}, ok
}

func (r *release) gvks() []schema.GroupVersionKind {
	all := make([]schema.GroupVersionKind, 0, len(r.kinds))
	for gvk := range r.kinds {
		all = append(all, gvk)
	}
	return all
}
