package projection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/utils/lru"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/graph"
)

// The states of an instance.
const (
	Active     = "ACTIVE"
	InProgress = "IN_PROGRESS"
	Error      = "ERROR"
)

// DefaultCompiled is how many statuses an Evaluator keeps compiled.
const DefaultCompiled = 1024

// Evaluator evaluates statuses.
type Evaluator struct {
	language *expr.Language
	compiled *lru.Cache
}

// New keeps the given number of compiled statuses; 0 means [DefaultCompiled].
func New(language *expr.Language, keep int) *Evaluator {
	if keep == 0 {
		keep = DefaultCompiled
	}
	return &Evaluator{language: language, compiled: lru.New(keep)}
}

// Instance is what the cluster has of the instance itself.
type Instance struct {
	// Generation is metadata.generation.
	Generation int64
	// Created is metadata.creationTimestamp.
	Created time.Time
	// Status is .status as it stands.
	Status map[string]any
}

// Input is what one evaluation needs. Nothing of it is changed.
type Input struct {
	Spec *v1alpha1.ObservationSpec
	// Known is what is known of the nodes, in the order of the spec, and of the instance.
	Known *v1alpha1.ObservationStatus
	// Instance is nil while there is none.
	Instance *Instance
	// Now is stamped on conditions that change.
	Now time.Time
}

// Output is an evaluated status.
type Output struct {
	// Projection are the fields of the RGD's status that are known, without state and conditions.
	Projection map[string]any
	// State is that of the instance after kro's rules.
	State string
	// Status is the whole .status of the instance, or nil when there is no instance.
	Status map[string]any
	// Problems say what could not be evaluated, without any value.
	Problems []string
}

// Evaluate evaluates the status of an instance.
func (e *Evaluator) Evaluate(in Input) Output {
	s := stand(in.Spec, in.Known)
	out := Output{State: s.state}
	kro := builtin(s)
	projection, diags := e.compile(in.Spec)
	var projected *eval.Projected
	switch {
	case projection != nil:
		projected, diags = eval.Project(eval.Projecting{Projection: projection, Instance: instanceOf(in), Nodes: nodesOf(in), Builtin: kro})
		out.Projection = projected.Status
	case diags.HasErrors():
		projected = &eval.Projected{Incomplete: true, Degraded: len(in.Spec.Conditions) > 0}
	default:
		projected = &eval.Projected{}
	}
	for _, d := range diags {
		// The message of a failed evaluation may quote a value, its place does not.
		out.Problems = append(out.Problems, fmt.Sprintf("%s: %s", d.Code, d.Span.Text()))
	}
	if projected.Degraded {
		out.State = Error
	}
	if in.Instance != nil {
		out.Status = whole(in, out, kro, projected)
	}
	return out
}

// whole is .status of the instance.
func whole(in Input, out Output, kro []dialect.Condition, projected *eval.Projected) map[string]any {
	status := map[string]any{}
	for k, v := range out.Projection {
		if k != "conditions" && k != "state" {
			status[k] = v
		}
	}
	previous := previousConditions(in.Instance.Status)
	var conditions []Condition
	if len(in.Spec.Conditions) > 0 {
		conditions = stamp(authored(projected.Conditions), previous, in.Instance.Generation, in.Now, in.Now)
		if projected.Incomplete {
			conditions = merged(conditions, previous)
		}
	} else {
		conditions = stamp(own(kro), previous, in.Instance.Generation, in.Instance.Created, in.Now)
		ordered(conditions)
	}
	list := make([]any, len(conditions))
	for i, c := range conditions {
		list[i] = c.json()
	}
	status["state"], status["conditions"] = out.State, list
	return status
}

// json is the condition as data.
func (c Condition) json() map[string]any {
	m := map[string]any{"type": c.Type, "status": c.Status}
	if c.LastTransitionTime != "" {
		m["lastTransitionTime"] = c.LastTransitionTime
	}
	if c.Reason != nil {
		m["reason"] = *c.Reason
	}
	if c.Message != nil {
		m["message"] = *c.Message
	}
	if c.ObservedGeneration != 0 {
		m["observedGeneration"] = c.ObservedGeneration
	}
	return m
}

// Same reports that two statuses are the same JSON.
func Same(a, b map[string]any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}

// compilation is the result of compiling one status.
type compilation struct {
	projection *graph.Projection
	diags      diag.List
}

// compile answers nothing at all for an RGD without a status.
func (e *Evaluator) compile(spec *v1alpha1.ObservationSpec) (*graph.Projection, diag.List) {
	var status []byte
	if spec.Status != nil {
		status = spec.Status.Raw
	}
	if len(status) == 0 && len(spec.Conditions) == 0 {
		return nil, nil
	}
	key := string(status) + "\x00" + strings.Join(spec.Conditions, "\x00")
	if c, ok := e.compiled.Get(key); ok {
		if found, is := c.(compilation); is {
			return found.projection, found.diags
		}
	}
	var c compilation
	c.projection, c.diags = graph.CompileProjection(e.language, status, spec.Conditions)
	e.compiled.Add(key, c)
	return c.projection, c.diags
}

// instanceOf is what expressions see under schema.
func instanceOf(in Input) eval.Live {
	i := in.Spec.Instance
	node := v1alpha1.ObservedNode{APIVersion: i.APIVersion, Kind: i.Kind, Namespace: i.Namespace, Name: i.Name, Fields: in.Spec.InstanceFields}
	if seen := in.Known.Instance; seen != nil && len(seen.Objects) > 0 {
		return known.Object(node, seen.Objects[0])
	}
	return known.Object(node, v1alpha1.ObservedObject{Namespace: i.Namespace, Name: i.Name})
}

// nodesOf are the live objects by the id of their node. As in kro those count that exist.
func nodesOf(in Input) map[string]eval.LiveNode {
	nodes := map[string]eval.LiveNode{}
	for _, id := range in.Spec.Empty {
		nodes[id] = eval.LiveNode{Collection: true}
	}
	for i := range in.Spec.Nodes {
		asked := &in.Spec.Nodes[i]
		n := nodes[asked.ID]
		n.Collection = asked.Item != nil || asked.Selector != nil
		seen := find(in.Known, asked)
		if seen != nil && seen.Exists {
			for j := range seen.Objects {
				n.Objects = append(n.Objects, known.Object(*asked, seen.Objects[j]))
			}
		}
		if asked.Selector != nil && seen == nil {
			continue // which objects there are is not known
		}
		nodes[asked.ID] = n
	}
	return nodes
}

// find is what is known of a node, or nil.
func find(status *v1alpha1.ObservationStatus, asked *v1alpha1.ObservedNode) *v1alpha1.NodeObservation {
	i := slices.IndexFunc(status.Nodes, func(n v1alpha1.NodeObservation) bool {
		return n.ID == asked.ID && (n.Item == nil) == (asked.Item == nil) && (n.Item == nil || *n.Item == *asked.Item)
	})
	if i < 0 {
		return nil
	}
	return &status.Nodes[i]
}
