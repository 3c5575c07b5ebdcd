package policy

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	decisions     = "docs/decisions"
	compatibility = "docs/compat/kro.md"
)

var (
	decisionPattern = regexp.MustCompile(`^([0-9]{4})-[a-z0-9-]+\.md$`)
	linkPattern     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fencePattern    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	datePattern     = regexp.MustCompile(`(?m)^Date: [0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	statusPattern   = regexp.MustCompile(`(?m)^Status: (proposed|accepted|superseded by [0-9]{4})$`)
)

// TestADRIndex: decisions are numbered without gaps, say the same things in the same order, and are listed.
func TestADRIndex(t *testing.T) {
	t.Parallel()
	index := string(read(t, decisions+"/README.md"))
	entries, err := os.ReadDir(filepath.Join(must(t, root), decisions))
	if err != nil {
		t.Fatal(err)
	}
	next := 1
	for _, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		m := decisionPattern.FindStringSubmatch(e.Name())
		if m == nil || m[1] != numbered(next) {
			t.Errorf("%s/%s: want the next decision to be named %s-…", decisions, e.Name(), numbered(next))
		}
		next++
		checkDecision(t, e.Name())
		if !strings.Contains(index, "("+e.Name()+")") {
			t.Errorf("%s/README.md does not list %s", decisions, e.Name())
		}
	}
}

func numbered(n int) string {
	return string([]byte{byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}

func checkDecision(t *testing.T, name string) {
	t.Helper()
	text := string(read(t, path.Join(decisions, name)))
	if !statusPattern.MatchString(text) || !datePattern.MatchString(text) {
		t.Errorf("%s: no line \"Status: proposed|accepted|superseded by NNNN\" or \"Date: YYYY-MM-DD\"", name)
	}
	at := 0
	for _, section := range []string{"\n## Context\n", "\n## Decision\n", "\n## Consequences\n", "\n## Rejected\n"} {
		i := strings.Index(text[at:], section)
		if i < 0 {
			t.Errorf("%s: no section %q in its place", name, strings.TrimSpace(section))
			return
		}
		at += i
	}
}

// TestDocLinks: every relative link of every page leads to a file and, in Markdown, to a heading.
func TestDocLinks(t *testing.T) {
	t.Parallel()
	all := must(t, files)
	for _, page := range all {
		if path.Ext(page) != ".md" || strings.Contains(page, "testdata/") {
			continue
		}
		text := fencePattern.ReplaceAll(read(t, page), nil)
		for _, m := range linkPattern.FindAllSubmatch(text, -1) {
			link := string(m[1])
			if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
				continue
			}
			file, anchor, _ := strings.Cut(link, "#")
			target := page
			if file != "" {
				target = path.Join(path.Dir(page), file)
			}
			switch {
			case !exists(all, target):
				t.Errorf("%s: the link %s leads nowhere", page, link)
			case anchor != "" && path.Ext(target) == ".md" && !slices.Contains(anchors(read(t, target)), anchor):
				t.Errorf("%s: the link %s leads to no heading", page, link)
			}
		}
	}
}

var referencePattern = regexp.MustCompile(`\b(docs/[a-z0-9/_-]+\.md)(?:#([a-z0-9_-]+))?`)

// TestDocReferences: where a comment or a message of the program names a page, the page and the heading are there.
func TestDocReferences(t *testing.T) {
	t.Parallel()
	all := must(t, files)
	for _, s := range must(t, sources) {
		for _, m := range referencePattern.FindAllSubmatch(read(t, s.path), -1) {
			page, anchor := string(m[1]), string(m[2])
			switch {
			case page == compatibility && !exists(all, page):
			case !exists(all, page):
				t.Errorf("%s: %s does not exist", s.path, page)
			case anchor != "" && !slices.Contains(anchors(read(t, page)), anchor):
				t.Errorf("%s: %s has no heading #%s", s.path, page, anchor)
			}
		}
	}
}

// exists reports that a path is a file of the tree or a directory of it.
func exists(all []string, target string) bool {
	return slices.ContainsFunc(all, func(f string) bool {
		return f == target || target == "." || strings.HasPrefix(f, strings.TrimSuffix(target, "/")+"/")
	})
}

var (
	headings  = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	explicit  = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// anchors are the places in a page that a link can name, as the forges derive them from headings.
func anchors(page []byte) []string {
	page = fencePattern.ReplaceAll(page, nil)
	var list []string
	for _, m := range headings.FindAllSubmatch(page, -1) {
		slug := notInSlug.ReplaceAll(bytes.ToLower(m[1]), nil)
		list = append(list, strings.ReplaceAll(string(slug), " ", "-"))
	}
	for _, m := range explicit.FindAllSubmatch(page, -1) {
		list = append(list, string(m[1]))
	}
	return list
}

// TestNoMachinePaths: what is committed works on every machine and names none.
func TestNoMachinePaths(t *testing.T) {
	t.Parallel()
	// In pieces, so that this file passes its own test.
	everywhere := []string{"/wo" + "rk/", "/ro" + "ot/go", "proxy." + "golang.org", "registry." + "npmjs", "deb." + "debian.org", "/home" + "/user"}
	// Manifests mount a directory for temporary files where they like; programs and pages do not name one.
	outsideManifests := []string{"/tm" + "p/", "/ro" + "ot/"}
	for _, name := range must(t, files) {
		data := read(t, name)
		if bytes.IndexByte(data, 0) >= 0 {
			continue
		}
		words := everywhere
		if !slices.Contains([]string{".yaml", ".yml", ".json", ".txtar", ".txt"}, path.Ext(name)) && !strings.Contains(name, "testdata/") {
			words = slices.Concat(everywhere, outsideManifests)
		}
		for _, word := range words {
			if before, _, found := bytes.Cut(data, []byte(word)); found {
				t.Errorf("%s:%d: %q", name, 1+bytes.Count(before, []byte("\n")), word)
			}
		}
	}
}

// TestCompatibilityRows: each intended difference from kro has an id of its own, and a test that is there.
func TestCompatibilityRows(t *testing.T) {
	t.Parallel()
	all := must(t, files)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|.*\\| `([^`]+)` \\|$").FindAllSubmatch(read(t, compatibility), -1) {
		id, test := string(m[1]), string(m[2])
		if seen[id] {
			t.Errorf("%s: %s stands twice", compatibility, id)
		}
		seen[id] = true
		tested := slices.ContainsFunc(all, func(f string) bool {
			return strings.HasPrefix(f, test+"/") && (strings.HasSuffix(f, "_test.go") || strings.HasSuffix(f, ".txtar"))
		})
		if !tested {
			t.Errorf("%s: the test of %s, %s, is not there", compatibility, id, test)
		}
	}
	rows := strings.Count(string(read(t, compatibility)), "\n| `")
	if len(seen) == 0 || len(seen) != rows {
		t.Errorf("%s: %d of %d rows have an id, three cells and a test", compatibility, len(seen), rows)
	}
}
