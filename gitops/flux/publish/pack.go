package publish

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
)

// fileMode is that of every file in an artifact.
const fileMode = 0o644

// pack is the tar.gz of files in their order: without times, owners and what else differs from machine to machine.
func pack(files Files) ([]byte, error) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Mode: fileMode, Size: int64(len(f.Data)), Format: tar.FormatPAX})
		if err == nil {
			_, err = w.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		return nil, fmt.Errorf("pack an artifact: %w", err)
	}
	return b.Bytes(), nil
}
