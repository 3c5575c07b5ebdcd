package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/test/kro/manifest"
	"github.com/krowave/krowave/test/kro/trial"
)

// Engine answers cases.
type Engine func(trial.Case) trial.Result

// Aspect is what a difference is about.
type Aspect string

// The aspects, in the order in which they are compared. After a difference in the verdict
// nothing else is: the rest would follow from it.
const (
	Verdict      Aspect = "verdict"
	Level        Aspect = "level" // both refuse, one the RGD and the other the instance
	Order        Aspect = "order"
	Waves        Aspect = "waves"
	Dependencies Aspect = "dependencies"
	CRD          Aspect = "crd"
	Instance     Aspect = "instance"
	State        Aspect = "state"
	Objects      Aspect = "objects"
	Status       Aspect = "status"
	Conditions   Aspect = "conditions"
)

// Difference is one way in which an engine differs from kro.
type Difference struct {
	Aspect Aspect
	Node   string // of which it was noticed, if of one
	Detail string // for a reader: - is kro, + the engine
	// Explained is the id of the explanation, empty when there is none.
	Explained string
}

// retries is how often kro is asked again before a difference counts: its answer may depend
// on the order of a Go map.
const retries = 5

// Case puts a case before both engines and answers how they differ. A difference that one of
// kro's random answers does not show is none.
func Case(c trial.Case, kro, engine Engine) []Difference {
	ours := engine(c)
	found := Results(c, kro(c), ours)
	for range retries {
		if unexplained(found) == 0 {
			break
		}
		if again := Results(c, kro(c), ours); unexplained(again) < unexplained(found) {
			found = again
		}
	}
	return found
}

func unexplained(all []Difference) int {
	count := 0
	for _, d := range all {
		if d.Explained == "" {
			count++
		}
	}
	return count
}

// Results compares two answers to one case.
func Results(c trial.Case, kro, ours trial.Result) []Difference {
	p := &pair{kro: kro, ours: ours}
	if p.verdict() {
		p.graph()
		if kro.Verdict.Accepted() && c.Instance != "" {
			p.instance()
			p.nodes()
			p.status()
		}
	}
	for i := range p.found {
		p.found[i].Explained = explain(Finding{Case: c, Kro: kro, Ours: ours, Difference: p.found[i]})
	}
	return p.found
}

// pair are two answers and what was found so far.
type pair struct {
	kro, ours trial.Result
	found     []Difference
}

func (p *pair) add(aspect Aspect, node, format string, args ...any) {
	p.found = append(p.found, Difference{Aspect: aspect, Node: node, Detail: fmt.Sprintf(format, args...)})
}

