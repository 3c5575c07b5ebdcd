package decision

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
)

// Canonical writes JSON with sorted keys and without spaces, so that a manifest which the API server has stored gives the
// bytes that were handed to it. Its error is about the syntax.
func Canonical(raw []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read a manifest: %w", err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write a manifest: %w", err)
	}
	return out, nil
}

// Digest is the SHA-256 of a manifest, 64 hexadecimal digits.
func Digest(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:])
}

func isSecret(id string) bool {
	i := ParseID(id)
	return i.Group == "" && i.Kind == "Secret"
}

func isCRD(id string) bool {
	i := ParseID(id)
	return i.Group == "apiextensions.k8s.io" && i.Kind == "CustomResourceDefinition"
}

// last is the manifest that an entry was delivered with. Of two that are known the one that the entry means wins: the
// inventory is written first, and the artifact that it was written for may not have been published.
func (p *plan) last(e v1alpha1.InventoryEntry) ([]byte, bool) {
	stored, ok := p.in.Last[e.ID]
	if ok && Digest(stored) == e.Digest {
		return stored, true
	}
	if e.Manifest != nil {
		if manifest, err := Canonical(e.Manifest.Raw); err == nil && (!ok || Digest(manifest) == e.Digest) {
			return manifest, true
		}
	}
	return stored, ok
}

// recorded is the entry with the manifest that stays in the artifact though the render does not give it.
func recorded(e v1alpha1.InventoryEntry, manifest []byte) v1alpha1.InventoryEntry {
	e.Digest = Digest(manifest)
	e.Manifest = nil
	if !isSecret(e.ID) {
		e.Manifest = &apiextensionsv1.JSON{Raw: manifest}
	}
	return e
}
