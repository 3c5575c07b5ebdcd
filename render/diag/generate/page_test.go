package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render/diag"
)

func TestWritePage(t *testing.T) {
	t.Parallel()
	outputs := []string{
		"a.yaml:1:2: error[RGD001]: one\n    text\n      ^^\n  hint: do it\na.yaml:3:1: error[RGD002]: two\n    more\n",
		"b.yaml:9:9: error[RGD001]: later\n",
	}
	definitions := []diag.Definition{{Code: "RGD001", Title: "spec.x is odd"}, {Code: "RGD002", Title: "a thing twice"}, {Code: "RGD003", Title: "no case yet"}}
	var got strings.Builder
	if err := writePage(&got, definitions, outputs); err != nil {
		t.Fatal(err)
	}
	_, codes, _ := strings.Cut(got.String(), "| ARG | delivery by Argo CD |\n")
	want := "\n## RGD001\n\nspec.x is odd.\n\n```text\na.yaml:1:2: error[RGD001]: one\n    text\n      ^^\n  hint: do it\n```\n" +
		"\n## RGD002\n\nA thing twice.\n\n```text\na.yaml:3:1: error[RGD002]: two\n    more\n```\n" +
		"\n## RGD003\n\nNo case yet.\n"
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("writePage(...): -want, +got:\n%s", diff)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := filepath.Join(dir, "page.md")
	archive := "-- rgd.yaml --\nx\n-- want/diagnostics --\nrgd.yaml:1:1: error[RGD001]: found\n"
	if err := os.WriteFile(filepath.Join(dir, "RGD001.txtar"), []byte(archive), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{dir, page}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "```text\nrgd.yaml:1:1: error[RGD001]: found\n```\n") {
		t.Errorf("the page lacks the example of RGD001:\n%s", got)
	}
	if err := run([]string{dir}); err == nil {
		t.Error("run without a page: want an error")
	}
}
