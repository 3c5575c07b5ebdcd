package upload

import (
	"errors"
	"hash"
	"io"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// receiver reads the pieces of a stream as one io.Reader, and keeps account of them.
type receiver struct {
	stream Stream
	limits Limits
	hash   hash.Hash

	meta  *plugin.ManifestRequestMetadata
	chunk []byte // what is unread of the current piece
	bytes int64  // of all pieces

	ended     bool           // the stream gives nothing more
	failed    *RejectedError // the first message that is wrong
	transport error          // the stream's own failure
}

// start reads the metadata.
func (r *receiver) start() {
	m, ok := r.recv()
	if !ok {
		if r.transport == nil {
			r.failed = rejectf("the upload is empty: there is no metadata")
		}
		return
	}
	if r.meta = m.GetMetadata(); r.meta == nil {
		r.failed = rejectf("the upload does not start with its metadata")
	} else if size := r.meta.GetSize(); size > r.limits.Compressed {
		r.failed = rejectf("the upload has %d bytes, more than the %d that are allowed", size, r.limits.Compressed)
	}
}

// recv returns the next message; false at the end of the stream.
func (r *receiver) recv() (*plugin.AppStreamRequest, bool) {
	if r.ended {
		return nil, false
	}
	m, err := r.stream.Recv()
	if err == nil {
		return m, true
	}
	r.ended = true
	if !errors.Is(err, io.EOF) {
		r.transport = err
	}
	return nil, false
}

// next makes the next piece the current one. It returns io.EOF after the last one.
func (r *receiver) next() error {
	if r.failed != nil {
		return r.failed
	}
	m, ok := r.recv()
	if !ok {
		if r.transport != nil {
			return r.transport
		}
		return io.EOF
	}
	switch {
	case m.GetMetadata() != nil:
		r.failed = rejectf("the upload has metadata twice")
		return r.failed
	case m.GetFile() == nil:
		r.failed = rejectf("a message of the upload is neither metadata nor a piece of the archive")
		return r.failed
	}
	r.chunk = m.GetFile().GetChunk()
	if r.bytes += int64(len(r.chunk)); r.bytes > r.limits.Compressed {
		r.failed = rejectf("the upload has more than the %d bytes that are allowed", r.limits.Compressed)
		return r.failed
	}
	r.hash.Write(r.chunk)
	return nil
}

// Read reads the archive as sent.
func (r *receiver) Read(p []byte) (int, error) {
	for len(r.chunk) == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}

// drain reads the stream to its end: with account, or without once a message was wrong.
func (r *receiver) drain() {
	r.chunk = nil
	for !r.ended {
		if r.failed == nil {
			_ = r.next() // what it finds is in failed and transport
			continue
		}
		r.recv()
	}
}
