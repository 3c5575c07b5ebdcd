package known_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/krowave/krowave/render"
)

const examples = "../../../examples"

// TestExamplesAskEnough: an example renders the same with what its Observations ask for as with everything that its cluster has: what
// it delivers, and the live objects that it comes with.
func TestExamplesAskEnough(t *testing.T) {
	t.Parallel()
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, entry := range all {
		if !entry.IsDir() {
			continue
		}
		tried++
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			files, live := example(t, os.DirFS(path.Join(examples, entry.Name())))
			s, ok := newSubject(t, engine, files)
			if !ok {
				t.Fatal("it does not compile")
			}
			if got := s.compare(t, live); len(got.Objects) == 0 || len(got.Held) > 0 {
				t.Errorf("%d objects are rendered, and these nodes are held with all values at hand: %v", len(got.Objects), got.Held)
			}
		})
	}
	if tried < 10 {
		t.Errorf("%d examples, want all", tried)
	}
}

// example is what is rendered of a directory, and what its cluster has. The live objects come first: they know more than the rendered ones.
func example(t *testing.T, dir fs.FS) (fstest.MapFS, cluster) {
	t.Helper()
	files := fstest.MapFS{}
	var observed, rendered cluster
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		switch name {
		case "observed.yaml":
			observed = decode(t, data)
		case "rendered.yaml":
			rendered = decode(t, data)
		case "krowave.yaml", "flux.yaml":
		default:
			files[name] = &fstest.MapFile{Data: data}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, append(observed, rendered...)
}

func decode(t *testing.T, data []byte) cluster {
	t.Helper()
	var all cluster
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), len(data))
	for {
		var o map[string]any
		err := documents.Decode(&o)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		items, list := o["items"].([]any)
		switch {
		case list:
			for _, item := range items {
				object, ok := item.(map[string]any)
				if !ok {
					t.Fatalf("an item is a %T", item)
				}
				all = append(all, object)
			}
		case len(o) > 0:
			all = append(all, o)
		}
	}
}
