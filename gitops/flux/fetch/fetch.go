package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/fluxcd/pkg/apis/meta"

	"github.com/krowave/krowave/gitops/archive"
)

// Limits bound what a fetch may cost. A field that is 0 or less has its value of DefaultLimits.
type Limits struct {
	// Artifact is the number of bytes as sent.
	Artifact int64
	// Untar is the number of bytes after decompression, with what is not kept. It bounds the memory too.
	Untar int64
	// Entries is the number of files, directories and links.
	Entries int
	// Time is how long the fetch may take, from the connection to the last byte.
	Time time.Duration
}

// DefaultLimits are limits that sources of usual size stay far below.
func DefaultLimits() Limits {
	return Limits{Artifact: 64 << 20, Untar: 256 << 20, Entries: 100_000, Time: time.Minute}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Artifact > 0 {
		d.Artifact = l.Artifact
	}
	if l.Untar > 0 {
		d.Untar = l.Untar
	}
	if l.Entries > 0 {
		d.Entries = l.Entries
	}
	if l.Time > 0 {
		d.Time = l.Time
	}
	return d
}

func (l Limits) archive() archive.Limits {
	const least = 1 << 20 // what small archives need for names and directories
	return archive.Limits{Compressed: l.Artifact, Uncompressed: l.Untar, Kept: max(l.Untar, least), Entries: l.Entries}
}

// Fetch reads an artifact. The error is an [*Error], or that of the context when the caller cancels it. The client is not
// changed; its timeout counts beside Limits.Time and the deadline of the context.
func Fetch(ctx context.Context, client *http.Client, artifact meta.Artifact, limits Limits) (fs.FS, error) {
	limits = limits.withDefaults()
	f := &fetching{limits: limits, want: artifact}
	if err := f.prepare(); err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	body, err := f.get(within, client)
	if err != nil {
		return nil, f.cancelled(ctx, err)
	}
	tree, err := f.read(within, body)
	_ = body.Close() // everything that counts was read
	if err != nil {
		return nil, f.cancelled(ctx, err)
	}
	return tree, nil
}

// fetching is one fetch.
type fetching struct {
	limits Limits
	want   meta.Artifact
	shown  string
	sum    checksum
}

func (f *fetching) fail(reason Reason, err error, format string, args ...any) error {
	return &Error{Reason: reason, URL: f.shown, Message: fmt.Sprintf(format, args...), Err: err}
}

// prepare checks what the status of the source says.
func (f *fetching) prepare() error {
	f.shown = archive.Shown(f.want.URL)
	u, err := url.Parse(f.want.URL)
	if err != nil {
		return f.fail(BadArtifact, err, "the URL cannot be read")
	}
	f.shown = archive.Shown(u.Redacted())
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return f.fail(BadArtifact, nil, "the URL is not one of HTTP with a host")
	}
	if f.sum, err = newChecksum(f.want.Digest); err != nil {
		return f.fail(BadArtifact, err, "%v", err)
	}
	if size := f.want.Size; size != nil && *size > f.limits.Artifact {
		return f.fail(TooLarge, nil, "the artifact has %d bytes, more than the %d that are allowed", *size, f.limits.Artifact)
	}
	return nil
}

// get asks for the bytes. The caller closes the body.
func (f *fetching) get(ctx context.Context, client *http.Client) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.want.URL, http.NoBody)
	if err != nil {
		return nil, f.fail(BadArtifact, err, "the URL cannot be asked for")
	}
	// The digest is that of the bytes as they are stored.
	r.Header.Set("Accept-Encoding", "identity")
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := c.Do(r)
	if err != nil {
		return nil, f.transport(ctx, err)
	}
	if err := f.accept(answer); err != nil {
		_ = answer.Body.Close() // the answer is not what was asked for
		return nil, err
	}
	return answer.Body, nil
}

// accept looks at the head of an answer.
func (f *fetching) accept(answer *http.Response) error {
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return f.fail(NotFound, nil, "the server does not have the artifact")
	case answer.StatusCode != http.StatusOK:
		return f.fail(Unreachable, nil, "the server answers with status %d", answer.StatusCode)
	case answer.ContentLength > f.limits.Artifact:
		return f.fail(TooLarge, nil, "the answer has %d bytes, more than the %d that are allowed", answer.ContentLength, f.limits.Artifact)
	}
	return nil
}

// read reads the body as an archive, and what the archive leaves of it.
func (f *fetching) read(ctx context.Context, body io.Reader) (fs.FS, error) {
	count := &counter{from: io.TeeReader(body, f.sum.hash), left: f.limits.Artifact}
	tree, wrong := archive.Read(count, f.limits.archive())
	if wrong != nil {
		// The digest of all bytes tells a damaged answer from a wrong archive.
		_, _ = io.Copy(io.Discard, count) // what it finds is in count
	}
	switch {
	case count.exceeded:
		return nil, f.fail(TooLarge, nil, "the answer has more than the %d bytes that are allowed", f.limits.Artifact)
	case count.failed != nil:
		return nil, f.transport(ctx, count.failed)
	case !f.sum.matches() && f.want.Size != nil && count.bytes < *f.want.Size:
		return nil, f.fail(Truncated, nil, "the answer has %d bytes, and %d are announced", count.bytes, *f.want.Size)
	case !f.sum.matches():
		return nil, f.fail(WrongDigest, nil, "the answer has the digest %s, and %s is announced", f.sum.got(), f.want.Digest)
	}
	if rejected, ok := errors.AsType[*archive.RejectedError](wrong); ok && rejected.TooLarge {
		return nil, f.fail(TooLarge, wrong, "%v", wrong)
	}
	if wrong != nil {
		return nil, f.fail(BadArchive, wrong, "%v", wrong)
	}
	return tree, nil
}

// transport says what became of a connection.
func (f *fetching) transport(ctx context.Context, err error) error {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded), ok && timeout.Timeout():
		return f.fail(TooSlow, err, "the artifact did not come within the time")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return f.fail(Truncated, err, "the answer ends too early")
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // the URL is in the message
	}
	return f.fail(Unreachable, err, "%v", err)
}

// cancelled is the error of a caller that no longer waits, or the error.
func (*fetching) cancelled(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("fetch an artifact: %w", context.Cause(ctx))
	}
	return err
}

// counter reads no more than it may, and remembers how it ended.
type counter struct {
	from     io.Reader
	left     int64
	bytes    int64
	exceeded bool
	failed   error
}

func (c *counter) Read(p []byte) (int, error) {
	if c.exceeded || c.failed != nil {
		return 0, io.EOF // what a connection says after its first error means nothing
	}
	n, err := c.from.Read(p)
	c.bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.failed = err
	}
	if c.bytes > c.left {
		c.exceeded = true
		return 0, io.EOF
	}
	return n, err
}
