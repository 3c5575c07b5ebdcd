package input_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
)

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"

func cm(name string) string { return fmt.Sprintf(configMap, name) }

// codes are the codes and messages of a list, in its order.
func codes(list diag.List) []string {
	var lines []string
	for _, d := range list.Sorted() {
		lines = append(lines, fmt.Sprintf("%s %s %s", d.Code, d.Span.Path(), d.Message))
	}
	return lines
}

func TestLimits(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.yaml": cm("a"), "b.yaml": cm("b") + "---\n" + cm("c"), "d.yaml": cm("d")}
	cases := map[string]struct {
		reason string
		limits input.Limits
		files  map[string]string
		want   []string
		names  string
	}{
		"None":      {"nothing is hit", input.Limits{}, files, nil, "a b c d"},
		"Fits":      {"exactly as large as allowed", input.Limits{FileBytes: 106, TotalBytes: 208, Files: 3, Documents: 4, Depth: 2, Values: 9}, files, nil, "a b c d"},
		"FileBytes": {"one file is too large, the others are read", input.Limits{FileBytes: 105}, files, []string{"INP002 b.yaml the file has more than 105 bytes"}, "a d"},
		"Total":     {"reading ends", input.Limits{TotalBytes: 100}, files, []string{"INP002 b.yaml the files have more than 100 bytes in all"}, "a"},
		"Files":     {"reading ends", input.Limits{Files: 2}, files, []string{"INP002 d.yaml there are more than 2 files"}, "a b c"},
		"Documents": {"reading ends", input.Limits{Documents: 2}, files, []string{"INP002 b.yaml there are more than 2 objects"}, "a b"},
		"Depth":     {"one document is too deep", input.Limits{Depth: 2}, map[string]string{"a.yaml": "apiVersion: v1\nkind: X\nmetadata: {name: [[a]]}\n"}, []string{"YAML002 a.yaml values are nested deeper than 2 levels"}, ""},
		"Values":    {"one document is too large", input.Limits{Values: 8}, map[string]string{"a.yaml": cm("a")}, []string{"YAML002 a.yaml the document has more than 8 values with its aliases expanded"}, ""},
		"List": {
			"items of lists count",
			input.Limits{Documents: 1},
			map[string]string{"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: X, metadata: {name: a}}\n- {apiVersion: v1, kind: X, metadata: {name: b}}\n"},
			[]string{"INP002 a.yaml there are more than 1 objects"},
			"a",
		},
		"Built": {
			"documents that kustomize reads count",
			input.Limits{Documents: 1},
			map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": cm("a") + "---\n" + cm("b")},
			[]string{"YAML002 x.yaml the file has more than 1 documents"},
			"",
		},
		"InBuild": {
			"files that kustomize reads count",
			input.Limits{FileBytes: 60},
			map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": cm("a") + "---\n" + cm("b")},
			[]string{"INP053 kustomization.yaml x.yaml cannot be read: the file has more than 60 bytes"},
			"",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := input.Load(tree(tc.files), []string{"."}, input.Options{Limits: tc.limits})
			if diff := cmp.Diff(tc.want, codes(diags)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if got := names(set.Objects); got != tc.names {
				t.Errorf("%s: objects %q, want %q", tc.reason, got, tc.names)
			}
		})
	}
}

func names(objects []*input.Object) string {
	var list []string
	for _, o := range objects {
		list = append(list, o.Name)
	}
	return strings.Join(list, " ")
}

