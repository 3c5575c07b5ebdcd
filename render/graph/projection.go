package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/rgd"
	"github.com/krowave/krowave/render/source"
)

// Projection is the status of an RGD without the rest of it: what is needed to evaluate it
// where only the expressions are at hand, and no schema. It is immutable.
type Projection struct {
	graph *Graph
	node  *source.Node
	ids   []string
}

// Graph has the Status, the Conditions and an Index of the names that these use, and nothing else.
func (p *Projection) Graph() *Graph { return p.graph }

// Node is the status as text: what problems point at.
func (p *Projection) Node() *source.Node { return p.node }

// IDs are the nodes that the expressions use, by their Index. The slice must not be changed.
func (p *Projection) IDs() []string { return p.ids }

// CompileProjection compiles schema.status without its conditions, as JSON or empty, and the expressions of
// the conditions without ${ and }. Variables have no types, so that what the schemas of an RGD would refuse fails
// when it is evaluated, and every name that is used is taken to be a node. When the list has errors the Projection is nil.
func CompileProjection(language *expr.Language, status []byte, conditions []string) (*Projection, diag.List) {
	root, diags := statusNode(status, conditions)
	if diags.HasErrors() {
		return nil, diags
	}
	c := &compiler{
		options: Options{Language: language},
		rgd:     &rgd.RGD{Schema: rgd.Schema{Status: root, Node: root}, Node: root},
		graph:   &Graph{index: map[string]int{}}, index: map[string]int{},
		broken: map[*expr.Parsed]bool{}, misnamed: map[string]bool{},
	}
	ids := namesIn(language, root)
	for i, id := range ids {
		c.index[id], c.graph.index[id] = i, i
	}
	c.parseStatus()
	c.scope, diags = untyped(language, root, c.graph.index)
	c.add(diags)
	if c.scope == nil {
		return nil, c.diags
	}
	c.checkStatus()
	c.checkAuthorConditions()
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	return &Projection{graph: c.graph, node: root, ids: ids}, c.diags
}

// statusNode is schema.status as an RGD writes it.
func statusNode(status []byte, conditions []string) (*source.Node, diag.List) {
	tree := map[string]any{}
	if len(status) > 0 {
		if err := json.Unmarshal(status, &tree); err != nil {
			return nil, textProblem("status", fmt.Sprintf("the status is not a JSON object: %v", err))
		}
	}
	if len(conditions) > 0 {
		wrapped := make([]string, len(conditions))
		for i, text := range conditions {
			wrapped[i] = "${" + text + "}"
		}
		tree[conditionsKey] = wrapped
	}
	return textNode("status", tree)
}

// textNode gives data a place to point at.
func textNode(name string, data any) (*source.Node, diag.List) {
	text, err := json.Marshal(data)
	if err != nil {
		return nil, textProblem(name, err.Error())
	}
	documents, problems := source.Parse(source.NewFile(name, text), source.Limits{})
	if len(problems) > 0 || len(documents) != 1 {
		return nil, textProblem(name, fmt.Sprintf("the %s cannot be read: %v", name, problems))
	}
	return documents[0].Root, nil
}

func textProblem(name, message string) diag.List {
	var diags diag.List
	diags.Errorf(diag.ExpressionSyntax, source.PathSpan(name), "%s", message)
	return diags
}

// namesIn are the nodes that the expressions below a node use, sorted. Syntax errors are for later.
func namesIn(language *expr.Language, n *source.Node) []string {
	var names []string
	for _, f := range n.Fields() {
		names = append(names, namesIn(language, f.Value)...)
	}
	for _, item := range n.Items() {
		names = append(names, namesIn(language, item)...)
	}
	if n.Kind() == source.String {
		text, _ := expr.Split(n)
		for _, part := range text.Parts {
			if part.Chunk == nil {
				continue
			}
			if p, _ := language.Parse(*part.Chunk); p != nil {
				names = append(names, p.IDs()...)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(id string) bool {
		return id == instanceName || id == runtimeName || id == itemName
	})
}

// untyped declares names of which only that they exist is known.
func untyped(language *expr.Language, at *source.Node, names map[string]int) (*expr.Scope, diag.List) {
	variables := []expr.Variable{{Name: instanceName}}
	for id := range names {
		variables = append(variables, expr.Variable{Name: id})
	}
	slices.SortFunc(variables, func(a, b expr.Variable) int { return strings.Compare(a.Name, b.Name) })
	scope, err := language.Scope(variables)
	if err != nil {
		var diags diag.List
		diags.Errorf(diag.ExpressionScope, at.Span(), "%v", err)
		return nil, diags
	}
	return scope, nil
}

// CompileReadyWhen compiles the readyWhen expressions of a node, without ${ and }, as far as that is
// possible without a schema. The variable is the id of the node, or each for an item of a collection.
func CompileReadyWhen(language *expr.Language, variable string, texts []string) ([]*expr.Checked, diag.List) {
	wrapped := make([]string, len(texts))
	for i, text := range texts {
		wrapped[i] = "${" + text + "}"
	}
	root, diags := textNode("readyWhen", wrapped)
	if diags.HasErrors() {
		return nil, diags
	}
	scope, diags := untyped(language, root, nil)
	if scope == nil {
		return nil, diags
	}
	scope, err := scope.With(variable, types.DynType)
	if err != nil {
		return nil, textProblem("readyWhen", err.Error())
	}
	c := &compiler{options: Options{Language: language}, broken: map[*expr.Parsed]bool{}}
	var all []*expr.Checked
	for _, item := range root.Items() {
		chunk, diags := expr.Only(item, "readyWhen")
		c.add(diags)
		p := c.parse(chunk)
		if p == nil {
			continue
		}
		checked, diags := scope.Check(p)
		c.add(diags)
		if checked != nil {
			all = append(all, checked)
		}
	}
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	return all, c.diags
}
