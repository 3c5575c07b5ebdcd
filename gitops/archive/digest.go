package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Digest stands for everything that can be read of the tree: trees of equal digests are equal. It is not the checksum of
// the archive, which differs from one archive of a commit to the next, since an archive also holds the state of the checkout.
func (t *Tree) Digest() string { return t.digest }

// sum is the digest of a sealed tree.
func sum(root *node) string {
	h := sha256.New()
	write(h, root)
	return hex.EncodeToString(h.Sum(nil))
}

// write writes a node such that no two different nodes are written alike: each text and each list comes after its length.
func write(h hash.Hash, n *node) {
	var number [8]byte
	length := func(n int64) {
		binary.BigEndian.PutUint64(number[:], uint64(n)) //nolint:gosec // the bits are what counts
		_, _ = h.Write(number[:])
	}
	text := func(data []byte) {
		length(int64(len(data)))
		_, _ = h.Write(data)
	}
	length(int64(n.kind))
	text([]byte(n.name))
	text([]byte(n.target))
	text([]byte(n.missing))
	length(n.size)
	text(n.data)
	length(int64(len(n.entries)))
	for _, e := range n.entries {
		write(h, e)
	}
}
