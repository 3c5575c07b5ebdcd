package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/krowave/krowave/gitops/argocd/feedback"
	"github.com/krowave/krowave/gitops/argocd/service"
)

const page = "../../docs/reference/cmp-server.md"

// commands are the commands of ours. What the root has is what serve has.
func commands() []*cobra.Command {
	return rootCommand(world{out: io.Discard, err: io.Discard}).Commands()
}

// TestReference: the page has every command, flag, default, variable and metric, because it is written from them.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# The Argo CD plugin server

<!-- Written by go test ./cmd/cmp-server -update from the command itself; do not edit. -->

What an Application can ask for is in [argocd-parameters.md](argocd-parameters.md), what problems mean in [diagnostics.md](diagnostics.md).
Every command also takes ` + "`-h`" + `.

## cmp-server

`)
	fence(&b, "text", rootCommand(world{}).Long)
	for _, c := range commands() {
		describe(&b, c)
	}
	describeVariables(&b)
	describeMetrics(t, &b)
	describeLog(&b)
	want, err := os.ReadFile(page)
	if *update {
		err = os.WriteFile(page, []byte(b.String()), 0o644)
		want = []byte(b.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what the command says; run make update: -page +command\n%s", page, diff)
	}
}

func fence(b *strings.Builder, language, text string) {
	fmt.Fprintf(b, "```%s\n%s\n```\n", language, strings.TrimSpace(text))
}

func describe(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n`%s`\n\n", c.CommandPath(), c.UseLine())
	fence(b, "text", c.Long)
	if c.Example != "" {
		b.WriteString("\n")
		fence(b, "console", strings.ReplaceAll(c.Example, "\n  ", "\n"))
	}
	if !c.HasAvailableLocalFlags() {
		return
	}
	b.WriteString("\n| flag | value | default | meaning |\n|---|---|---|---|\n")
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		initial := f.DefValue
		if initial == "[]" || initial == "false" {
			initial = ""
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, value, initial, strings.ReplaceAll(usage, "|", "\\|"))
	})
}

func describeVariables(b *strings.Builder) {
	b.WriteString("\n## Variables\n\nA variable stands for a flag that is not given. The names are those that Argo CD's own plugin server has.\n\n| variable | flag |\n|---|---|\n")
	for _, v := range variables() {
		note := ""
		if v.cap {
			note = ", which it can only lower"
		}
		fmt.Fprintf(b, "| `%s` | `--%s`%s |\n", v.name, v.flag, note)
	}
	b.WriteString(`
