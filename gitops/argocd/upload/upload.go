package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"github.com/krowave/krowave/gitops/archive"
	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// What of package archive an upload shows.
type (
	// Tree is a repository in memory.
	Tree = archive.Tree
	// Limits bound what an upload may cost.
	Limits = archive.Limits
	// RejectedError says why an upload is refused: what was sent is at fault, and sending it again does not help.
	RejectedError = archive.RejectedError
)

// DefaultLimits are those of package archive.
func DefaultLimits() Limits { return archive.DefaultLimits() }

// Stream is the receiving side of an upload, as the stubs of package plugin have it.
type Stream interface {
	// Recv returns the next message, and io.EOF after the last one.
	Recv() (*plugin.AppStreamRequest, error)
}

// Options are what Receive works by. The zero value has the default limits and knows no tree.
type Options struct {
	// Limits bound what an upload may cost.
	Limits Limits
	// Known reports that the tree of a checksum is at hand: the upload is then drained and verified, and not
	// unpacked. It is asked at most once, with what the sender claims. It may be nil.
	Known func(checksum string) bool
}

// Upload is what one call sent.
type Upload struct {
	// AppName is the last element of the application's path. It is not the application's name.
	AppName string
	// AppPath leads from the root of the tree to the application's directory, in the form of package fs; "." is the
	// root. Whether there is such a directory is not checked.
	AppPath string
	// Checksum is the SHA-256 of the archive as sent, in lower-case hexadecimal digits. It is verified.
	Checksum string
	// Env is the environment of the call. Of entries with one name the last counts. It belongs to the caller.
	Env map[string]string
	// Compressed is the length of the archive as sent, in bytes.
	Compressed int64
	// Tree is what the archive holds; nil when Options.Known knows it.
	Tree *Tree
}

// Receive reads a stream to its end and returns what it sent. The error is a [*RejectedError] when what was sent is at
// fault, and wraps the stream's own error when that fails.
func Receive(s Stream, o Options) (*Upload, error) {
	r := &receiver{stream: s, limits: o.Limits.WithDefaults(), hash: sha256.New()}
	var tree *Tree
	var broken error
	if r.start(); r.failed == nil && (o.Known == nil || !o.Known(r.meta.GetChecksum())) {
		tree, broken = archive.Read(r, r.limits)
	}
	r.drain()
	if err := r.verdict(broken); err != nil {
		return nil, err
	}
	u := &Upload{
		AppName:    r.meta.GetAppName(),
		Checksum:   r.meta.GetChecksum(),
		Compressed: r.bytes,
		Env:        make(map[string]string, len(r.meta.GetEnv())),
		Tree:       tree,
	}
	for _, e := range r.meta.GetEnv() {
		u.Env[e.GetName()] = e.GetValue()
	}
	var err error
	if u.AppPath, err = appPath(r.meta.GetAppRelPath()); err != nil {
		return nil, err
	}
	return u, nil
}

// verdict is why the upload as a whole is refused, the first cause first: damaged bytes explain a broken archive.
func (r *receiver) verdict(broken error) error {
	if r.transport != nil {
		return fmt.Errorf("receive the upload: %w", r.transport)
	}
	if r.failed != nil {
		return r.failed
	}
	if got, want := r.bytes, r.meta.GetSize(); got != want {
		return rejectf("the upload has %d bytes, and %d are announced", got, want)
	}
	if got, want := hex.EncodeToString(r.hash.Sum(nil)), r.meta.GetChecksum(); got != want {
		return rejectf("the upload has the SHA-256 checksum %s, and %s is announced", got, archive.Shown(want))
	}
	return broken
}

// appPath is the application's directory as fs.FS names it.
func appPath(rel string) (string, error) {
	name := path.Clean(rel)
	if path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return "", rejectf("the application's path %s leaves the tree", archive.Shown(rel))
	}
	return name, nil
}

func rejectf(format string, args ...any) *RejectedError {
	return &RejectedError{Reason: fmt.Sprintf(format, args...)}
}