// equal compares two values as JSON.
func (p *pair) equal(aspect Aspect, node string, kro, ours any) {
	want, err := manifest.Normal(kro)
	if err != nil {
		p.add(aspect, node, "kro's answer is no JSON: %v", err)
		return
	}
	got, err := manifest.Normal(ours)
	if err != nil {
		p.add(aspect, node, "the engine's answer is no JSON: %v", err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.add(aspect, node, "%s", diff)
	}
}

// verdict compares what is refused, and tells whether there is anything else to compare.
func (p *pair) verdict() bool {
	kro, ours := p.kro.Verdict, p.ours.Verdict
	switch {
	case kro.Accepted() != ours.Accepted():
		p.add(Verdict, "", "- %s\n+ %s", said(kro), said(ours))
		return false
	case ofRGD(kro.Stage) != ofRGD(ours.Stage):
		p.add(Level, "", "- %s\n+ %s", said(kro), said(ours))
		return false
	}
	return !ofRGD(kro.Stage)
}

// ofRGD tells whether a stage judges the RGD rather than the instance. An engine may notice
// in another order than a cluster what is wrong with one of them.
func ofRGD(stage trial.Stage) bool {
	switch stage {
	case trial.StageAdmission, trial.StageBuild, trial.StageCRD, trial.StagePanic:
		return true
	case trial.Accepted, trial.StageInstance, trial.StageRun, trial.StageInput:
	}
	return false
}

func said(v trial.Verdict) string {
	if v.Accepted() {
		return "accepted"
	}
	return fmt.Sprintf("refused at %s: %s", v.Stage, v.Error)
}

// graph compares what an RGD alone decides.
func (p *pair) graph() {
	p.equal(Order, "", notNil(p.kro.Order), notNil(p.ours.Order))
	p.equal(Waves, "", notNilMap(p.kro.Waves), notNilMap(p.ours.Waves))
	p.equal(Dependencies, "", edges(p.kro), edges(p.ours))
	p.equal(CRD, "", plainCRD(p.kro.CRD), plainCRD(p.ours.CRD))
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func notNilMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

func edges(r trial.Result) map[string][]string {
	all := map[string][]string{}
	for id, on := range r.Dependencies {
		if len(on) > 0 {
			all[id] = slices.Sorted(slices.Values(on))
		}
	}
	return all
}

// plainCRD leaves out what a client adds when it sends the CRD.
func plainCRD(crd map[string]any) map[string]any {
	plain := maps.Clone(crd)
	for _, key := range []string{"apiVersion", "kind", "status"} {
		delete(plain, key)
	}
	return plain
}

// instance compares the instances after admission. A uid in the file stands for one that a
// server gave; whether it is kept is a matter of taste.
func (p *pair) instance() {
	p.equal(Instance, "", withoutUID(p.kro.Instance), withoutUID(p.ours.Instance))
}

func withoutUID(object map[string]any) map[string]any {
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		return object
	}
	plain, copied := maps.Clone(object), maps.Clone(metadata)
	delete(copied, "uid")
	plain["metadata"] = copied
	return plain
}

// nodes compares what became of every node.
func (p *pair) nodes() {
	for _, id := range p.kro.Order {
		kro, ours := p.kro.Nodes[id], p.ours.Nodes[id]
		switch {
		case kro.Kind != ours.Kind:
			p.add(State, id, "- %s\n+ %s", kro.Kind, ours.Kind)
		case kro.State != ours.State:
			p.add(State, id, "- %s %s\n+ %s %s", kro.State, kro.Message, ours.State, ours.Message)
		case kro.State == trial.Resolved && (kro.Kind == trial.Resource || kro.Kind == trial.Collection):
			p.equal(Objects, id, notNil(kro.Objects), notNil(ours.Objects))
		}
	}
}

func (p *pair) status() {
	if (p.kro.StatusError == "") != (p.ours.StatusError == "") {
		p.add(Status, "", "- %s\n+ %s", p.kro.StatusError, p.ours.StatusError)
	} else if p.kro.StatusError == "" {
		p.equal(Status, "", notNilMap(p.kro.Status), notNilMap(p.ours.Status))
	}
	p.equal(Conditions, "", notNil(p.kro.Conditions), notNil(p.ours.Conditions))
}

// Print writes differences for a reader, with the text of the case that shows them.
func Print(c trial.Case, all []Difference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", c.Name)
	if c.Origin.Mutation != "" {
		fmt.Fprintf(&b, " (broken: %s, at %s)", c.Origin.Mutation, c.Origin.Breaks)
	}
	for _, d := range all {
		fmt.Fprintf(&b, "\n%s %s", d.Aspect, d.Node)
		if d.Explained != "" {
			fmt.Fprintf(&b, " (explained: %s)", d.Explained)
		}
		b.WriteString("\n" + indented(d.Detail))
	}
	b.WriteString("\n" + indented(Text(c)))
	return b.String()
}

// Text is a case as YAML documents, each under a comment that says what it is.
func Text(c trial.Case) string {
	var b strings.Builder
	section := func(title string, texts ...string) {
		for _, text := range texts {
			if text != "" {
				fmt.Fprintf(&b, "--- # %s\n%s\n", title, strings.TrimSpace(text))
			}
		}
	}
	section("RGD", c.RGD)
	section("instance", c.Instance)
	section("existing object", c.Objects...)
	section("sibling RGD", c.Siblings...)
	section("CRD", c.CRDs...)
	for _, o := range c.Observed {
		section(fmt.Sprintf("observed of %s[%d]", o.Node, o.Index), o.Object)
	}
	fmt.Fprintf(&b, "# mode %s, unknown kinds: %s\n", c.Mode, c.Unknown)
	return b.String()
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}
