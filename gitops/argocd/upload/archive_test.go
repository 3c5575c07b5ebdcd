package upload_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// stream is an upload that has been received: messages, and how it ends.
type stream struct {
	messages []*plugin.AppStreamRequest
	end      error // io.EOF when nil
	read     int
}

func (s *stream) Recv() (*plugin.AppStreamRequest, error) {
	if s.read < len(s.messages) {
		s.read++
		return s.messages[s.read-1], nil
	}
	if s.end != nil {
		return nil, s.end
	}
	s.read = len(s.messages) + 1
	return nil, io.EOF
}

// drained reports that the receiver read to the end.
func (s *stream) drained() bool { return s.read > len(s.messages) }

func metadata(m *plugin.ManifestRequestMetadata) *plugin.AppStreamRequest {
	return &plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_Metadata{Metadata: m}}
}

func piece(b []byte) *plugin.AppStreamRequest {
	return &plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_File{File: &plugin.File{Chunk: b}}}
}

func pieces(archive []byte, size int) []*plugin.AppStreamRequest {
	var list []*plugin.AppStreamRequest
	for len(archive) > 0 {
		n := min(size, len(archive))
		list = append(list, piece(archive[:n]))
		archive = archive[n:]
	}
	return list
}

// announced is the metadata of an archive as repo-server sends it.
func announced(archive []byte) *plugin.ManifestRequestMetadata {
	sum := sha256.Sum256(archive)
	return &plugin.ManifestRequestMetadata{
		AppName: "web", AppRelPath: "apps/web", Size: int64(len(archive)), Checksum: hex.EncodeToString(sum[:]),
	}
}

// sent is the stream of an archive, in pieces of Argo CD's default size.
func sent(archive []byte) *stream {
	return &stream{messages: append([]*plugin.AppStreamRequest{metadata(announced(archive))}, pieces(archive, 1024)...)}
}

// item is an entry of a tar.
type item struct {
	tar.Header
	body string
}

func file(name, body string) item {
	return item{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(body))}, body: body}
}

func dir(name string) item {
	return item{Header: tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}}
}

func symlink(name, target string) item {
	return item{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}}
}

func hardlink(name, target string) item {
	return item{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}}
}

func special(name string, flag byte) item {
	return item{Header: tar.Header{Typeflag: flag, Name: name}}
}

func tarOf(tb testing.TB, items ...item) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		if err := w.WriteHeader(&i.Header); err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, i.body); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func zipped(tb testing.TB, data ...[]byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for _, d := range data {
		if _, err := w.Write(d); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// archive is a repository as repo-server packs it.
func archive(tb testing.TB, items ...item) []byte {
	tb.Helper()
	return zipped(tb, tarOf(tb, items...))
}

// contents are the files of a tree by name: their content, or why there is none. Links are shown with their target.
func contents(tb testing.TB, tree fs.FS) map[string]string {
	tb.Helper()
	got := map[string]string{}
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return nil
		}
		data, err := fs.ReadFile(tree, name)
		text := string(data)
		if err != nil {
			pathError, ok := errors.AsType[*fs.PathError](err)
			if !ok {
				return err
			}
			text = "error: " + pathError.Err.Error()
		}
		if e.Type() == fs.ModeSymlink {
			target, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			text = "-> " + target + ": " + text
		}
		got[name] = text
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// receive takes an upload that has to succeed.
func receive(tb testing.TB, s *stream, o upload.Options) *upload.Upload {
	tb.Helper()
	u, err := upload.Receive(s, o)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}
