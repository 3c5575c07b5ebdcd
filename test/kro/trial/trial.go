// Package trial is the common vocabulary of the differential suite: what is put before both
// engines, and what an engine answers.
//
// In: YAML text, as a user writes it. Out: plain values that can be compared. It computes
// nothing, so that neither engine can lean on the other.
package trial

// Case is one question: an RGD, maybe an instance of it, and the cluster around them.
type Case struct {
	// Name is unique in its suite. Origin says how to make the case again.
	Name   string
	Origin Origin

	// RGD is one YAML document. Instance is one, or empty when only the RGD is judged.
	RGD      string
	Instance string

	// Siblings are the other RGDs of the cluster, CRDs its CRDs, Objects everything that
	// exists already: external references read those. One document each.
	Siblings []string
	CRDs     []string
	Objects  []string

	// Observed is what the cluster says about the nodes of the instance.
	Observed []Observation
	Mode     Mode

	// Namespace is given to a namespaced instance that names none; empty means "default".
	Namespace string
	Unknown   UnknownKinds
}

// Origin is where a case comes from.
type Origin struct {
	Seed     uint64
	Features []string
	// Mutation names how a valid case was broken, and Breaks where kro must notice.
	Mutation string
	Breaks   Stage
}

// Observation is what the cluster says about one object of a node. It is merged over what the
// node's template resolves to, so it can be partial: usually a status.
type Observation struct {
	Node   string
	Index  int // of a collection's items
	Object string
}

// Mode says which nodes have an observed object.
type Mode string

const (
	// Given observes the nodes that have an Observation and no other: a reconcile in
	// which the rest does not exist yet.
	Given Mode = "given"
	// Echo observes every node as its template resolves, under its Observation if it has
	// one: the state after everything was applied.
	Echo Mode = "echo"
	// Settled is Echo for an RGD without any readyWhen, in which every observed node is ready:
	// the state that shows all objects.
	Settled Mode = "settled"
)

// UnknownKinds says what happens to a kind that has no schema.
type UnknownKinds string

const (
	// Refuse is what kro does.
	Refuse UnknownKinds = "refuse"
	// Permissive takes the kind as namespaced, with any content.
	Permissive UnknownKinds = "permissive"
)

// Stage is the step at which something is refused.
type Stage string

// The stages, in the order in which a cluster meets them.
const (
	Accepted       Stage = ""
	StageAdmission Stage = "admission" // the API server refuses the RGD
	StageBuild     Stage = "build"     // kro refuses the RGD
	StageCRD       Stage = "crd"       // the API server refuses the generated CRD
	StageInstance  Stage = "instance"  // the API server refuses the instance
	StageRun       Stage = "run"       // the reconcile of the instance fails for good
	StagePanic     Stage = "panic"     // the engine crashed
	StageInput     Stage = "input"     // the case itself is broken
)

// Verdict is accepted, or the stage and the text of the first refusal.
type Verdict struct {
	Stage Stage
	Error string
}

// Accepted tells whether nothing was refused.
func (v Verdict) Accepted() bool { return v.Stage == Accepted }

// Result is the answer to a Case. What a refused stage would have computed stays empty.
type Result struct {
	Verdict Verdict

	// Order is the topological order, Waves the apply order, Dependencies the sorted ids
	// a node refers to. All by node id.
	Order        []string
	Waves        map[string]int
	Dependencies map[string][]string

	// CRD is the generated CRD without apiVersion, kind and what a controller adds; Instance is the
	// instance after admission: defaulted, pruned, with a namespace.
	CRD      map[string]any
	Instance map[string]any

	Nodes map[string]Node

	// Status are the projections; StatusError says why they could not be computed.
	Status      map[string]any
	StatusError string
	// Conditions are the author's own, in order; ConditionsError tells of lost ones.
	Conditions      []map[string]any
	ConditionsError string
}

// NodeState is what became of a node.
type NodeState string

const (
	// Resolved nodes have objects; an empty collection has none and is resolved too.
	Resolved NodeState = "resolved"
	// Ignored nodes are excluded by an includeWhen, their own or a dependency's.
	Ignored NodeState = "ignored"
	// Pending nodes wait for data or for the readiness of a dependency.
	Pending NodeState = "pending"
	// Fatal nodes can never be resolved with this input.
	Fatal NodeState = "fatal"
)

// NodeKind is the type of a node.
type NodeKind string

// The kinds of node an RGD can declare.
const (
	Resource           NodeKind = "resource"
	Collection         NodeKind = "collection"
	External           NodeKind = "external"
	ExternalCollection NodeKind = "externalCollection"
)

// Node is what became of one node of an instance.
type Node struct {
	Kind  NodeKind
	State NodeState
	// Message says why a node is pending or fatal. Engines word it differently.
	Message string
	// Objects are the desired objects, with their namespace and without engine labels.
	// Of an external node it is the reference.
	Objects []map[string]any
	// Observed is what expressions of other nodes saw; nil when nothing was observed.
	Observed []map[string]any
	Ready    bool
}
