package render_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
	"github.com/krowave/krowave/render/source"
)

// TestSpans holds every place of every problem against the user's own text: it lies in a file of the input, and
// what is shown is a part of that file.
func TestSpans(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkProblems(t, s, s.render(t, 1).diags)
		})
	}
}

// checkProblems holds problems against the files of a scenario.
func checkProblems(t *testing.T, s *scenario, diags diag.List) {
	t.Helper()
	texts := map[string]string{}
	for _, f := range s.inputs() {
		texts[f.Name] = string(f.Data)
	}
	for _, d := range diags {
		checkSpan(t, d, d.Span, texts)
		for _, r := range d.Related {
			checkSpan(t, d, r.Span, texts)
		}
		if d.Message == "" || strings.HasSuffix(d.Message, ".") {
			t.Errorf("%s: the text of the problem is empty or ends with a full stop: %q", d.Code, d.Message)
		}
		for _, internal := range []string{"__type_", "%!", "_+_", "__dash__", "<nil>", "(0x"} {
			if strings.Contains(d.Message+d.Hint, internal) && !strings.Contains(texts[d.Span.Path()], internal) {
				t.Errorf("%s shows internals: %q, %q", d.Code, d.Message, d.Hint)
			}
		}
	}
}

func checkSpan(t *testing.T, d diag.Diagnostic, span source.Span, texts map[string]string) {
	t.Helper()
	if span.File() == nil || span.Start().Line == 0 {
		return // the whole input, or a whole file
	}
	text, ok := texts[span.Path()]
	switch start, end := span.Start(), span.End(); {
	case !ok:
		t.Errorf("%s points at %s, which is no file of the input (%v)", d.Code, span.Path(), slices.Sorted(maps.Keys(texts)))
	case span.File().Text() != text:
		t.Errorf("%s points into a text that is not that of %s", d.Code, span.Path())
	case start.Line > end.Line || start.Line == end.Line && start.Column > end.Column:
		t.Errorf("%s ends at %v before it starts at %v", d.Code, end, start)
	case !strings.Contains(text, span.Text()):
		t.Errorf("%s shows %q, which %s does not have", d.Code, span.Text(), span.Path())
	}
}

// TestRoundTrip reads back what was put out.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := s.render(t, 1)
			if out.result == nil {
				t.Skip("nothing comes out")
			}
			for _, o := range out.result.Objects {
				checkRoundTrip(t, o.Value)
			}
		})
	}
}

// checkRoundTrip holds an object against its YAML, read as kubectl reads it.
func checkRoundTrip(tb testing.TB, object map[string]any) {
	tb.Helper()
	text, err := emit.Object(object)
	if err != nil {
		tb.Fatal(err)
	}
	read, err := yaml.YAMLToJSON(text)
	if err != nil {
		tb.Fatalf("the output cannot be read: %v\n%s", err, text)
	}
	want, err := yaml.Marshal(object)
	if err != nil {
		tb.Fatal(err)
	}
	if want, err = yaml.YAMLToJSON(want); err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(read)); diff != "" {
		tb.Fatalf("the output is read as something else: -want +got\n%s", diff)
	}
}
