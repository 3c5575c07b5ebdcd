package expr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/expr"
)

func TestScanText(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		text   string
		want   expr.Scan
	}{
		"empty":       {"no text", "", expr.Scan{Nested: -1, Open: -1}},
		"literal":     {"shells and templates write dollars and braces, too", "$HOME ${", expr.Scan{Nested: -1, Open: 6}},
		"standalone":  {"the whole text", "${a}", expr.Scan{Shape: expr.Standalone, Matches: []expr.Match{{Start: 0, End: 4}}, Nested: -1, Open: -1}},
		"white space": {"a blank makes it text", "${a} ", expr.Scan{Shape: expr.Template, Matches: []expr.Match{{Start: 0, End: 4}}, Nested: -1, Open: -1}},
		"two":         {"two expressions are text", "${a}${b}", expr.Scan{Shape: expr.Template, Matches: []expr.Match{{Start: 0, End: 4}, {Start: 4, End: 8}}, Nested: -1, Open: -1}},
		"braces":      {"braces count", "${{'a': {}}}", expr.Scan{Shape: expr.Standalone, Matches: []expr.Match{{Start: 0, End: 12}}, Nested: -1, Open: -1}},
		"quoted":      {"braces between double quotes do not count", `${"}"}`, expr.Scan{Shape: expr.Standalone, Matches: []expr.Match{{Start: 0, End: 6}}, Nested: -1, Open: -1}},
		"escaped":     {"a quote can be escaped", `${"\"}"}`, expr.Scan{Shape: expr.Standalone, Matches: []expr.Match{{Start: 0, End: 8}}, Nested: -1, Open: -1}},
		"single":      {"single quotes do not quote", `${'}'}`, expr.Scan{Shape: expr.Template, Matches: []expr.Match{{Start: 0, End: 4}}, Nested: -1, Open: -1}},
		"nested":      {"an expression inside another one", "${a + ${b}}", expr.Scan{Nested: 6, Open: -1}},
		"behind":      {"behind a double quote ${ is text, inside a string or not", `${"${a}"}`, expr.Scan{Shape: expr.Standalone, Matches: []expr.Match{{Start: 0, End: 9}}, Nested: -1, Open: -1}},
		"open first":  {"what follows an open one is looked at, too", `${" ${a}`, expr.Scan{Shape: expr.Template, Matches: []expr.Match{{Start: 4, End: 8}}, Nested: -1, Open: 0}},
		"dollars":     {"two dollars are no escape", "$${a}", expr.Scan{Shape: expr.Template, Matches: []expr.Match{{Start: 1, End: 5}}, Nested: -1, Open: -1}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, expr.ScanText(tc.text)); diff != "" {
				t.Errorf("%s: ScanText(%q): -want +got\n%s", tc.reason, tc.text, diff)
			}
		})
	}
}

// FuzzScan holds the scanner against the rule of kro, written down without regard to cost.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"", "a", "${a}", " ${a}", "${a}${b}", `${"}"}`, `${"\"}"}`, "${'}'}", "${a ${b}}", `${"${a}"}`, `${" ${a}`, "$${a}", "${", "$", "}", "${{}}",
		"${a\n}", "ä${ö}ü", "\xff${\xff}", `${\"}`, `${"\\"}`, "${}", strings.Repeat("${", 70), strings.Repeat(`${"`, 30) + "}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := expr.ScanText(text)
		end := 0
		for _, m := range got.Matches {
			if m.Start < end || m.End > len(text) || m.End-m.Start < len("${}") || !strings.HasPrefix(text[m.Start:], "${") || text[m.End-1] != '}' {
				t.Fatalf("ScanText(%q) finds %v, which is no expression of its own", text, m)
			}
			end = m.End
		}
		if got.Nested >= 0 && !strings.HasPrefix(text[got.Nested:], "${") || got.Open >= 0 && !strings.HasPrefix(text[got.Open:], "${") {
			t.Fatalf("ScanText(%q) = %+v points beside a ${", text, got)
		}
		if strings.Count(text, "${") > 50 {
			t.Skip("where nothing closes, the scanner gives up earlier than kro")
		}
		matches, nested := reference(text)
		if nested != (got.Nested >= 0) {
			t.Fatalf("ScanText(%q) = %+v, and kro finds an expression in another one: %t", text, got, nested)
		}
		if diff := cmp.Diff(matches, got.Matches); !nested && diff != "" {
			t.Fatalf("ScanText(%q): -kro +got\n%s", text, diff)
		}
	})
}

// reference is kro's rule: from each ${ on read until its brace is closed; double quotes quote, a backslash in them takes
// the next character; where the text ends before, the ${ is text and the search goes on behind its dollar.
func reference(text string) (matches []expr.Match, nested bool) {
	for at := 0; at+1 < len(text); {
		if text[at:at+2] != "${" {
			at++
			continue
		}
		depth, quoted, i := 1, false, at+2
		for ; i < len(text) && depth > 0; i++ {
			switch {
			case quoted && text[i] == '\\':
				i++
			case text[i] == '"':
				quoted = !quoted
			case quoted:
			case text[i] == '{':
				depth++
			case text[i] == '}':
				depth--
			case text[i] == '$' && i+1 < len(text) && text[i+1] == '{' && text[i-1] != '"':
				return nil, true
			}
		}
		if depth > 0 {
			at++
			continue
		}
		matches = append(matches, expr.Match{Start: at, End: i})
		at = i
	}
	return matches, false
}
