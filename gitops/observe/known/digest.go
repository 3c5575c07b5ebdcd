package known

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// digest is a hash of texts of which each is told from the next.
type digest struct{ text []byte }

func (d *digest) add(texts ...string) {
	for _, t := range texts {
		d.text = binary.AppendUvarint(d.text, uint64(len(t)))
		d.text = append(d.text, t...)
	}
}

// claim adds what a render sees of a claim. What a Secret holds is not even part of a digest.
func (d *digest) claim(c claim) {
	d.add("claim", c.apiVersion)
	if c.labelled {
		d.add("labels")
		for _, k := range slices.Sorted(maps.Keys(c.object.Labels)) {
			d.add(k, c.object.Labels[k])
		}
	}
	gk := schema.FromAPIVersionAndKind(c.apiVersion, c.kind).GroupKind()
	for _, f := range c.object.Fields {
		if path, ok := readable(gk, f); ok {
			d.add("field", path.String(), f.Missing)
			if v, ok := content(gk, path, f); ok {
				d.add(string(v))
			}
		}
	}
}

// String is the digest in hexadecimal digits.
func (d *digest) String() string {
	sum := sha256.Sum256(d.text)
	return hex.EncodeToString(sum[:])
}
