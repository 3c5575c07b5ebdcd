package application

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// TestInvalidText: the text of an error starts with the place, has one line for each message, and is of bounded length
// whatever was found.
func TestInvalidText(t *testing.T) {
	t.Parallel()
	file := source.NewFile("app/a.yaml", []byte("a: b\nc: d\n"))
	at := source.NewSpan(file, 5, 6)
	cases := map[string]struct {
		reason string
		list   func() diag.List
		want   string
	}{
		"one": {"place, code, message, hint, related places", func() (l diag.List) {
			l.Errorf(diag.InputPath, at, "it is wrong").WithHint("use --observed").WithRelated(source.NewSpan(file, 0, 1), "it began here")
			return l
		}, "app/a.yaml:2:1: INP001: it is wrong\n  hint: use the parameter observed\n  app/a.yaml:1:1: it began here"},
		"no place":     {"without a place the code comes first", func() (l diag.List) { l.Errorf(diag.InputPath, source.Span{}, "x"); return l }, "INP001: x"},
		"file":         {"a file without a line", func() (l diag.List) { l.Errorf(diag.InputPath, source.PathSpan("a"), "x"); return l }, "a: INP001: x"},
		"lines":        {"a message is one line", func() (l diag.List) { l.Errorf(diag.InputPath, source.Span{}, "a\nb\r\nc"); return l }, "INP001: a b  c"},
		"not UTF-8":    {"gRPC takes no other text", func() (l diag.List) { l.Errorf(diag.InputPath, source.Span{}, "a\xffb"); return l }, "INP001: a\uFFFDb"},
		"warnings":     {"warnings are not part of it", func() (l diag.List) { l.Warnf(diag.InputPath, at, "w"); l.Errorf(diag.InputPath, at, "e"); return l }, "app/a.yaml:2:1: INP001: e"},
		"one too many": {"the rest is counted", func() (l diag.List) { return many(21, "x") }, lines(20, "x") + "\n… and one more problem"},
		"too many":     {"the rest is counted", func() (l diag.List) { return many(99, "x") }, lines(20, "x") + "\n… and 79 more problems"},
		"long line":    {"a long message is cut", func() (l diag.List) { return many(1, strings.Repeat("ä", 5000)) }, "INP001: 00 " + strings.Repeat("ä", 589) + "…"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, invalid(tc.list()).Error()); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
		})
	}
	long := invalid(many(20, strings.Repeat("ä", 5000))).Error()
	if len(long) > maxTextBytes+100 || !utf8.ValidString(long) || !strings.Contains(long, "more problems") {
		t.Errorf("%d bytes, want about %d and a count of the rest", len(long), maxTextBytes)
	}
}

// many are problems that differ in their number.
func many(count int, message string) diag.List {
	var list diag.List
	for i := range count {
		list.Errorf(diag.InputPath, source.Span{}, "%02d %s", i, message)
	}
	return list
}

func lines(count int, message string) string {
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf("INP001: %02d %s", i, message))
	}
	return strings.Join(all, "\n")
}