func TestStdin(t *testing.T) {
	t.Parallel()
	set, diags := input.Load(tree(map[string]string{"a.yaml": cm("a")}), []string{"a.yaml", "-", "-"}, input.Options{Stdin: []byte(cm("in") + "---\nkind: x\n")})
	if diff := cmp.Diff([]string{"INP005 <stdin> the object has no apiVersion"}, codes(diags)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := names(set.Objects); got != "a in" {
		t.Errorf("objects %q", got)
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.yaml": cm("a"), "b/b.yaml": cm("b"), "b/c/c.yaml": cm("c"), "k/kustomization.yaml": "resources: [k.yaml]\n", "k/k.yaml": cm("k"),
		"l/kustomization.yaml": "resources: [l.yaml]\n", "l/l.yaml": cm("l"),
	}
	cases := map[string]struct {
		reason string
		roots  []string
		ignore []string
		want   string
	}{
		"Nothing":   {"everything is input", []string{"."}, nil, "a b c k l"},
		"File":      {"a file", []string{"."}, []string{"a.yaml"}, "b c k l"},
		"Directory": {"a directory with everything below it", []string{"."}, []string{"b"}, "a k l"},
		"Inside":    {"a part of a directory", []string{"."}, []string{"b/c"}, "a b k l"},
		"Prefix":    {"a path is not a prefix of names", []string{"."}, []string{"a", "b/c/c"}, "a b c k l"},
		"Build":     {"a kustomization", []string{"."}, []string{"k"}, "a b c l"},
		"Referred":  {"what a kustomization needs is read", []string{"."}, []string{"l/l.yaml"}, "a b c k l"},
		"Root":      {"who names a path wants it", []string{"b/c", "a.yaml"}, []string{"a.yaml", "b"}, "c a"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, diags := input.Load(tree(files), tc.roots, input.Options{Ignore: tc.ignore})
			if diff := cmp.Diff([]string(nil), codes(diags)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if got := names(set.Objects); got != tc.want {
				t.Errorf("%s: objects %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	show := func(name string) string { return "../" + name }
	fsys := tree(map[string]string{"a.yaml": cm("a") + "---\nkind: x\n", "k/kustomization.yaml": "resources: [../x, y.yaml]\n", "x/kustomization.yaml": "resources: [x.yaml, x.yaml]\n", "x/x.yaml": cm("x"), "k/y.yaml": cm("k")})
	_, diags := input.Load(fsys, []string{".", "missing"}, input.Options{Show: show})
	want := []string{
		"INP005 ../a.yaml the object has no apiVersion",
		"INP054 ../k/kustomization.yaml kustomize refuses to build this: accumulating resources: accumulation err='accumulating resources from '../x': '../x' must resolve to a file': recursed accumulation of path '../x': accumulating resources: accumulation err='merging resources from 'x.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/x.[noNs]': must build at directory: '../x/x.yaml': file is not directory",
		"INP001 ../missing there is no such file or directory",
	}
	if diff := cmp.Diff(want, codes(diags)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestSecretsAreNotShown: a problem in a file with a Secret is told without the line.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: hunter2, p: hunter2}\nx: 'hunter2\n"
	for _, files := range []map[string]string{
		{"s.yaml": secret},
		{"s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: hunter2, p: hunter2}\n---\nhunter2: x\n"},
		{"s.json": `{"apiVersion": "v1", "kind": "Secret", "stringData": {"p": "hunter2",, }}`},
		{"kustomization.yaml": "resources: [s.yaml]\n", "s.yaml": secret},
	} {
		var b strings.Builder
		_, diags := input.Load(tree(files), []string{"."}, input.Options{})
		if err := diag.Print(&b, diags, diag.Style{}); err != nil {
			t.Fatal(err)
		}
		if !diags.HasErrors() || strings.Contains(b.String(), "hunter2") {
			t.Errorf("%v:\n%s", files, b.String())
		}
	}
}

// TestDirFS: a file system that follows links by itself is not left all the same, and links to directories of
// kustomizations work.
func TestDirFS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.yaml")
	for name, text := range map[string]string{
		"outside.yaml": cm("outside"), "in/real/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: x-\n", "in/real/a.yaml": cm("a"), "in/over/kustomization.yaml": "resources: [../link]\nnamePrefix: y-\n",
		"in/steal/kustomization.yaml": "resources: [a.yaml]\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"in/link": "real", "in/out.yaml": outside, "in/up.yaml": "../outside.yaml", "in/steal/a.yaml": "../../outside.yaml", "in/dir": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(link))); err != nil {
			t.Skip(err)
		}
	}
	set, diags := input.Load(os.DirFS(filepath.Join(dir, "in")), []string{"."}, input.Options{})
	want := []string{
		"INP003 out.yaml the symbolic link is not read: it leads out of the input",
		"INP053 steal/kustomization.yaml a.yaml cannot be read: it leads out of the input",
		"INP003 up.yaml the symbolic link is not read: it leads out of the input",
	}
	if diff := cmp.Diff(want, codes(diags)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := names(set.Objects); got != "y-x-a" {
		t.Errorf("objects %q", got)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // a directory that was only read
	set, _ = input.Load(root.FS(), []string{"link"}, input.Options{})
	if got := names(set.Objects); got != "x-a" {
		t.Errorf("objects of a linked root %q", got)
	}
}

func TestNodes(t *testing.T) {
	t.Parallel()
	set, _ := input.Load(tree(map[string]string{"a.yaml": cm("a")}), []string{"."}, input.Options{})
	nodes := input.Nodes(set.Objects)
	if len(nodes) != 1 || nodes[0].Lookup("metadata", "name").Str() != "a" {
		t.Errorf("got %v", nodes)
	}
}

// FuzzLoad: no content of files makes Load panic or give two answers, and every problem has a path.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{ // Small ones: the fuzzer shortens what it finds by trying.
		"-- a.yaml --\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: X, metadata: {name: a}}]\n",
		"-- k/kustomization.yaml --\nnamePrefix: x-\nresources: [a.yaml, ../b]\n-- k/a.yaml --\napiVersion: v1\nkind: X\nmetadata: {name: a}\n-- b/Kustomization --\nconfigMapGenerator: [{name: c}]\n",
		"-- kustomization.yaml --\nresources: [a.yaml]\npatches: [{patch: \"{apiVersion: v1, kind: X, metadata: {name: a}, s: [1]}\"}]\n-- a.yaml --\napiVersion: v1\nkind: X\nmetadata: {name: a}\ns: [2]\n",
		"-- a/Chart.yaml --\n-- a/templates/b.yaml --\n{{\n-- c.json --\n{\"kind\": 1}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{}
		for _, file := range txtar.Parse(data).Files {
			if fs.ValidPath(file.Name) && utf8.ValidString(file.Name) && file.Name != "want" {
				fsys[file.Name] = &fstest.MapFile{Data: file.Data}
			}
		}
		limits := input.Limits{FileBytes: 1 << 14, TotalBytes: 1 << 16, Files: 50, Documents: 100, Depth: 20, Values: 1000}
		set, diags := input.Load(fsys, []string{"."}, input.Options{Limits: limits})
		for _, d := range diags {
			if d.Span.Path() == "" || d.Message == "" {
				t.Errorf("a problem without a place: %+v", d)
			}
		}
		for _, list := range [][]*input.Object{set.RGDs, set.CRDs, set.Objects} {
			for _, o := range list {
				if o.Kind == "" || o.APIVersion == "" || o.Node.Span().Path() == "" {
					t.Errorf("an object without a kind or a place: %+v", o)
				}
			}
		}
		again, diagsAgain := input.Load(fsys, []string{"."}, input.Options{Limits: limits})
		if diff := cmp.Diff(codes(diags), codes(diagsAgain)); diff != "" || len(again.Objects) != len(set.Objects) {
			t.Errorf("a second run gives something else\n%s", diff)
		}
	})
}

// BenchmarkLoad reads 10,000 small files. BenchmarkUnmarshal is what sigs.k8s.io/yaml takes for their text alone.
func BenchmarkLoad(b *testing.B) {
	files := map[string]string{}
	for i := range 10_000 {
		files[fmt.Sprintf("apps/%02d/instance-%d.yaml", i%100, i)] = instance(i)
	}
	fsys := tree(files)
	b.ReportAllocs()
	for b.Loop() {
		if set, diags := input.Load(fsys, []string{"."}, input.Options{}); len(set.Objects) != 10_000 || len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for i := range 10_000 {
			var v any
			if err := yaml.Unmarshal([]byte(instance(i)), &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func instance(i int) string {
	return fmt.Sprintf(`apiVersion: kro.run/v1alpha1
kind: WebApp
metadata:
  name: shop-%d
  namespace: prod
spec:
  image: ghcr.io/acme/shop:1.4.2
  replicas: 3
  env: {LOG_LEVEL: info, URL: "https://example.com/%d"}
  hosts: [a.example.com, b.example.com]
`, i, i)
}
