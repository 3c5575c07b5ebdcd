package parameters

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/catalog"
)

var update = flag.Bool("update", false, "rewrite the reference page")

const page = "../../../docs/reference/argocd-parameters.md"

// TestPage: the table of the reference page is made from the parameters. It is not parallel, so that no other test reads
// the page while this one writes it.
func TestPage(t *testing.T) {
	const begin, end = "<!-- parameters: made by `make update` -->\n", "<!-- end of parameters -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no table of parameters", page)
	}
	want := before + begin + tableOf((&Parameters{}).fixed()) + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s differs from the parameters; run make update: -want +got\n%s", page, diff)
	}
}

func tableOf(fields []field) string {
	var b strings.Builder
	b.WriteString("| parameter | value | default | meaning |\n|---|---|---|---|\n")
	for _, f := range fields {
		otherwise := "none"
		if f.otherwise != "" {
			otherwise = "`" + f.otherwise + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, valueOf(f), otherwise, f.doc)
	}
	return b.String()
}

func valueOf(f field) string {
	switch f.into.(type) {
	case *[]string:
		return "list of paths"
	case *bool:
		return "`true`, `false`"
	case *int:
		return fmt.Sprintf("integer from %d to %d", f.lowest, f.highest)
	}
	if len(f.values) > 0 {
		return "`" + strings.Join(f.values, "`, `") + "`"
	}
	return "`" + strings.Join(catalog.Versions(), "`, `") + "`"
}

// TestDefaults: what the page names as default is what a field without parameter means, and a value that it takes.
func TestDefaults(t *testing.T) {
	t.Parallel()
	want, err := Parse("")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range want.fixed() {
		if f.doc == "" || f.title == "" || !strings.HasSuffix(f.doc, ".") {
			t.Errorf("%s: no title, or no sentence about it", f.name)
		}
		if f.otherwise == "" {
			continue
		}
		got, err := Parse(fmt.Sprintf(`[{"name":%q,"string":%q}]`, f.name, f.otherwise))
		if err != nil {
			t.Errorf("%s: its default is refused: %v", f.name, err)
			continue
		}
		if into, ok := f.into.(*bool); ok && *into != (f.otherwise == "true") {
			t.Errorf("%s: the default is %t, the page says %s", f.name, *into, f.otherwise)
		}
		if f.name == "held" && got.Held != want.Held {
			t.Errorf("%s: the default is %s, the page says %s", f.name, want.Held, got.Held)
		}
	}
}

// TestCodes: the page explains every code that the plugin's packages declare, and no other.
func TestCodes(t *testing.T) {
	t.Parallel()
	var declared []string
	for _, dir := range []string{".", "../application"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`diag\.Code\s+= "([A-Z]+[0-9]+)"`).FindAllSubmatch(text, -1) {
				declared = append(declared, string(m[1]))
			}
		}
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z]+[0-9]+) \|`).FindAllSubmatch(text, -1) {
		explained = append(explained, string(m[1]))
	}
	slices.Sort(declared)
	slices.Sort(explained)
	if diff := cmp.Diff(declared, explained); diff != "" {
		t.Errorf("-declared +explained\n%s", diff)
	}
}
