package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"sigs.k8s.io/yaml"
)

// spent is what the peer reports about itself.
type spent struct {
	Decode, Encode time.Duration
	Objects        int // of the output
}

// separator stands between the documents of a file.
var separator = []byte("\n---\n") //nolint:gochecknoglobals // never changed

// peer decodes the input and encodes the output of a render. That the objects of the output
// have to be decoded in between does not count.
func (s settings) peer(output string, out io.Writer) error {
	start := s.now()
	files, err := list(s.dir)
	if err != nil {
		return err
	}
	input := make([][]map[string]any, len(files))
	err = each(len(files), func(i int) error {
		text, err := os.ReadFile(files[i])
		if err == nil {
			input[i], err = decode(text)
		}
		return err
	})
	if err != nil {
		return err
	}
	report := spent{Decode: s.now().Sub(start)}
	runtime.KeepAlive(input)
	objects, err := decoded(output)
	if err != nil {
		return err
	}
	input = nil
	runtime.GC()
	start = s.now()
	texts := make([][]byte, len(objects))
	err = each(len(objects), func(i int) error {
		var err error
		texts[i], err = yaml.Marshal(objects[i])
		return err
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(output+".peer", bytes.Join(texts, []byte("---\n")), 0o644); err != nil {
		return err
	}
	report.Encode, report.Objects = s.now().Sub(start), len(objects)
	return json.NewEncoder(out).Encode(report)
}

// list are the files of a repository.
func list(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

func decode(text []byte) ([]map[string]any, error) {
	var objects []map[string]any
	for document := range bytes.SplitSeq(text, separator) {
		var object map[string]any
		if err := yaml.Unmarshal(document, &object); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// decoded are the objects of a file, read on all cores.
func decoded(file string) ([]map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	documents := bytes.Split(text, separator)
	objects := make([]map[string]any, len(documents))
	err = each(len(documents), func(i int) error { return yaml.Unmarshal(documents[i], &objects[i]) })
	return objects, err
}

// each calls a function for all numbers below n on two goroutines.
func each(n int, f func(i int) error) error {
	const cores = 2
	var group sync.WaitGroup
	errs := make([]error, cores)
	for core := range cores {
		group.Go(func() {
			for i := core; i < n && errs[core] == nil; i += cores {
				errs[core] = f(i)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
