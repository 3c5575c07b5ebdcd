package fetch

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/krowave/krowave/gitops/archive"
)

// checksum is a digest that is announced, and that of what was read.
type checksum struct {
	algorithm string
	want      string
	hash      hash.Hash
}

// newChecksum reads a digest such as sha256:<64 hexadecimal digits>.
func newChecksum(digest string) (checksum, error) {
	algorithm, want, _ := strings.Cut(digest, ":")
	c := checksum{algorithm: algorithm, want: want}
	switch algorithm {
	case "sha256":
		c.hash = sha256.New()
	case "sha384":
		c.hash = sha512.New384()
	case "sha512":
		c.hash = sha512.New()
	default:
		return c, fmt.Errorf("the digest %s is not one of sha256, sha384 or sha512", archive.Shown(digest))
	}
	if raw, err := hex.DecodeString(want); err != nil || len(raw) != c.hash.Size() || want != strings.ToLower(want) {
		return c, fmt.Errorf("the digest %s does not have %d hexadecimal digits", archive.Shown(digest), 2*c.hash.Size())
	}
	return c, nil
}

func (c checksum) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }

func (c checksum) matches() bool { return c.sum() == c.want }

func (c checksum) got() string { return c.algorithm + ":" + c.sum() }
