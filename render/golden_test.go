package render_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
	"github.com/krowave/krowave/render/graph"
)

var update = flag.Bool("update", false, "rewrite the golden sections")

// renders is how often each archive is rendered, with different numbers of goroutines.
const renders = 20

// TestGolden renders every archive below testdata and holds each section against what is
// written there. The section crd.yaml is only held where the archive has it.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.render(t, 1).sections(t)
			for i := range renders - 1 {
				again := s.render(t, i%5).sections(t)
				if diff := cmp.Diff(got, again); diff != "" {
					t.Fatalf("render %d with %d workers gives something else: -first +now\n%s", i+2, i%5, diff)
				}
			}
			want := s.want()
			if _, ok := want["crd.yaml"]; !ok {
				delete(got, "crd.yaml")
			}
			if *update {
				s.save(t, got)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got (make update rewrites the sections):\n%s", diff)
			}
		})
	}
}

// sectionNames are the golden sections in the order in which an archive has them.
func sectionNames() []string {
	return []string{"graph", "crd.yaml", "manifests.yaml", "held", "status.yaml", "diagnostics"}
}

// save rewrites the golden sections of the archive.
func (s *scenario) save(t *testing.T, sections map[string]string) {
	t.Helper()
	files := slices.DeleteFunc(slices.Clone(s.archive.Files), func(f txtar.File) bool { return role(f.Name) == "want" })
	for _, name := range sectionNames() {
		if text, ok := sections[name]; ok {
			files = append(files, txtar.File{Name: wants + name, Data: []byte(text)})
		}
	}
	text := txtar.Format(&txtar.Archive{Comment: s.archive.Comment, Files: files})
	if bytes.Equal(text, txtar.Format(s.archive)) {
		return
	}
	if err := os.WriteFile(s.path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// sections are the parts of an outcome as text, without those that are empty.
func (o outcome) sections(tb testing.TB) map[string]string {
	tb.Helper()
	var problems strings.Builder
	if err := diag.Print(&problems, o.diags, diag.Style{}); err != nil {
		tb.Fatal(err)
	}
	sections := map[string]string{"diagnostics": problems.String()}
	if o.result != nil {
		sections["graph"] = graphText(o.program.Graphs())
		sections["crd.yaml"], sections["manifests.yaml"] = o.manifests(tb)
		sections["held"] = heldText(o.result)
		sections["status.yaml"] = statusText(tb, o.result)
	}
	for name, text := range sections {
		if text == "" {
			delete(sections, name)
		}
	}
	return sections
}

// graphText lists the nodes of each RGD in topological order.
func graphText(graphs []*graph.Graph) string {
	var b strings.Builder
	for _, g := range graphs {
		fmt.Fprintf(&b, "%s: %s %s\n", g.RGD.Name, g.Kind.GVK.GroupVersion(), g.Kind.GVK.Kind)
		for position, i := range g.Order.Topological {
			base := g.Nodes[i].Base()
			fmt.Fprintf(&b, "  %d. %s: %s%s, level %d, wave %d", position+1, base.ID, base.GVK.Kind, nodeText(g.Nodes[i]), g.Order.Level[i], g.Order.Wave[i])
			for j, d := range base.Dependencies {
				fmt.Fprintf(&b, "%s%s", map[bool]string{true: ", after ", false: " and "}[j == 0], g.Nodes[d].Base().ID)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func nodeText(n graph.Node) string {
	switch n := n.(type) {
	case *graph.Collection:
		names := make([]string, len(n.Dimensions))
		for i, d := range n.Dimensions {
			names[i] = d.Name
		}
		return " for each " + strings.Join(names, " and ")
	case *graph.External:
		return " (external)"
	case *graph.ExternalCollection:
		return " (external, by selector)"
	case *graph.Resource:
	}
	return ""
}

// manifests are the generated CRDs, and everything else that a render puts out, each
// with the place that it has. Generated CRDs are only named there, since they are long.
func (o outcome) manifests(tb testing.TB) (crds, others string) {
	tb.Helper()
	var all, generated strings.Builder
	started := false
	for _, object := range o.result.Objects {
		text, err := emit.Object(object.Value)
		if err != nil {
			tb.Fatal(err)
		}
		if o.generated(object) {
			fmt.Fprintf(&generated, "---\n%s", text)
			name, _, _ := strings.Cut(string(text[bytes.Index(text, []byte("name: "))+len("name: "):]), "\n")
			fmt.Fprintf(&all, "# the generated CRD %s\n", name)
			continue
		}
		if started {
			all.WriteString("---\n")
		}
		started = true
		fmt.Fprintf(&all, "# %s\n%s", placeText(object), text)
	}
	return strings.TrimPrefix(generated.String(), "---\n"), all.String()
}

// generated reports that an object is the CRD of an RGD.
func (o outcome) generated(object render.Object) bool {
	return slices.ContainsFunc(o.program.Graphs(), func(g *graph.Graph) bool { return g.RGD.Schema.Node == object.At })
}

func placeText(o render.Object) string {
	switch {
	case o.Instance < 0:
		return "as given"
	case o.Node == "":
		return fmt.Sprintf("level %d: the instance", o.Level)
	case o.Item >= 0:
		return fmt.Sprintf("level %d: %s[%d]", o.Level, o.Node, o.Item)
	}
	return fmt.Sprintf("level %d: %s", o.Level, o.Node)
}

// heldText lists what is held back and what is excluded, with the expressions that decide.
func heldText(result *render.Result) string {
	var b strings.Builder
	for _, instance := range result.Instances {
		if len(instance.Held)+len(instance.Absent) > 0 {
			fmt.Fprintf(&b, "%s\n", instance.ID())
		}
		for _, h := range instance.Held {
			fmt.Fprintf(&b, "  held: %s\n", h.Address)
			for _, wait := range h.Paths {
				at := wait.Span.Start()
				fmt.Fprintf(&b, "    waits for %s at %s:%d:%d\n", wait.Path, wait.Span.Path(), at.Line, at.Column)
			}
			for _, node := range h.After {
				fmt.Fprintf(&b, "    after %s\n", node)
			}
		}
		for _, a := range instance.Absent {
			at := a.Span.Start()
			fmt.Fprintf(&b, "  absent: %s at %s:%d:%d", a.Address, a.Span.Path(), at.Line, at.Column)
			if a.Because != "" {
				fmt.Fprintf(&b, " because of %s", a.Because)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// statusText is what is known of the status of each instance.
func statusText(tb testing.TB, result *render.Result) string {
	tb.Helper()
	var b strings.Builder
	for _, instance := range result.Instances {
		if len(instance.Status) == 0 {
			continue
		}
		text, err := emit.Object(instance.Status)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&b, "# %s\n%s", instance.ID(), text)
	}
	return b.String()
}
