package serve

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/validation"
)

// What the path of an artifact is made of: kind/namespace/name/digest.tar.gz.
const (
	kindDirectory = "externalartifact"
	extension     = ".tar.gz"
	elements      = 4
	digestDigits  = 64
)

// Handler answers requests for the artifacts of a directory.
type Handler struct {
	root *os.Root
}

// Open makes a handler for a directory, which must exist. The caller closes it.
func Open(dir string) (*Handler, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the storage of artifacts: %w", err)
	}
	return &Handler{root: root}, nil
}

// Close lets the directory go. What is being sent is not cut.
func (h *Handler) Close() error {
	if err := h.root.Close(); err != nil {
		return fmt.Errorf("close the storage of artifacts: %w", err)
	}
	return nil
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	name, ok := artifact(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, err := h.root.Open(name)
	if err != nil {
		http.NotFound(w, r) // whatever is wrong with it, there is nothing to be had
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	opened, err := f.Stat()
	named, failed := h.root.Lstat(name)
	if errors.Join(err, failed) != nil || !opened.Mode().IsRegular() || !os.SameFile(opened, named) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("ETag", `"`+strings.TrimSuffix(path.Base(name), extension)+`"`)
	// When a file was written says nothing about its content, so that no time is told.
	http.ServeContent(w, r, "", time.Time{}, f)
}

// artifact is the name below the directory of the artifact that a path asks for.
func artifact(urlPath string) (string, bool) {
	name, rooted := strings.CutPrefix(urlPath, "/")
	parts := strings.Split(name, "/")
	if !rooted || len(parts) != elements || parts[0] != kindDirectory || !isFile(parts[3]) {
		return "", false
	}
	wrong := len(validation.ValidateNamespaceName(parts[1], false)) + len(validation.NameIsDNSSubdomain(parts[2], false))
	return name, wrong == 0
}

// isFile reports the name of an artifact's file.
func isFile(base string) bool {
	digest, ok := strings.CutSuffix(base, extension)
	return ok && len(digest) == digestDigits && strings.Trim(digest, "0123456789abcdef") == ""
}
