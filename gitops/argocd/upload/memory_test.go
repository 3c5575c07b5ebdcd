package upload_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// watched is a stream that keeps account of the heap while it is read.
type watched struct {
	stream *stream
	extra  int // more messages after the archive, each of a mebibyte
	chunk  []byte
	calls  int
	peak   uint64
}

func (w *watched) Recv() (*plugin.AppStreamRequest, error) {
	if w.calls++; w.calls%16 == 0 {
		w.peak = max(w.peak, heap())
	}
	m, err := w.stream.Recv()
	if errors.Is(err, io.EOF) && w.extra > 0 {
		w.extra--
		return piece(w.chunk), nil
	}
	return m, err
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemory: whatever is sent, the heap stays in proportion to the limit. It is not parallel: the heap is everybody's.
func TestMemory(t *testing.T) { //nolint:paralleltest // see above
	const limit, slack = 8 << 20, 16 << 20
	cases := map[string]struct {
		reason string
		pack   func(*tar.Writer) error
		extra  int
	}{
		"large files": {
			reason: "a hundred files of YAML that are each within the limit of a file",
			pack:   repeat(100, func(i int) item { return sized(fmt.Sprintf("%d.yaml", i), 4<<20) }),
		},
		"one huge file": {
			reason: "YAML larger than any limit",
			pack:   repeat(1, func(int) item { return sized("a.yaml", 512<<20) }),
		},
		"files that are not YAML": {
			reason: "below a kustomization, so that each could be needed",
			pack: repeat(200, func(i int) item {
				if i == 0 {
					return sized("kustomization.yaml", 0)
				}
				return sized(fmt.Sprintf("%d.bin", i), 1<<20)
			}),
		},
		"long names": {
			reason: "entries that are nothing but names",
			pack:   repeat(5_000, func(i int) item { return sized(strings.Repeat("n", 4000)+fmt.Sprint(i), 0) }),
		},
		"long names that are refused": {
			reason: "names of a mebibyte, in the headers of PAX",
			pack:   repeat(20, func(i int) item { return sized(strings.Repeat("n", 1<<19)+fmt.Sprint(i), 0) }),
		},
		"deep names": {
			reason: "entries with two thousand directories each",
			pack:   repeat(500, func(i int) item { return sized(fmt.Sprint(i)+strings.Repeat("/d", 2000), 0) }),
		},
		"links": {
			reason: "targets cost as names do",
			pack:   repeat(5_000, func(i int) item { return symlink(fmt.Sprint(i), strings.Repeat("t/", 2000)) }),
		},
		"entries that are not kept": {
			reason: "only their number counts",
			pack:   repeat(100_000, func(i int) item { return sized(fmt.Sprintf(".git/objects/%d", i), 0) }),
		},
		"endless pieces": {
			reason: "what comes after the limit is read and forgotten",
			pack:   repeat(1, func(int) item { return sized("a.yaml", 0) }),
			extra:  4096,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // see above
			w := &watched{stream: sent(compressed(t, tc.pack)), extra: tc.extra, chunk: make([]byte, 1<<20)}
			runtime.GC()
			before := heap()
			_, err := upload.Receive(w, upload.Options{Limits: upload.Limits{Kept: limit, File: limit / 2}})
			// The collector lets a heap grow to twice of what lives.
			if grown := int64(w.peak) - int64(before); grown > 2*limit+slack { //nolint:gosec // heaps are smaller than 2^63
				t.Errorf("%s: the heap grew by %d bytes, want at most %d (%v)", tc.reason, grown, 2*limit+slack, err)
			}
			if w.peak == 0 || !w.stream.drained() {
				t.Errorf("%s: the stream was not read to its end", tc.reason)
			}
		})
	}
}

// sized is a file of zeros. Its body is written by repeat.
func sized(name string, size int64) item {
	i := file(name, "")
	i.Size = size
	return i
}

func repeat(n int, each func(int) item) func(*tar.Writer) error {
	return func(w *tar.Writer) error {
		for i := range n {
			entry := each(i)
			if err := w.WriteHeader(&entry.Header); err != nil {
				return err
			}
			if _, err := io.CopyN(w, zeros{}, entry.Size); err != nil {
				return err
			}
		}
		return nil
	}
}

// compressed is what a function writes into a tar. It grows by pieces, so that many of them come after each other.
func compressed(tb testing.TB, pack func(*tar.Writer) error) []byte {
	tb.Helper()
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		tb.Fatal(err)
	}
	w := tar.NewWriter(zip)
	if err := errors.Join(pack(w), w.Close(), zip.Close()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
