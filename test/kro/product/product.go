// Package product answers the cases of the differential suite with krowave.
//
// In: a [trial.Case]. Out: a [trial.Result] in the same terms as the oracle's. It drives
// the stages of render/ one by one, because kro answers node by node; nested RGDs are
// not rendered through, since kro leaves those to another reconcile.
package product

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/admission"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/crd"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
	"github.com/krowave/krowave/test/kro/trial"
)

// Product runs krowave. It is safe for concurrent use.
type Product struct {
	engine *render.Engine
	omit   bool
}

// Omitting is the same with kro's feature gate CELOmitFunction on.
func (p *Product) Omitting() *Product { return &Product{engine: p.engine, omit: true} }

// New makes a Product.
func New() (*Product, error) {
	engine, err := render.NewEngine()
	if err != nil {
		return nil, fmt.Errorf("making the engine: %w", err)
	}
	return &Product{engine: engine}, nil
}

// Run answers one case.
func (p *Product) Run(c trial.Case) trial.Result {
	in, diags := input(c)
	if diags.HasErrors() {
		return refused(trial.StageAdmission, diags)
	}
	program, diags := p.engine.Compile(in, render.Options{Namespace: c.Namespace, Omit: p.omit})
	subject := in.RGDs[0]
	diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Span.Path() != casePath })
	if c.Unknown == trial.Refuse {
		diags = refuseUnknown(diags)
	}
	if diags.HasErrors() {
		return refused(compileStage(diags), diags)
	}
	for _, g := range program.Graphs() {
		if g.RGD.Node == subject {
			return answer(c, g)
		}
	}
	return trial.Result{Verdict: trial.Verdict{Stage: trial.StageInput, Error: "the RGD was not compiled"}}
}

// casePath names the RGD and the instance of a case in diagnostics.
const casePath = "case.yaml"

// input parses the documents of a case.
func input(c trial.Case) (render.Input, diag.List) {
	var in render.Input
	var diags diag.List
	if n := parse(casePath, c.RGD, &diags); n != nil {
		in.RGDs = append(in.RGDs, n)
	} else {
		diags.Errorf(diag.RGDField, source.Span{}, "no RGD")
	}
	for i, text := range c.Siblings {
		if n := parse(fmt.Sprintf("sibling%d.yaml", i), text, &diags); n != nil {
			in.Library = append(in.Library, n)
		}
	}
	for i, text := range c.CRDs {
		if n := parse(fmt.Sprintf("crd%d.yaml", i), text, &diags); n != nil {
			in.CRDs = append(in.CRDs, n)
		}
	}
	if c.Unknown == trial.Permissive {
		in.Known = append(in.Known, permissive(append(slices.Clone(in.RGDs), in.Library...))...)
	}
	return in, diags
}

// permissive are kinds for everything in the templates that Kubernetes and the case do
// not know: namespaced, with any content.
func permissive(rgds []*source.Node) []catalog.Kind {
	builtin, err := catalog.Builtin("")
	if err != nil {
		return nil
	}
	var kinds []catalog.Kind
	for _, n := range rgds {
		for _, r := range n.Lookup("spec", "resources").Items() {
			for _, field := range []string{"template", "externalRef"} {
				gvk := schema.FromAPIVersionAndKind(r.Lookup(field, "apiVersion").Str(), r.Lookup(field, "kind").Str())
				if _, known := builtin.Lookup(gvk); known || gvk.Kind == "" {
					continue
				}
				anything := &catalog.Schema{Type: "object", PreserveUnknown: true, Properties: map[string]*catalog.Schema{
					"apiVersion": {Type: "string"}, "kind": {Type: "string"}, "metadata": catalog.ObjectMeta(),
				}}
				kinds = append(kinds, catalog.Kind{GVK: gvk, Schema: anything, Namespaced: true})
			}
		}
	}
	return kinds
}

func parse(path, text string, diags *diag.List) *source.Node {
	docs, problems := source.Parse(source.NewFile(path, []byte(text)), source.Limits{})
	for _, p := range problems {
		if p.Kind != source.DuplicateKey {
			diags.Errorf(diag.RGDField, p.Span, "%s", p.Message)
		}
	}
	if len(docs) == 0 {
		return nil
	}
	return docs[0].Root
}

// refuseUnknown treats a kind without schema as kro does.
func refuseUnknown(diags diag.List) diag.List {
	for i := range diags {
		if diags[i].Code == diag.RGDUnknownKind {
			diags[i].Severity = diag.Error
		}
	}
	return diags
}

func compileStage(diags diag.List) trial.Stage {
	for _, d := range diags {
		if d.Severity == diag.Error && !strings.HasPrefix(string(d.Code), "CRD") {
			return trial.StageBuild
		}
	}
	return trial.StageCRD
}

func refused(stage trial.Stage, diags diag.List) trial.Result {
	var text strings.Builder
	_ = diag.Print(&text, diags.Sorted(), diag.Style{})
	return trial.Result{Verdict: trial.Verdict{Stage: stage, Error: text.String()}}
}

