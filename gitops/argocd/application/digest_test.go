package application

import (
	"testing"

	"github.com/krowave/krowave/gitops/archive"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// TestDigest: two archives of one commit have different checksums and the same answer, which is made once; another
// content is another answer, whatever the archive is called.
func TestDigest(t *testing.T) {
	t.Parallel()
	r := renderer(t, DefaultOptions())
	files := smallApp()
	cached := func(checksum string) bool {
		t.Helper()
		tree, err := archive.FromFS(files, upload.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		answer, err := r.Generate(t.Context(), Request{Files: tree, Digest: checksum, Path: "app"})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Cached
	}
	if cached("first") {
		t.Error("the first answer was there already")
	}
	if !cached("second") {
		t.Error("the same files in another archive are rendered again")
	}
	files["app/a.yaml"].Data = append(files["app/a.yaml"].Data, "data: {a: b}\n"...)
	if cached("second") {
		t.Error("other files have the same answer")
	}
}
