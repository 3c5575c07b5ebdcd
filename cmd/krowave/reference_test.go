package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const commandPage = "../../docs/reference/command.md"

// tree is the root with everything that cobra adds when it runs.
func tree() *cobra.Command {
	root := rootCommand(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("completion")
	return root
}

// walk calls f for a command and everything below it, in the order of their names.
func walk(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() || child.Name() == "help" {
			walk(child, f)
		}
	}
}

// TestReference: the page has every command, flag and default, because it is written from them.
func TestReference(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(`# Command

<!-- Written by go test ./cmd/krowave -update from the commands themselves; do not edit. -->

What a command prints for programs is in [output.md](output.md), what its problems mean in [diagnostics.md](diagnostics.md). A
repository can fix most flags of the commands that read files in [krowave.yaml](config.md). Every command also takes ` + "`-h`" + `.
`)
	ours := func(c *cobra.Command) bool {
		return !strings.HasPrefix(c.CommandPath()+" ", "krowave completion ") && c.Name() != "help"
	}
	for _, first := range []bool{true, false} {
		walk(tree(), func(c *cobra.Command) {
			if ours(c) == first {
				describe(&page, c)
			}
		})
	}
	want, err := os.ReadFile(commandPage)
	if *update {
		err = os.WriteFile(commandPage, []byte(page.String()), 0o644)
		want = []byte(page.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("%s is not what the commands say; run make update: -page +commands\n%s", commandPage, diff)
	}
}

func describe(page *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(page, "\n## %s\n\n", c.CommandPath())
	if c.Runnable() && c.HasParent() && !c.HasSubCommands() {
		fmt.Fprintf(page, "`%s`\n\n", c.UseLine())
	}
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	fmt.Fprintf(page, "```text\n%s\n```\n", strings.TrimSpace(text))
	if c.Example != "" {
		fmt.Fprintf(page, "\n```console\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	if !c.HasAvailableLocalFlags() {
		return
	}
	page.WriteString("\n| flag | value | default | meaning |\n|---|---|---|---|\n")
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		initial := f.DefValue
		if initial == "[]" || initial == "false" {
			initial = ""
		}
		fmt.Fprintf(page, "| %s | %s | %s | %s |\n", name, value, initial, strings.ReplaceAll(usage, "|", "\\|"))
	})
}

// TestScriptsCoverFlags: every flag of every command of ours is used in a script.
func TestScriptsCoverFlags(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(err, len(names))
	}
	var lines []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(data), "\n")...)
	}
	walk(tree(), func(c *cobra.Command) {
		if !c.HasParent() || c.Name() == "help" || c.Parent().Name() == "completion" {
			return
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			used := slices.ContainsFunc(lines, func(line string) bool {
				words := strings.Fields(line)
				return strings.Contains(line, c.CommandPath()+" ") && (slices.Contains(words, "--"+f.Name) || f.Shorthand != "" && slices.Contains(words, "-"+f.Shorthand) || strings.Contains(line, "--"+f.Name+"="))
			})
			if !used && f.Name != "help" && !shared(f.Name, c.Name()) {
				t.Errorf("no script uses %s --%s", c.CommandPath(), f.Name)
			}
		})
	})
}

// shared are the flags that several commands have from one place: it is enough that
// render uses them.
func shared(flag, command string) bool {
	f := &inputFlags{}
	c := &cobra.Command{}
	f.addTo(c)
	f.addInstancesTo(c)
	f.addLimitsTo(c)
	return command != "render" && c.Flags().Lookup(flag) != nil
}
