package readme_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the blocks of the pages")

const (
	root = "../.."
	// elision is a line that stands for any lines.
	elision = "…"
	prompt  = "$ "
)

func TestPages(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "examples", "*", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", bin, root+"/cmd/krowave").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	for _, file := range append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "examples", "README.md")) {
		t.Run(filepath.ToSlash(strings.TrimPrefix(file, root)), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := page{lines: strings.Split(string(text), "\n"), bin: bin}
			p.check(t)
			if got := strings.Join(p.lines, "\n"); *update && got != string(text) {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// page is one page on its way through the test.
type page struct {
	lines []string
	bin   string // where the command is
}

// check holds every block against the world. With -update the page is what it should be afterwards.
func (p *page) check(t *testing.T) {
	t.Helper()
	for at := 0; at < len(p.lines); at++ {
		info, opens := strings.CutPrefix(p.lines[at], "```")
		if !opens {
			continue
		}
		length := slices.Index(p.lines[at+1:], "```")
		if length < 0 {
			t.Fatalf("line %d: the block has no end", at+1)
		}
		file := ""
		if at > 0 {
			file, _ = strings.CutPrefix(p.lines[at-1], "<!-- file: ")
			file, _ = strings.CutSuffix(file, " -->")
		}
		block := slices.Clone(p.lines[at+1 : at+1+length])
		want := block
		switch {
		case at > 0 && file != p.lines[at-1]:
			want = content(t, file)
		case info == "console":
			want = p.transcript(t, block)
		}
		if !matches(block, want) {
			if !*update {
				t.Errorf("line %d: the page is not up to date; make update, or change it: -page +now\n%s", at+1, cmp.Diff(block, want))
			}
			p.lines = slices.Replace(p.lines, at+1, at+1+length, want...)
			length = len(want)
		}
		at += length + 1
	}
}

// content is a file as the lines of a block.
func content(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// transcript is a block with what its commands print now.
func (p *page) transcript(t *testing.T, block []string) []string {
	t.Helper()
	var lines []string
	for _, line := range block {
		command, ok := strings.CutPrefix(line, prompt)
		if !ok {
			if len(lines) == 0 {
				t.Fatalf("a console block starts with a command, not with %q", line)
			}
			continue
		}
		lines = append(lines, line)
		c := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf("PATH=%q:$PATH\n%s", p.bin, command))
		c.Dir = root
		text, err := c.CombinedOutput()
		if len(text) == 0 && err != nil {
			t.Errorf("%s: %v", command, err)
		}
		if said := strings.TrimSuffix(string(text), "\n"); said != "" {
			lines = append(lines, strings.Split(said, "\n")...)
		}
	}
	return lines
}

// matches reports whether lines are those of a block, in which an elision stands for any lines.
func matches(block, lines []string) bool {
	if len(block) == 0 {
		return len(lines) == 0
	}
	if block[0] != elision {
		return len(lines) > 0 && block[0] == lines[0] && matches(block[1:], lines[1:])
	}
	for skipped := range len(lines) + 1 {
		if matches(block[1:], lines[skipped:]) {
			return true
		}
	}
	return false
}

func TestMatches(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason       string
		block, lines string
		want         bool
	}{
		"Same":   {"every line", "a b", "a b", true},
		"Other":  {"a line differs", "a b", "a c", false},
		"Less":   {"a line is missing", "a b", "a", false},
		"More":   {"a line is new", "a", "a b", false},
		"Elided": {"some lines", "a … d", "a b c d", true},
		"None":   {"no lines at all", "a … b", "a b", true},
		"End":    {"the rest", "a …", "a b c", true},
		"Behind": {"what follows an elision counts", "a … d", "a b c", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := matches(strings.Fields(tc.block), strings.Fields(tc.lines)); got != tc.want {
				t.Errorf("%s: matches %v, want %v", tc.reason, got, tc.want)
			}
		})
	}
}