What an application is rendered with comes in each request, and for ` + "`generate`" + ` from the environment: ` + "`ARGOCD_APP_PARAMETERS`" + ` and the other
` + "`ARGOCD_APP_*`" + ` that Argo CD sets. ` + "`KUBE_VERSION`, `KUBE_API_VERSIONS` and `PARAM_*`" + ` change nothing.
`)
}

var description = regexp.MustCompile(`fqName: "([^"]*)", help: "([^"]*)", .*variableLabels: \{([^}]*)\}`)

func describeMetrics(t *testing.T, b *strings.Builder) {
	t.Helper()
	b.WriteString("\n## Metrics\n\n`/metrics` of `--http-address` has these, and those of the Go runtime and the process. They start from 0 with the process.\n\n| metric | labels | meaning |\n|---|---|---|\n")
	all := make(chan *prometheus.Desc, 100)
	service.NewMetrics().Describe(all)
	feedback.Metrics{}.Describe(all)
	close(all)
	var rows []string
	for d := range all {
		m := description.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot read %s", d)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", m[1], strings.ReplaceAll(m[3], ",", ", "), m[2]))
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(rows, ""))
}

func describeLog(b *strings.Builder) {
	b.WriteString(`
## Log

The log goes to standard error, one JSON object a line. Each upload that was answered gives one line, with the message ` + "`answered`" + ` at the level
INFO, or ` + "`failed`" + ` at WARN when the input is at fault and at ERROR otherwise:

| attribute | meaning |
|---|---|
| ` + "`rpc`, `code`" + ` | the call, and the gRPC code that it was answered with |
| ` + "`app`, `project`, `revision`" + ` | ` + "`ARGOCD_APP_NAME`, `ARGOCD_APP_PROJECT_NAME` and `ARGOCD_APP_REVISION`" + `, where Argo CD sends them |
| ` + "`path`, `checksum`, `bytes`" + ` | the application's path in the upload, and the upload's SHA-256 and compressed size |
| ` + "`upload_reused`" + ` | the same upload had been unpacked before |
| ` + "`render_shared`" + ` | the answer comes from a render that another request had started |
| ` + "`answer_cached`, `compiled`" + ` | the answer was kept from before; RGDs had to be compiled |
| ` + "`seconds`, `receive_seconds`, `queue_seconds`, `render_seconds`" + ` | the time that the request took, and its phases |
| ` + "`steps`" + ` | the steps of the render, in seconds |
| ` + "`objects`, `warnings`, `held`" + ` | the number of manifests and of warnings, and the resources that are left out |
| ` + "`class`, `error`" + ` | why it failed; the classes are those of the metric ` + "`krowave_cmp_errors_total`" + ` |
| ` + "`panic`, `stack`" + ` | of a defect, which please report with the checksum |
| ` + "`traceparent`" + ` | of Argo CD's own trace |
`)
}

// TestScriptsCoverFlags: every flag of every command, and every variable, is used in a script.
func TestScriptsCoverFlags(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(err, len(names))
	}
	var text strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(data)
	}
	lines := strings.Split(text.String(), "\n")
	for _, c := range commands() {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			used := slices.ContainsFunc(lines, func(line string) bool {
				return strings.Contains(line, c.CommandPath()+" ") && (strings.Contains(line, " --"+f.Name+" ") || strings.Contains(line, " --"+f.Name+"=") ||
					strings.HasSuffix(line, " --"+f.Name) || f.Shorthand != "" && strings.Contains(line, " -"+f.Shorthand+" "))
			})
			if !used && f.Name != "help" {
				t.Errorf("no script uses %s --%s", c.CommandPath(), f.Name)
			}
		})
	}
	for _, v := range variables() {
		if !strings.Contains(text.String(), "env "+v.name+"=") {
			t.Errorf("no script sets %s", v.name)
		}
	}
}

// TestAbove: the root of the repository, where Argo CD's own plugin server has put the application.
func TestAbove(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reason, dir, source, root, at string }{
		"below":   {reason: "the usual case", dir: "/srv/_cmp_server/1/apps/web", source: "apps/web", root: "/srv/_cmp_server/1", at: "apps/web"},
		"root":    {reason: "the application is the repository", dir: "/srv/1", source: ".", root: "/srv/1", at: "."},
		"unset":   {reason: "started by hand", dir: "/home/me/web", source: "", root: "/home/me/web", at: "."},
		"part":    {reason: "a name is whole or not at all", dir: "/home/my-web", source: "web", root: "/home/my-web", at: "."},
		"partial": {reason: "what was sent is not the whole repository", dir: "/srv/1/web", source: "apps/web", root: "/srv/1/web", at: "."},
		"unclean": {reason: "as people write paths", dir: "/srv/1/apps/web", source: "./apps/web/", root: "/srv/1", at: "apps/web"},
		"outside": {reason: "a path that leaves the repository finds nothing", dir: "/srv/1/web", source: "../web", root: "/srv/1/web", at: "."},
		"whole":   {reason: "the root of the file system is no repository", dir: "/web", source: "web", root: "/web", at: "."},
	} {
		if root, at := above(c.dir, c.source); root != c.root || at != c.at {
			t.Errorf("%s: %s: %s %s, want %s %s", name, c.reason, root, at, c.root, c.at)
		}
	}
}
