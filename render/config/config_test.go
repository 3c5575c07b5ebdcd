package config_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/config"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

const head = "apiVersion: krowave.dev/v1alpha1\nkind: Config\n"

// texts are the problems of a list, one line each, with the hint.
func texts(list diag.List) []string {
	var lines []string
	for _, d := range list.Sorted() {
		at := d.Span.Path()
		if p := d.Span.Start(); p.Line > 0 {
			at = fmt.Sprintf("%d:%d", p.Line, p.Column)
		}
		line := fmt.Sprintf("%s %s %s", at, d.Code, d.Message)
		if d.Hint != "" {
			line += " (" + d.Hint + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestDecode(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   config.Config
		diags  []string
	}{
		"Least": {"only the head is required", head, config.Config{}, nil},
		"All": {"every field", head + `rgds: [rgds, ../shared]
crds: [crds.yaml]
observed: [observed]
ignore: [out.yaml]
kubernetesVersion: "1.36"
strict: true
mode: children
namespace: prod
features: {omit: true}
nulls: drop
allowEmpty: true
limits: {fileBytes: 1, totalBytes: 2, files: 3, documents: 4, depth: 5, values: 6, collectionSize: 7, dimensions: 8, cost: 9}
`, config.Config{
			RGDs: []string{"team/app/rgds", "team/shared"}, CRDs: []string{"team/app/crds.yaml"}, Observed: []string{"team/app/observed"}, Ignore: []string{"team/app/out.yaml"}, KubernetesVersion: "1.36", Strict: true, Mode: "children", Namespace: "prod",
			Features: config.Features{Omit: true}, Nulls: "drop", AllowEmpty: true,
			Limits: config.Limits{FileBytes: 1, TotalBytes: 2, Files: 3, Documents: 4, Depth: 5, Values: 6, CollectionSize: 7, Dimensions: 8, Cost: 9},
		}, nil},
		"Nulls":   {"null is absent", head + "rgds:\nstrict: ~\nlimits:\nfeatures: {omit: null}\n", config.Config{}, nil},
		"NoHead":  {"another file, or none of ours", "strict: true\n", config.Config{Strict: true}, []string{"1:1 INP072 apiVersion is missing (write apiVersion: krowave.dev/v1alpha1)", "1:1 INP072 kind is missing (write kind: Config)"}},
		"BadHead": {"another version", "apiVersion: krowave.dev/v1\nkind: 1\n", config.Config{}, []string{"1:13 INP072 apiVersion must be krowave.dev/v1alpha1", "2:7 INP072 kind must be Config"}},
		"Unknown": {"misspelt and unknown fields", head + "strct: true\nzzzzzzzzzzzz: 1\nlimits: {file: 1, qqqqqqqqqqqqqqqqqq: 1}\n", config.Config{}, []string{
			`3:1 INP071 there is no field "strct" (did you mean "strict"?)`,
			`4:1 INP071 there is no field "zzzzzzzzzzzz" (the fields are apiVersion, kind, rgds, crds, observed, ignore, kubernetesVersion, strict, mode, namespace, features, nulls, allowEmpty, limits)`,
			`5:10 INP071 there is no field "limits.file" (did you mean "files"?)`,
			`5:19 INP071 there is no field "limits.qqqqqqqqqqqqqqqqqq" (the fields are fileBytes, totalBytes, files, documents, depth, values, collectionSize, dimensions, cost)`,
		}},
		"Types": {"values of another type", head + "rgds: x\ncrds: [1]\nkubernetesVersion: 1.30\nstrict: \"true\"\nmode: 1\nnamespace: no\nfeatures: []\nlimits: {files: 1.5, depth: \"1\"}\n", config.Config{}, []string{
			`3:7 INP072 rgds must be of type array, not string (write a list: [x])`,
			`4:8 INP072 crds must be of type string, not integer (put it in quotes: "1")`,
			`5:20 INP072 kubernetesVersion must be of type string, not number (put it in quotes: "1.30")`,
			`6:9 INP072 strict must be of type boolean, not string`,
			`7:7 INP072 mode must be of type string, not integer (put it in quotes: "1")`,
			`8:12 INP072 namespace must be of type string, not boolean (put it in quotes: "no")`,
			`9:11 INP072 features must be an object, not array`,
			`10:17 INP072 limits.files must be of type integer, not number`,
			`10:29 INP072 limits.depth must be of type integer, not string`,
		}},
		"Values": {"values that do not exist", head + "mode: expnd\nnulls: sometimes\nkubernetesVersion: v1.30\nnamespace: Prod\nlimits: {files: 0, cost: -1}\n", config.Config{Mode: "expnd", Nulls: "sometimes", KubernetesVersion: "v1.30", Namespace: "Prod", Limits: config.Limits{Cost: -1}}, []string{
			`3:7 INP072 mode must be one of expand, children, passthrough, not "expnd" (did you mean "expand"?)`,
			`4:8 INP072 nulls must be one of keep, drop, not "sometimes"`,
			`5:20 INP072 kubernetesVersion cannot be "v1.30" (write a value such as "1.36")`,
			`6:12 INP072 namespace cannot be "Prod" (write a value such as "default")`,
			`7:17 INP072 limits.files must be at least 1`,
			`7:26 INP072 limits.cost must be at least 1`,
		}},
		"Paths": {"paths stay inside", head + "rgds: [../../.., /etc, \"\", ../../x]\n", config.Config{RGDs: []string{"x"}}, []string{
			`3:8 INP073 the path "../../.." is not one inside the repository (paths are relative to the directory of krowave.yaml)`,
			`3:18 INP073 the path "/etc" is not one inside the repository (paths are relative to the directory of krowave.yaml)`,
			`3:24 INP073 the path "" is not one inside the repository (paths are relative to the directory of krowave.yaml)`,
		}},
		"Empty":     {"nothing at all", "# nothing\n", config.Config{}, []string{"team/app/krowave.yaml INP072 the file is empty (it starts with apiVersion: krowave.dev/v1alpha1 and kind: Config)"}},
		"List":      {"not an object", "- x\n", config.Config{}, []string{"1:1 INP072 a configuration must be an object, not array"}},
		"Documents": {"a second document", head + "---\nx: 1\n", config.Config{}, []string{"4:1 INP072 the file has more than one document"}},
		"Syntax":    {"not YAML", head + "rgds: [\n", config.Config{}, []string{"3:1 YAML001 did not find expected node content"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.want.Path = "team/app/krowave.yaml"
			got, diags := config.Decode(source.NewFile("team/app/krowave.yaml", []byte(tc.text)), "team/app")
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.diags, texts(diags)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"krowave.yaml":        {Data: []byte(head + "namespace: top\nrgds: [lib]\n")},
		"a/krowave.yaml":      {Data: []byte(head + "namespace: a\nrgds: [lib]\n")},
		"a/b/c/instance.yaml": {Data: []byte("x")},
		"d/instance.yaml":     {Data: []byte("x")},
		"e/krowave.yaml/x":    {Data: []byte("a directory of that name is not the file")},
	}
	cases := map[string]struct {
		reason string
		roots  []string
		want   string // namespace and first library
		diags  []string
	}{
		"Root":     {"in the directory itself", []string{"."}, "top lib", nil},
		"Own":      {"the nearest counts", []string{"a"}, "a a/lib", nil},
		"Above":    {"the directories above, up to the nearest", []string{"a/b/c"}, "a a/lib", nil},
		"File":     {"of a file, its directory", []string{"a/b/c/instance.yaml"}, "a a/lib", nil},
		"Top":      {"up to the root", []string{"d", "d/instance.yaml", "./e/"}, "top lib", nil},
		"Missing":  {"a root that does not exist is somebody else's problem", []string{"a/missing/x.yaml", "../out"}, "a a/lib", nil},
		"Stdin":    {"standard input has no directory", []string{"-"}, " ", nil},
		"None":     {"no roots", nil, " ", nil},
		"Conflict": {"two files for one render", []string{"d", "a"}, "top lib", []string{"show/a/krowave.yaml INP074 the paths to render have different configurations (render them one after the other, or keep one krowave.yaml above both)"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, diags := config.Find(fsys, tc.roots, func(name string) string { return "show/" + name })
			if got := c.Namespace + " " + strings.Join(c.RGDs, ","); got != tc.want {
				t.Errorf("%s: got %q, want %q", tc.reason, got, tc.want)
			}
			if diff := cmp.Diff(tc.diags, texts(diags)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
	fsys["l/krowave.yaml"] = &fstest.MapFile{Data: []byte("../../out.yaml"), Mode: fs.ModeSymlink}
	if c, diags := config.Find(fsys, []string{"l"}, nil); c.Namespace != "top" || len(diags) > 0 {
		t.Errorf("a link out of the file system: %+v, %v", c, diags)
	}
	if c, _ := config.Find(fsys, []string{"a"}, nil); c.Path != "a/krowave.yaml" {
		t.Errorf("the path is %q", c.Path)
	}
}

// FuzzDecode: no text makes the decoder panic, and what is read stays in its limits.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{head + "rgds: [a, ../b]\nlimits: {files: 1}\n", head + "features: {omit: yes}\nmode: expand\n", "a: [", head + "rgds: [/x]\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, diags := config.Decode(source.NewFile("krowave.yaml", []byte(text)), "d")
		for _, p := range c.NotInput() {
			if strings.HasPrefix(p, "/") || strings.HasPrefix(p, "..") || p == "" {
				t.Errorf("%q: the path %q leaves the file system", text, p)
			}
		}
		for _, d := range diags {
			if d.Span.Path() == "" {
				t.Errorf("%q: a problem without a place: %s", text, d.Message)
			}
		}
		if !diags.HasErrors() && (c.Limits.Files < 0 || (c.Mode != "" && c.Mode != "expand" && c.Mode != "children" && c.Mode != "passthrough")) {
			t.Errorf("%q: accepted %+v", text, c)
		}
	})
}
