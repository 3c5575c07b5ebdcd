package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/drawing"
	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/graph"
)

// graphFlags are the flags of graph alone.
type graphFlags struct {
	inputFlags

	output   string
	rgd      string
	instance string
}

func graphCommand(s streams) *cobra.Command {
	f := &graphFlags{}
	c := &cobra.Command{
		Use:   "graph PATH...",
		Short: "Draw the resources of RGDs and what they wait for",
		Long: `Draw the resources of every RGD of the input, level by level: everything on a level
can be applied at once when the levels before it are there.

With --instance the drawing is that of one rendered instance: it shows what is held and
what is excluded, and opens nested RGDs.`,
		Example: `  krowave graph app/
  krowave graph app/ -o svg > app.svg
  krowave graph app/ --instance prod/shop -o mermaid`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.check(c, args) },
		RunE:    func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	f.addInstancesTo(c)
	format(c, &f.output, "tree", "mermaid", "dot", "svg", "json")
	c.Flags().StringVar(&f.rgd, "rgd", "", "`name` of the only RGD to draw")
	c.Flags().StringVar(&f.instance, "instance", "", "`instance` to draw: name, namespace/name or Kind.group/namespace/name")
	c.MarkFlagsMutuallyExclusive("rgd", "instance")
	f.addLimitsTo(c)
	return c
}

func (f *graphFlags) run(s streams, paths []string) error {
	f.options.AllowEmpty = true
	read := compile
	if f.instance != "" {
		read = renderAll
	}
	j, err := read(s, &f.inputFlags, paths)
	if err != nil {
		return err
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if j.program == nil || (f.instance != "" && j.result == nil) {
		return errInvalid
	}
	graphs, err := f.draw(j)
	if err != nil {
		return err
	}
	if len(graphs) == 0 && j.diags.HasErrors() {
		return errInvalid
	}
	if err := f.write(s, graphs); err != nil {
		return err
	}
	if j.diags.HasErrors() {
		return errInvalid
	}
	return nil
}

func (f *graphFlags) write(s streams, graphs []drawing.Graph) error {
	switch f.output {
	case "mermaid":
		return drawing.Mermaid(s.out, graphs)
	case "dot":
		return drawing.DOT(s.out, graphs)
	case "svg":
		return drawing.SVG(s.out, graphs)
	case "json":
		return output.Write(s.out, output.NewGraphs(graphs))
	}
	for i, g := range graphs {
		if i > 0 {
			if _, err := fmt.Fprintln(s.out); err != nil {
				return err
			}
		}
		if err := drawing.Tree(s.out, g); err != nil {
			return err
		}
	}
	return nil
}

// draw makes the drawings that the flags ask for.
func (f *graphFlags) draw(j *job) ([]drawing.Graph, error) {
	if f.instance != "" {
		at, err := findInstance(j.result, f.instance)
		if err != nil {
			return nil, err
		}
		i := j.result.Instances[at]
		return []drawing.Graph{{
			Name: i.ID(), Title: "RGD " + i.RGD, Nodes: nodes(j.program.Explain(j.result, at)),
			Last: "the instance itself", LastLevel: i.Levels,
		}}, nil
	}
	var graphs []drawing.Graph
	var names []string
	for _, g := range j.program.Graphs() {
		names = append(names, g.RGD.Name)
		if f.rgd != "" && f.rgd != g.RGD.Name {
			continue
		}
		graphs = append(graphs, drawing.Graph{
			Name: g.RGD.Name, Title: fmt.Sprintf("%s (%s)", g.RGD.Schema.Kind, g.RGD.Schema.APIVersionText()),
			Nodes: nodes(j.program.Outline(g)), Last: "the instance itself", LastLevel: j.program.Levels(g),
		})
	}
	if f.rgd != "" && len(graphs) == 0 && !j.diags.HasErrors() {
		return nil, fmt.Errorf("--rgd %q: the input has %s", f.rgd, list("the RGD", names))
	}
	return graphs, nil
}

// nodes are the nodes of a drawing.
func nodes(all []render.Node) []drawing.Node {
	index := make(map[string]int, len(all))
	drawn := make([]drawing.Node, len(all))
	for i, n := range all {
		index[n.ID] = i
		drawn[i] = drawing.Node{ID: n.ID, Text: title(n.Node), Kind: output.KindOf(n), Level: n.Level, Notes: notes(n)}
		switch n.Outcome {
		case render.Held:
			drawn[i].State = drawing.Held
		case render.Absent:
			drawn[i].State = drawing.Absent
		case render.Rendered, render.Read:
		}
	}
	for i, n := range all {
		drawn[i].Needs = needs(n, index)
	}
	return drawn
}

// needs are the arrows to a node, with all expressions behind each.
func needs(n render.Node, index map[string]int) []drawing.Need {
	prefix := n.ID[:strings.LastIndexByte(n.ID, '/')+1]
	var arrows []drawing.Need
	for _, ref := range n.Graph.References(n.Node.Base().Index) {
		to, ok := index[prefix+n.Graph.Nodes[ref.To].Base().ID]
		if !ok {
			continue
		}
		at := slices.IndexFunc(arrows, func(a drawing.Need) bool { return a.To == to })
		if at < 0 {
			arrows = append(arrows, drawing.Need{To: to})
			at = len(arrows) - 1
		}
		arrows[at].Texts = append(arrows[at].Texts, ref.Field+": "+ref.Expression.Text())
	}
	return arrows
}

// title is the kind of a node as people write it.
func title(n graph.Node) string {
	gvk := n.Base().GVK
	return gvk.GroupVersion().String() + " " + gvk.Kind
}

// notes say what is special about a node.
func notes(n render.Node) []string {
	var all []string
	switch node := n.Node.(type) {
	case *graph.External:
		all = append(all, "external")
	case *graph.ExternalCollection:
		all = append(all, "external, all that match a selector")
	case *graph.Collection:
		for _, d := range node.Dimensions {
			all = append(all, "for each "+d.Name+" in "+d.List.Text())
		}
	case *graph.Resource:
	}
	if n.Nested != nil {
		all = append(all, "RGD "+n.Nested.RGD.Name)
	}
	all = append(all, conditions("if ", n.Node.Base().IncludeWhen)...)
	for _, h := range n.Held {
		for _, w := range h.Paths {
			all = append(all, "waits for "+w.Path)
		}
	}
	return all
}

func conditions(word string, list []*expr.Checked) []string {
	var all []string
	for _, e := range list {
		all = append(all, word+e.Text())
	}
	return all
}

// findInstance is the position of the instance that a person named.
func findInstance(r *render.Result, name string) (int, error) {
	var found []int
	var ids []string
	for at, i := range r.Instances {
		namespace, short := i.Names()
		ids = append(ids, i.ID())
		if slices.Contains([]string{short, namespace + "/" + short, i.ID(), i.At.Get("kind").Str() + "/" + namespace + "/" + short}, name) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, fmt.Errorf("--instance %q: the input has %s", name, list("the instance", ids))
	}
	var matches []string
	for _, at := range found {
		matches = append(matches, ids[at])
	}
	return 0, fmt.Errorf("--instance %q can be %s", name, strings.Join(matches, " or "))
}

// list names what there is instead of what was asked for.
func list(word string, names []string) string {
	switch len(names) {
	case 0:
		return "no" + strings.TrimPrefix(word, "the")
	case 1:
		return word + " " + names[0]
	}
	return word + "s " + strings.Join(names, ", ")
}
