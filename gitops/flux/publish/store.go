package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/archive"
)

// OriginRevision is the key of an artifact's metadata that says which revision of the source it was rendered from. Flux reports
// the status of a commit by it.
const OriginRevision = "org.opencontainers.image.revision"

// Options are those of a store.
type Options struct {
	// Dir is the directory of the store. It has to exist, and belongs to the store.
	Dir string
	// Address is how consumers reach the server: host[:port], or a URL that starts with http:// or https://.
	Address string
	// RetentionTTL is how long a file stays after a newer one took its place; a minute when it is 0 or less.
	RetentionTTL time.Duration
	// RetentionRecords is how many files of one artifact stay whatever their age, with the current one; 2 when it is less than 1.
	RetentionRecords int
	// Now is the clock.
	Now func() time.Time
}

// Store is the artifacts in a directory.
type Store struct {
	options Options
	root    *os.Root
	writing sync.Mutex
}

// New opens the store of a directory. The caller closes it.
func New(o Options) (*Store, error) {
	const ttl, records = time.Minute, 2
	if o.RetentionTTL <= 0 {
		o.RetentionTTL = ttl
	}
	if o.RetentionRecords < 1 {
		o.RetentionRecords = records
	}
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open the storage of artifacts: %w", err)
	}
	return &Store{options: o, root: root}, nil
}

// Close gives the directory free. Calls that are under way fail.
func (s *Store) Close() error { return s.root.Close() }

// LostError says that the file of an artifact is missing, or is not what was stored.
type LostError struct {
	// Path is that of the artifact.
	Path string
	// Reason says what is wrong.
	Reason string
	// Err is the cause; it may be nil.
	Err error
}

// Error is one line.
func (e *LostError) Error() string {
	return "the stored artifact " + archive.Shown(e.Path) + " is lost: " + e.Reason
}

// Unwrap is the cause.
func (e *LostError) Unwrap() error { return e.Err }

// Publish stores files as the artifact of an owner, and says what to write into its ExternalArtifact. Publishing the same files
// again gives the same artifact, with the same time as long as it is the newest of the owner, and repairs a damaged file.
// The origin revision may be empty.
func (s *Store) Publish(ctx context.Context, owner metav1.Object, files Files, originRevision string) (*meta.Artifact, error) {
	failed := func(err error) (*meta.Artifact, error) {
		return nil, fmt.Errorf("store the artifact of %s/%s: %w", owner.GetNamespace(), owner.GetName(), err)
	}
	dir, err := directory(owner)
	if err != nil {
		return failed(err)
	}
	data, err := pack(files)
	if err != nil {
		return failed(err)
	}
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
	sum := sha256.Sum256(data)
	size := int64(len(data))
	a := &meta.Artifact{
		Digest: "sha256:" + hex.EncodeToString(sum[:]), Path: path.Join(dir, contentDigest(files)+extension), Revision: Revision(files), Size: &size,
	}
	a.URL = s.url(a.Path)
	if originRevision != "" {
		a.Metadata = map[string]string{OriginRevision: originRevision}
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.Verify(a); err != nil {
		err = s.write(dir, a.Path, data)
		if err != nil {
			return failed(err)
		}
	}
	since, err := s.touch(dir, a.Path)
	if err != nil {
		return failed(err)
	}
	a.LastUpdateTime = metav1.NewTime(since.UTC().Truncate(time.Second))
	return a, nil
}

func (s *Store) url(name string) string {
	if strings.HasPrefix(s.options.Address, "http://") || strings.HasPrefix(s.options.Address, "https://") {
		return strings.TrimSuffix(s.options.Address, "/") + "/" + name
	}
	return "http://" + s.options.Address + "/" + name
}

// touch makes a file the newest of its directory, and says since when it is.
func (s *Store) touch(dir, name string) (time.Time, error) {
	stored, err := s.list(dir)
	if err != nil {
		return time.Time{}, err
	}
	if len(stored) > 0 && stored[0].name == path.Base(name) && stored[0].since.After(never()) {
		return stored[0].since, nil
	}
	now := s.options.Now().UTC()
	if len(stored) > 0 && !now.After(stored[0].since) {
		now = stored[0].since.Add(time.Millisecond) // the clock was set back, or is coarse
	}
	if err := s.root.Chtimes(name, now, now); err != nil {
		return time.Time{}, err
	}
	return now, nil
}

// never is the time of a file that was not the newest one yet.
func never() time.Time { return time.Unix(0, 0) }

// write puts a file in its place at once.
func (s *Store) write(dir, name string, data []byte) error {
	if err := s.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	beside := name + unfinished
	if err := s.fill(beside, data); err != nil {
		return errors.Join(err, s.root.Remove(beside))
	}
	// A new file is older than all others until it is touched.
	if err := s.root.Chtimes(beside, never(), never()); err != nil {
		return errors.Join(err, s.root.Remove(beside))
	}
	return s.root.Rename(beside, name)
}

func (s *Store) fill(name string, data []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Verify says whether the file of an artifact is there and is what was stored. The error is a [*LostError] when it is not.
func (s *Store) Verify(artifact *meta.Artifact) error {
	_, err := s.bytes(artifact)
	return err
}

// bytes is the file of an artifact.
func (s *Store) bytes(artifact *meta.Artifact) ([]byte, error) {
	lost := func(reason string, err error) ([]byte, error) {
		return nil, &LostError{Path: artifact.Path, Reason: reason, Err: err}
	}
	if !isArtifact(artifact.Path) {
		return lost("it is not a path of this storage", nil)
	}
	f, err := s.open(artifact.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return lost("there is no such file", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the stored artifact %s: %w", artifact.Path, err)
	}
	data, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read the stored artifact %s: %w", artifact.Path, err)
	}
	if sum := sha256.Sum256(data); "sha256:"+hex.EncodeToString(sum[:]) != artifact.Digest {
		return lost("the file does not have its digest", nil)
	}
	return data, nil
}

// open opens a file that can be one of an artifact; anything else does not exist.
func (s *Store) open(name string) (*os.File, error) {
	info, err := s.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return s.root.Open(name)
}

// Read is the manifests of a stored artifact by ID, each with the bytes that it was published with. The error is a [*LostError]
// when the file is missing or damaged.
func (s *Store) Read(artifact *meta.Artifact) (map[string][]byte, error) {
	data, err := s.bytes(artifact)
	if err != nil {
		return nil, err
	}
	all, err := unpack(data)
	if err != nil {
		return nil, &LostError{Path: artifact.Path, Reason: err.Error(), Err: err}
	}
	return all, nil
}
