package upload_test

import (
	"strings"
	"testing"

	"github.com/krowave/krowave/gitops/argocd/upload"
)

// TestDigest: what cannot be read does not count, and everything that can be does.
func TestDigest(t *testing.T) {
	t.Parallel()
	digest := func(items ...item) string {
		t.Helper()
		return receive(t, sent(archive(t, items...)), upload.Options{}).Tree.Digest()
	}
	base := digest(file("a.yaml", "a"), file(".git/index", "one"))
	cases := map[string]struct {
		reason string
		items  []item
		same   bool
	}{
		"State":    {"the state of a checkout is not in the tree", []item{file("a.yaml", "a"), file(".git/index", "another")}, true},
		"Order":    {"an archive has its entries in any order", []item{file(".git/index", "one"), file("a.yaml", "a")}, true},
		"Content":  {"another content", []item{file("a.yaml", "b")}, false},
		"Name":     {"another name", []item{file("b.yaml", "a")}, false},
		"Place":    {"the same name in a directory", []item{file("a/a.yaml", "a")}, false},
		"More":     {"one more file", []item{file("a.yaml", "a"), file("b.yaml", "")}, false},
		"Empty":    {"one more directory", []item{file("a.yaml", "a"), dir("b")}, false},
		"Link":     {"one more link", []item{file("a.yaml", "a"), symlink("b.yaml", "a.yaml")}, false},
		"Boundary": {"bytes moved from a name to a content", []item{file("a.yam", "la")}, false},
		"Omitted":  {"a file that was not kept has a size", []item{file("a.yaml", "a"), file("b.bin", strings.Repeat("b", 2<<20))}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := digest(tc.items...); (got == base) != tc.same {
				t.Errorf("%s: the digest is %s, that of the first tree %s, want the same: %t", tc.reason, got, base, tc.same)
			}
		})
	}
}
