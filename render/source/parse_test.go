package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/source"
)

// problems are one line each: kind, place and message.
func problems(list []source.Problem) []string {
	kinds := []string{"syntax", "limit", "duplicate", "key", "value"}
	var lines []string
	for _, p := range list {
		line := fmt.Sprintf("%s %s %s", kinds[p.Kind], place(p.Span), p.Message)
		if p.Related.File() != nil {
			line += " / " + place(p.Related)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestProblems(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   []string
		docs   int
	}{
		"Indentation":    {"the broken line, not the start of the map", "a:\n  b: 1\n c: 2\n", []string{`syntax 3:2-3:6 "c: 2" did not find expected key`}, 0},
		"Tab":            {"a tab as indentation", "a:\n\tb: 1\n", []string{`syntax 2:2-2:6 "b: 1" found character that cannot start any token`}, 0},
		"OpenQuote":      {"where the quote opens, not the end of the file", "a: \"x\nb: 1\n", []string{`syntax 1:1-1:6 "a: \"x" found unexpected end of stream`}, 0},
		"OpenBracket":    {"where the list opens", "a: [b, c\nd: e\n", []string{`syntax 1:1-1:9 "a: [b, c" did not find expected ',' or ']'`}, 0},
		"UnknownAnchor":  {"an alias without an anchor", "a: b\nc: *x\n", []string{`syntax 2:1-2:6 "c: *x" unknown anchor 'x' referenced`}, 0},
		"OtherDocuments": {"a broken document hides no other", "a: 1\n---\nb: [\n---\nc: 2\n---\n\td: 1\n", []string{`syntax 3:1-3:5 "b: [" did not find expected node content`, `syntax 7:2-7:6 "d: 1" found character that cannot start any token`}, 2},
		"OtherAnchor":    {"anchors end with their document", "a: &x 1\n---\nb: *x\n", []string{`syntax 3:1-3:6 "b: *x" unknown anchor 'x' referenced`}, 1},
		"SelfAlias":      {"an alias inside its own anchor", "a: &x [1, *x]\n", []string{`syntax 1:11-1:13 "*x" the alias *x contains itself`}, 0},
		"Trailing":       {"text behind the value; kubectl loses it without a word", "  a: 1\nb: 2\n", []string{`syntax 2:1-2:5 "b: 2" did not find expected <document start>`}, 1},
		"NotUTF8":        {"bytes that are no text", "a: 1\nb: \xff\n", []string{"syntax 2:4-2:5 \"\\xff\" the text is not valid UTF-8"}, 0},
		"Control":        {"control characters", "a: 1\nb: \x01\n", []string{"syntax 2:1-2:5 \"b: \\x01\" control characters are not allowed"}, 0},
		"Duplicate":      {"both places of a duplicate key", "a: 1\nb: 2\na: 3\n", []string{`duplicate 3:1-3:2 "a" the key "a" is set twice; the last value counts / 1:1-1:2 "a"`}, 1},
		"DuplicateMany":  {"duplicates in a large map", "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nj: 1\nc: 2\n", []string{`duplicate 11:1-11:2 "c" the key "c" is set twice; the last value counts / 3:1-3:2 "c"`}, 1},
		"MergeOverride":  {"what a merge brought may be set", "x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\n", nil, 1},
		"MergeScalar":    {"only maps can be merged", "a:\n  <<: 1\n", []string{`syntax 2:7-2:8 "1" the value of << must be an object or a list of objects`}, 1},
		"NullKey":        {"a null key", "~: 1\na: 2\n", []string{`key 1:1-1:2 "~" the key "~" has no JSON form`}, 1},
		"MapKey":         {"a Helm template is a map with a map as key", "a: {{ .Values.x }}\n", []string{`key 1:5-1:19 "{ .Values.x }}" a key must be a string, not an object`}, 1},
		"Infinity":       {"no JSON form", "a: .inf\n", []string{`value 1:4-1:8 ".inf" .inf has no JSON form`}, 1},
		"BadTag":         {"a value that does not fit its tag", "a: !!int x\n", []string{`value 1:10-1:11 "x" "x" is not !!int`}, 1},
		"BadBinary":      {"binary that is no base64", "a: !!binary \"?\"\n", []string{`value 1:13-1:16 "\"?\"" !!binary is not valid base64`}, 1},
		"Empty":          {"nothing to read", "# only\n---\n---\n...\n", nil, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, got := source.Parse(source.NewFile("f.yaml", []byte(tc.text)), source.Limits{})
			if diff := cmp.Diff(tc.want, problems(got)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if len(docs) != tc.docs {
				t.Errorf("%s: %d documents, want %d", tc.reason, len(docs), tc.docs)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		limits source.Limits
		want   []string
	}{
		"Bytes":     {"a large file is not read at all", "a: 1\n", source.Limits{Bytes: 4}, []string{`limit 1:1-1:1 "" the file has 5 bytes, more than the limit of 4`}},
		"Documents": {"the first document beyond the limit", "a: 1\n---\nb: 1\n", source.Limits{Documents: 1}, []string{`limit 2:1-2:1 "" the file has more than 1 documents`}},
		"Depth":     {"the first value too deep", "a: [[b]]\n", source.Limits{Depth: 2}, []string{`limit 1:6-1:6 "" values are nested deeper than 2 levels`}},
		"Nodes":     {"aliases count with all their values", "a: &x [1, 2]\nb: *x\n", source.Limits{Nodes: 7}, []string{`limit 2:4-2:4 "" the document has more than 7 values with its aliases expanded`}},
		"Fits":      {"exactly as large as allowed", "a: &x [1, 2]\nb: *x\n", source.Limits{Nodes: 9, Bytes: 19, Documents: 1, Depth: 2}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, got := source.Parse(source.NewFile("f.yaml", []byte(tc.text)), tc.limits)
			if diff := cmp.Diff(tc.want, problems(got)); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if len(got) == 0 && len(docs) != 1 {
				t.Errorf("%s: %d documents", tc.reason, len(docs))
			}
		})
	}
}

// TestResolve: the values of scalars, next to what kubectl makes of the same text.
func TestResolve(t *testing.T) {
	t.Parallel()
	scalars := map[any][]string{
		nil:                                   {"~", "null", "Null", "NULL", "", "!!null ~"},
		true:                                  {"y", "Y", "yes", "on", "ON", "true", "True", "!!bool yes", "!!bool 'on'"},
		false:                                 {"n", "N", "no", "off", "false", "FALSE"},
		int64(1):                              {"1", "+1", "1.0", "1e0", "0x1", "0b1", "0o1", "01", "0_1", "!!int '1'", "!!float 1", "1."},
		int64(-8):                             {"-8", "-8.0", "-010", "-0b1000", "-0x8"},
		int64(0):                              {"0", "-0", "-0.0", ".0"},
		int64(8):                              {"08", "8e0"},
		int64(9007199254740993):               {"9007199254740993"},
		int64(9007199254740992):               {"9007199254740993.0"},
		int64(4611686018427388000):            {"4611686018427387904.0"},
		int64(-9223372036854775808):           {"-9223372036854775808"},
		float64(9223372036854775808):          {"9223372036854775808", "9223372036854775808.0"},
		float64(1e21):                         {"1e21", "1000000000000000000000"},
		float64(1.5):                          {"1.5", "+1.5", "1_.5", "1.5e0", "0.15e1"},
		"1e400":                               {"1e400"},
		"12:30:45":                            {"12:30:45"},
		"2001-01-02":                          {"2001-01-02", "!!timestamp 2001-01-02"},
		"1.2.3":                               {"1.2.3", "'1.2.3'"},
		"yes":                                 {"'yes'", "\"yes\"", "!!str yes", "!local yes", "! yes", "|-\n  yes"},
		"tRue":                                {"tRue"},
		"=":                                   {"="},
		"0x":                                  {"0x"},
		"1 000":                               {"1 000"},
		"hi":                                  {"!!binary aGk="},
		"\ufffd\ufffd":                        {"!!binary //8="},
		"<<":                                  {"<<", "'<<'"},
		"${schema.spec.replicas > 1 ? 1 : 2}": {"'${schema.spec.replicas > 1 ? 1 : 2}'"},
	}
	for want, texts := range scalars {
		for _, text := range texts {
			doc := "- " + text + "\n"
			if got := root(t, doc).Items()[0].JSON(); !cmp.Equal(want, got) {
				t.Errorf("%s: %#v, want %#v", text, got, want)
			}
			oracle, err := kubectl(doc)
			if diff := cmp.Diff(oracle, any([]any{want})); diff != "" || err != nil {
				t.Errorf("%s: kubectl answers %v, %v", text, oracle, err)
			}
		}
	}
}

// TestKeys: the keys of maps and the order of merges, next to what kubectl makes of the same text.
func TestKeys(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   map[string]any
	}{
		"Types":        {"JSON has only strings as keys", "1: a\n1.5: b\n1e3: c\nyes: d\n0x10: e\n16777217.0: f\n.inf: g\n", map[string]any{"1": "a", "1.5": "b", "1000": "c", "true": "d", "16": "e", "1.6777216e+07": "f", ".inf": "g"}},
		"Alias":        {"an alias as key", "a: &x b\n*x : c\n", map[string]any{"a": "b", "b": "c"}},
		"Duplicate":    {"the last counts", "a: 1\na: 2\n", map[string]any{"a": int64(2)}},
		"MergeBefore":  {"what stands behind a merge replaces it", "x: &x {a: 1}\n<<: *x\na: 2\n", map[string]any{"x": map[string]any{"a": int64(1)}, "a": int64(2)}},
		"MergeBehind":  {"kubectl's merges replace what stands before, against the specification", "x: &x {a: 1}\na: 2\n<<: *x\n", map[string]any{"x": map[string]any{"a": int64(1)}, "a": int64(1)}},
		"MergeSeveral": {"of several sources the first counts", "x: &x {a: 1}\nz: &z {a: 2, b: 3}\n<<: [*x, *z]\n", map[string]any{"x": map[string]any{"a": int64(1)}, "z": map[string]any{"a": int64(2), "b": int64(3)}, "a": int64(1), "b": int64(3)}},
		"Quoted":       {"only the plain << merges", "'<<': {a: 1}\n", map[string]any{"<<": map[string]any{"a": int64(1)}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, _ := source.Parse(source.NewFile("f.yaml", []byte(tc.text)), source.Limits{})
			if diff := cmp.Diff(any(tc.want), docs[0].Root.JSON()); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			oracle, err := kubectl(tc.text)
			if diff := cmp.Diff(any(tc.want), oracle); diff != "" || err != nil {
				t.Errorf("%s: -want +kubectl (%v)\n%s", tc.reason, err, diff)
			}
		})
	}
}

// TestDuplicatesAreCounted: a file of nothing but duplicates costs no memory for each of them.
func TestDuplicatesAreCounted(t *testing.T) {
	t.Parallel()
	_, got := source.Parse(source.NewFile("f.yaml", []byte(strings.Repeat("a: 1\n", 5000))), source.Limits{})
	if len(got) != 100 {
		t.Errorf("%d problems, want 100", len(got))
	}
}

// TestOneLine: positions on one long line take linear time; at quadratic cost this test would run for an hour.
func TestOneLine(t *testing.T) {
	t.Parallel()
	text := "[" + strings.Repeat(`"é",`, 200_000) + `"end"]`
	docs, _ := source.Parse(source.NewFile("f.json", []byte(text)), source.Limits{})
	items := docs[0].Root.Items()
	if got := place(items[len(items)-1].Span()); got != `1:800002-1:800007 "\"end\""` {
		t.Error(got)
	}
}

func TestDocumentIndex(t *testing.T) {
	t.Parallel()
	docs, _ := source.Parse(source.NewFile("f.yaml", []byte("# c\n---\na: 1\n---\n---\nb: [\n---\nc: 1\n...\n# c\n%YAML 1.1\n---\nd: 1\n...\ne: 1\n")), source.Limits{})
	var got []int
	for _, d := range docs {
		got = append(got, d.Index)
	}
	if diff := cmp.Diff([]int{0, 3, 4, 5}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
