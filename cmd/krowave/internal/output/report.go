package output

import (
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
)

// RenderReport says what a render put out and what it did not.
type RenderReport struct {
	Header
	Objects     int          `json:"objects"`
	Instances   []Instance   `json:"instances"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Identity is what an instance is called.
type Identity struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

// Instance is one rendered instance.
type Instance struct {
	Identity
	Place
	RGD     string         `json:"rgd"`
	Objects int            `json:"objects"`
	Held    []Held         `json:"held"`
	Absent  []Absent       `json:"absent"`
	Status  map[string]any `json:"status,omitempty"`
}

// Held is a node that is held back.
type Held struct {
	Node       string   `json:"node"`
	Address    string   `json:"address"`
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Waits      []Wait   `json:"waits"`
	After      []string `json:"after"`
}

// Wait is a value that is not known yet.
type Wait struct {
	Path       string `json:"path"`
	Expression string `json:"expression"`
	// Hint says what else can be done than to wait, such as to refer to a Secret by name.
	Hint string `json:"hint,omitempty"`
	Place
}

// Absent is a node that is excluded.
type Absent struct {
	Node    string `json:"node"`
	Address string `json:"address"`
	Because string `json:"because,omitempty"`
	Condition
}

// Condition is an includeWhen expression that is false.
type Condition struct {
	Expression string `json:"expression,omitempty"`
	Place
}

// NewRenderReport is the report on a result, which is nil when there are errors.
func NewRenderReport(r *render.Result, list diag.List) RenderReport {
	report := RenderReport{Header: header("RenderReport"), Instances: []Instance{}, Diagnostics: diagnostics(list)}
	if r == nil {
		return report
	}
	report.Objects = r.Count
	for _, i := range r.Instances {
		report.Instances = append(report.Instances, newInstance(i))
	}
	return report
}

func identity(i render.Instance) Identity {
	namespace, name := i.Names()
	return Identity{APIVersion: i.At.Get("apiVersion").Str(), Kind: i.At.Get("kind").Str(), Namespace: namespace, Name: name}
}

func newInstance(i render.Instance) Instance {
	instance := Instance{Identity: identity(i), Place: PlaceOf(i.At.Span()), RGD: i.RGD, Objects: i.Count, Status: i.Status, Held: []Held{}, Absent: []Absent{}}
	for _, h := range i.Held {
		instance.Held = append(instance.Held, newHeld(h))
	}
	for _, a := range i.Absent {
		instance.Absent = append(instance.Absent, newAbsent(a))
	}
	return instance
}

func newHeld(h eval.Held) Held {
	held := Held{Node: h.Node, Address: h.Address, APIVersion: h.GVK.GroupVersion().String(), Kind: h.GVK.Kind, Waits: []Wait{}, After: h.After}
	if held.After == nil {
		held.After = []string{}
	}
	for _, w := range h.Paths {
		held.Waits = append(held.Waits, Wait{Path: w.Path, Expression: w.Span.Text(), Hint: w.Hint, Place: PlaceOf(w.Span)})
	}
	return held
}

func newAbsent(a eval.Absent) Absent {
	absent := Absent{Node: a.Node, Address: a.Address, Because: a.Because, Condition: Condition{Place: PlaceOf(a.Span)}}
	if a.Because == "" {
		absent.Expression = a.Span.Text()
	}
	return absent
}
