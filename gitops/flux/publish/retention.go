package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What the paths of artifacts are made of.
const (
	kindDirectory = "externalartifact"
	extension     = ".tar.gz"
	unfinished    = ".unfinished"
	digestDigits  = 64
)

// directory is that of an owner's artifacts.
func directory(owner metav1.Object) (string, error) {
	for _, element := range []string{owner.GetNamespace(), owner.GetName()} {
		if !isElement(element) {
			return "", fmt.Errorf("%q cannot be part of a path", element)
		}
	}
	return path.Join(kindDirectory, owner.GetNamespace(), owner.GetName()), nil
}

func isElement(text string) bool {
	return text != "" && text != "." && text != ".." && !strings.ContainsAny(text, "/\\\x00")
}

// isArtifact says whether a path has the form that Publish gives it.
func isArtifact(name string) bool {
	elements := strings.Split(name, "/")
	if len(elements) != 4 || elements[0] != kindDirectory || !isElement(elements[1]) || !isElement(elements[2]) {
		return false
	}
	return isFile(elements[3])
}

func isFile(base string) bool {
	digest, ok := strings.CutSuffix(base, extension)
	return ok && len(digest) == digestDigits && strings.Trim(digest, "0123456789abcdef") == ""
}

// stored is a file of an owner.
type stored struct {
	name  string
	since time.Time // when it became the newest one
}

// list is the artifacts in a directory, newest first.
func (s *Store) list(dir string) ([]stored, error) {
	entries, err := fs.ReadDir(s.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []stored
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it has just gone
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular() || !isFile(e.Name()):
			continue
		}
		all = append(all, stored{e.Name(), info.ModTime()})
	}
	slices.SortFunc(all, func(a, b stored) int { return cmp.Or(b.since.Compare(a.since), strings.Compare(a.name, b.name)) })
	return all, nil
}

// GarbageCollect removes the files that were stored for the owner of an artifact and that nobody can be fetching: those that a newer
// one replaced longer ago than Options.RetentionTTL. The artifact itself and the newest Options.RetentionRecords stay.
func (s *Store) GarbageCollect(ctx context.Context, artifact *meta.Artifact) error {
	failed := func(err error) error {
		return fmt.Errorf("remove old files beside the artifact %s: %w", artifact.Path, err)
	}
	if !isArtifact(artifact.Path) {
		return failed(errors.New("it is not a path of this storage"))
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	dir, current := path.Split(artifact.Path)
	dir = path.Clean(dir)
	all, err := s.list(dir)
	if err != nil {
		return failed(err)
	}
	old := s.options.Now().Add(-s.options.RetentionTTL)
	for i, f := range all {
		if i < s.options.RetentionRecords || f.name == current || all[i-1].since.After(old) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return failed(err)
		}
		if err := s.root.Remove(path.Join(dir, f.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failed(err)
		}
	}
	if err := s.sweep(dir); err != nil {
		return failed(err)
	}
	return nil
}

// sweep removes what an interrupted write left. The caller writes nothing.
func (s *Store) sweep(dir string) error {
	left, err := fs.Glob(s.root.FS(), path.Join(dir, "*"+unfinished))
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// RemoveAll removes every file of an owner. It is no error if there is none.
func (s *Store) RemoveAll(owner metav1.Object) error {
	dir, err := directory(owner)
	if err != nil {
		return fmt.Errorf("remove the artifacts of %s/%s: %w", owner.GetNamespace(), owner.GetName(), err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.root.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the artifacts of %s/%s: %w", owner.GetNamespace(), owner.GetName(), err)
	}
	return nil
}
