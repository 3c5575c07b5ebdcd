package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/cmd/krowave/internal/output"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/fieldpath"
)

// explainFlags are the flags of explain alone.
type explainFlags struct {
	inputFlags

	output   string
	instance string
	node     string
	field    string
}

func explainCommand(s streams) *cobra.Command {
	f := &explainFlags{}
	c := &cobra.Command{
		Use:   "explain PATH...",
		Short: "Say why a resource comes when it comes, is held, or is absent, and where a field is from",
		Long: `Say of every resource of the instances on which level it is and why, what it waits for
when it is held, and which condition excludes it when it is absent. With --field say
where a field comes from: somebody wrote it, an expression gave it, and then from what,
or it is a default.`,
		Example: `  krowave explain app/ --node deployment
  krowave explain app/ --instance prod/shop --node deployment --field spec.replicas`,
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(c *cobra.Command, args []string) error { return f.check(c, args) },
		RunE:    func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.addTo(c)
	f.addInstancesTo(c)
	format(c, &f.output, "text", "json")
	c.Flags().StringVar(&f.instance, "instance", "", "`instance` to explain: name, namespace/name or Kind.group/namespace/name (default all)")
	c.Flags().StringVar(&f.node, "node", "", "`id` of the node to explain; schema is the instance itself (default all)")
	c.Flags().StringVar(&f.field, "field", "", "`path` of a field to explain, such as spec.replicas")
	f.addLimitsTo(c)
	return c
}

func (f *explainFlags) run(s streams, paths []string) error {
	field, err := fieldpath.Parse(f.field)
	if err != nil {
		return fmt.Errorf("--field: %w", err)
	}
	f.options.AllowEmpty = true
	j, err := renderAll(s, &f.inputFlags, paths)
	if err != nil {
		return err
	}
	if err := problems(s.err, j.diags, f.style(s, s.terminal.err)); err != nil {
		return err
	}
	if j.result == nil {
		return errInvalid
	}
	q := output.Question{Instance: -1, Node: f.node, Field: field}
	if f.instance != "" {
		if q.Instance, err = findInstance(j.result, f.instance); err != nil {
			return err
		}
	}
	e := output.NewExplanation(j.program, j.result, q)
	if err := f.found(e, j.result); err != nil {
		return err
	}
	if f.output == "json" {
		return output.Write(s.out, e)
	}
	return explain(s.out, e)
}

// found refuses questions about nodes and fields that are not there.
func (f *explainFlags) found(e output.Explanation, r *render.Result) error {
	fields, nodes := 0, 0
	for _, i := range e.Instances {
		nodes += len(i.Nodes)
		for _, n := range i.Nodes {
			for _, o := range n.Objects {
				fields += len(o.Fields)
			}
		}
	}
	switch {
	case len(r.Instances) == 0:
		return fmt.Errorf("the input has no instance")
	case nodes == 0:
		return fmt.Errorf("--node %q: no instance has such a node", f.node)
	case fields == 0 && f.field != "":
		return fmt.Errorf("--field %q: no rendered object has such a field", f.field)
	}
	return nil
}

// explain writes an explanation for people.
func explain(w io.Writer, e output.Explanation) error {
	var b strings.Builder
	for at, i := range e.Instances {
		if at > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s %s (RGD %s, %s)\n", i.Kind, name(i.Namespace, i.Name), i.RGD, i.Place)
		for _, n := range i.Nodes {
			fmt.Fprintf(&b, "\n  %s: %s %s%s\n", n.ID, n.APIVersion, n.Kind, remark(n))
			explainOutcome(&b, n)
			explainLevel(&b, n)
			explainObjects(&b, n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// remark is what is special about the type of a node.
func remark(n output.ExplainedNode) string {
	switch n.Type {
	case "collection":
		return ", a collection"
	case "external":
		return ", external"
	case "nested":
		return ", an instance of another RGD"
	case "instance":
		return ", the instance itself"
	}
	return ""
}

func name(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// explainOutcome says why a node is held or absent.
func explainOutcome(b *strings.Builder, n output.ExplainedNode) {
	for _, w := range n.Waits {
		fmt.Fprintf(b, "    held: %swaits for %s\n", item(n, w.Address), w.Path)
		fmt.Fprintf(b, "      %s: ${%s}\n", w.Place, w.Expression)
	}
	if len(n.After) > 0 {
		fmt.Fprintf(b, "    held: comes after %s\n", strings.Join(n.After, ", "))
	}
	for _, a := range n.Absent {
		if a.Because != "" {
			fmt.Fprintf(b, "    absent: %sneeds %s, which is absent\n", item(n, a.Address), a.Because)
			continue
		}
		fmt.Fprintf(b, "    absent: %sa condition is false\n      %s: ${%s}\n", item(n, a.Address), a.Place, a.Expression)
	}
}

// item names the node of one item of a nested collection; other nodes have been named.
func item(n output.ExplainedNode, address string) string {
	if address == n.ID {
		return ""
	}
	return address + " "
}

// explainLevel says why a node is on its level.
func explainLevel(b *strings.Builder, n output.ExplainedNode) {
	switch {
	case n.Type == "instance":
		fmt.Fprintf(b, "    level %d: behind all of its resources\n", n.Level)
		return
	case n.Level > n.Start:
		fmt.Fprintf(b, "    level %d: behind its own resources, which start on level %d\n", n.Level, n.Start)
	case len(n.Chain) == 0:
		fmt.Fprintf(b, "    level %d: it needs no other resource\n", n.Level)
	default:
		fmt.Fprintf(b, "    level %d, by the longest chain of what it needs:\n", n.Level)
	}
	for _, c := range n.Chain {
		fmt.Fprintf(b, "      %s needs %s for %s\n        %s: ${%s}\n", c.From, c.To, c.Field, c.Place, c.Expression)
	}
}

func explainObjects(b *strings.Builder, n output.ExplainedNode) {
	for _, o := range n.Objects {
		fmt.Fprintf(b, "    %s %s\n", n.Kind, name(o.Namespace, o.Name))
		for _, f := range o.Fields {
			fmt.Fprintf(b, "      %s: %s\n        %s\n", f.Path, value(f.Value), origin(f.Cause, f.Place))
			if f.Cause == string(render.ByExpression) {
				fmt.Fprintf(b, "          %s\n", strings.Join(strings.Fields(f.Text), " "))
			}
			for _, r := range f.Reads {
				text := r.Path
				if r.Known {
					text += ": " + value(r.Value)
				}
				fmt.Fprintf(b, "          %s\n            %s\n", text, origin(r.Cause, r.Place))
			}
		}
	}
}

// origin says where a value is from.
func origin(cause string, at output.Place) string {
	words := map[string]string{
		string(render.ByLiteral):    "written",
		string(render.ByExpression): "expression",
		string(render.ByDefault):    "default of the schema",
		string(render.ByNamespace):  "namespace of the instance",
		string(render.ByOption):     "namespace for instances without one (--namespace)",
		string(render.ByObserved):   "observed",
		string(render.ByIterator):   "an item of a forEach list",
		string(render.ByStatus):     "status of a nested RGD",
		string(render.ByExternal):   "external object",
		string(render.BySeveral):    "several fields of a rendered object",
	}
	if text := at.String(); text != "" {
		return words[cause] + ", " + text
	}
	return words[cause]
}

// value is a value on one line.
func value(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