// answer describes a compiled RGD and renders the instance of the case.
func answer(c trial.Case, g *graph.Graph) trial.Result {
	result := trial.Result{Order: []string{}, Waves: map[string]int{}, Dependencies: map[string][]string{}, Nodes: map[string]trial.Node{}}
	for _, i := range g.Order.Topological {
		base := g.Nodes[i].Base()
		result.Order = append(result.Order, base.ID)
		result.Waves[base.ID] = g.Order.Wave[i]
		for _, d := range base.Dependencies {
			result.Dependencies[base.ID] = append(result.Dependencies[base.ID], g.Nodes[d].Base().ID)
		}
		slices.Sort(result.Dependencies[base.ID])
		result.Nodes[base.ID] = trial.Node{Kind: kindOf(g.Nodes[i])}
	}
	object, err := crd.Object(g.CRD)
	if err != nil {
		result.Verdict = trial.Verdict{Stage: trial.StageCRD, Error: err.Error()}
		return result
	}
	delete(object, "apiVersion")
	delete(object, "kind")
	result.CRD = object
	if c.Instance == "" {
		return result
	}
	return instance(c, g, result)
}

func kindOf(n graph.Node) trial.NodeKind {
	switch n.(type) {
	case *graph.Collection:
		return trial.Collection
	case *graph.External:
		return trial.External
	case *graph.ExternalCollection:
		return trial.ExternalCollection
	}
	return trial.Resource
}

// instance admits and renders the instance.
func instance(c trial.Case, g *graph.Graph, result trial.Result) trial.Result {
	var diags diag.List
	n := parse(casePath, c.Instance, &diags)
	validator, err := admission.NewValidator(g.CRD, g.RGD.Schema.Version)
	if n == nil || err != nil || diags.HasErrors() {
		result.Verdict = trial.Verdict{Stage: trial.StageInstance, Error: fmt.Sprint(err, diags)}
		return result
	}
	namespace := c.Namespace
	if namespace == "" {
		namespace = "default"
	}
	object, _ := n.JSON().(map[string]any)
	admitted, diags := validator.Admit(object, n, admission.Options{Namespace: namespace})
	if diags.HasErrors() {
		return withVerdict(result, trial.StageInstance, diags)
	}
	result.Instance = admitted
	metadata, _ := admitted["metadata"].(map[string]any)
	own, _ := metadata["namespace"].(string)
	w, err := newWorld(c, own)
	if err != nil {
		result.Verdict = trial.Verdict{Stage: trial.StageInput, Error: err.Error()}
		return result
	}
	w.rendered[keyOf(admitted)] = object // it has the uid that a server gave it
	rendered, diags := w.settle(g, eval.Request{Instance: admitted, At: n, Observed: eval.Whole(w)})
	describe(g, rendered, diags, &result)
	if diags.HasErrors() {
		return withVerdict(result, trial.StageRun, diags)
	}
	return result
}

func withVerdict(result trial.Result, stage trial.Stage, diags diag.List) trial.Result {
	result.Verdict = refused(stage, diags).Verdict
	return result
}

// describe tells what became of every node.
func describe(g *graph.Graph, rendered *eval.Result, diags diag.List, result *trial.Result) {
	state := map[string]trial.Node{}
	for _, h := range rendered.Held {
		paths := make([]string, 0, len(h.Paths)+len(h.After))
		for _, w := range h.Paths {
			paths = append(paths, w.Path)
		}
		state[h.Node] = trial.Node{State: trial.Pending, Message: strings.Join(append(paths, h.After...), " ")}
	}
	for _, a := range rendered.Absent {
		state[a.Node] = trial.Node{State: trial.Ignored}
	}
	for _, o := range rendered.Objects {
		n := state[o.Node]
		n.State = trial.Resolved
		n.Objects = append(n.Objects, o.Value)
		state[o.Node] = n
	}
	for _, node := range g.Nodes {
		base := node.Base()
		s, ok := state[base.ID]
		external := result.Nodes[base.ID].Kind == trial.External || result.Nodes[base.ID].Kind == trial.ExternalCollection
		if external && s.State == trial.Pending && strings.HasPrefix(s.Message, base.ID+" (") {
			s = trial.Node{State: trial.Resolved} // the reference is resolved, the object is not there
		}
		if !ok {
			s.State = trial.Resolved
			if result.Nodes[base.ID].Kind == trial.Collection {
				s.Objects = []map[string]any{}
			}
			if diags.HasErrors() {
				s.State = trial.Fatal
			}
		}
		s.Kind = result.Nodes[base.ID].Kind
		result.Nodes[base.ID] = s
	}
	result.Status = rendered.Status
	for _, c := range rendered.Conditions {
		result.Conditions = append(result.Conditions, map[string]any{"type": c.Type, "status": c.Status, "reason": c.Reason, "message": c.Message})
	}
}
