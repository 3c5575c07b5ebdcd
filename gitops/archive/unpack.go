package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"unicode/utf8"
)

// readAhead is how many bytes of the archive are read at a time: pieces are often as small as 1 KiB.
const readAhead = 32 << 10

// Read reads a tar that is compressed with gzip, to the end of the reader unless there is an error. The error is a
// [*RejectedError] when the bytes are at fault, and that of the reader when it fails.
func Read(r io.Reader, limits Limits) (*Tree, error) {
	limits = limits.WithDefaults()
	from := &source{from: r, left: limits.Compressed, limit: limits.Compressed}
	tree, err := unpack(from, limits)
	if from.failed != nil {
		return nil, from.failed
	}
	if err != nil {
		return nil, refusal(err)
	}
	return tree, nil
}

// source gives the bytes as they were sent, and remembers an error of the reader, which is not the archive's.
type source struct {
	from        io.Reader
	left, limit int64 // bytes
	failed      error
}

func (s *source) Read(p []byte) (int, error) {
	if s.failed != nil {
		return 0, s.failed
	}
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	if s.left -= int64(n); s.left < 0 {
		return 0, exceedf("", "the archive has more than the %d bytes that are allowed", s.limit)
	}
	return n, err
}

func unpack(r io.Reader, limits Limits) (*Tree, error) {
	zipped, err := gzip.NewReader(bufio.NewReaderSize(r, readAhead))
	if err != nil {
		return nil, err
	}
	return untar(&meter{from: zipped, left: limits.Uncompressed, limit: limits.Uncompressed}, limits)
}

// meter ends with an error where a reader gives more than it may.
type meter struct {
	from        io.Reader
	left, limit int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, exceedf("", "the archive has more than the %d bytes that are allowed after decompression", m.limit)
	}
	return n, err
}

// untar reads a tar to its end, and what follows it, which has to be padding.
func untar(r io.Reader, limits Limits) (*Tree, error) {
	b := newBuilder(limits)
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := b.count(); err != nil {
			return nil, err
		}
		if err := entry(b, h, archive); err != nil {
			return nil, err
		}
	}
	if err := padding(r); err != nil {
		return nil, err
	}
	return b.tree()
}

// padding reads zeros up to the end.
func padding(r io.Reader) error {
	buffer := make([]byte, readAhead)
	for {
		n, err := r.Read(buffer)
		for _, c := range buffer[:n] {
			if c != 0 {
				return rejectf("", "other data follows the end of the archive")
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// entry adds one entry of a tar to a tree.
func entry(b *builder, h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := b.name(h.Name)
	if err != nil {
		return err
	}
	if what := refused(h.Typeflag); what != "" {
		return rejectf(h.Name, "%s is no part of a repository", what)
	}
	switch {
	case inGit(name):
		return nil
	case !utf8.ValidString(name):
		// It can be neither named by YAML nor opened by fs.FS, so it is only missed if it is YAML itself.
		if isData(name) {
			return rejectf(h.Name, "the name is not UTF-8")
		}
		return nil
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return b.dir(name)
	case tar.TypeSymlink:
		return b.symlink(name, h.Linkname)
	case tar.TypeLink:
		return b.hardlink(name, h.Linkname)
	default:
		return b.file(name, h.Size, func() (io.Reader, error) { return content, nil })
	}
}

// refused names the kinds of entries that no checkout of a repository has.
func refused(flag byte) string {
	switch flag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeDir, tar.TypeSymlink, tar.TypeLink:
		return ""
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a named pipe"
	default:
		return "an entry of type " + Shown(string(rune(flag)))
	}
}
