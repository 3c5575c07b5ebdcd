package eval

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/expr/dialect"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Result is one rendered instance.
type Result struct {
	// Objects are in topological order; the items of a collection follow each other in
	// the order of its iterators. Of a nested RGD the children come first, then its instance.
	Objects []Object
	// Held are the nodes that wait for a run-time value, in topological order.
	Held []Held
	// Absent are the nodes that a condition excludes, in topological order.
	Absent []Absent
	// Wanted are the objects of external nodes, and those of held nodes whose names are known, in topological order.
	Wanted []Wanted
	// Status holds the fields of the instance's status that are known.
	Status map[string]any
	// Conditions are the author's conditions that are known, in the order of the RGD.
	Conditions []dialect.Condition
	// Levels is the number of levels that the graph has, nested ones included: an
	// object's Level is below it. It does not depend on the instance.
	Levels int
}

// Object is one rendered object.
type Object struct {
	// Node is the id of the node; in a nested RGD the ids on the way to it, joined by slashes.
	Node string
	// Above is the address of the instance of a nested RGD that the object belongs to, with a slash behind: parts[2]/ for
	// an object of the third of the parts. It is empty for objects of the instance itself.
	Above string
	// Item is the position in a collection, or -1.
	Item  int
	Level int
	// Instance reports that the object is the instance of a nested RGD.
	Instance bool
	Value    map[string]any
	// Base is the node that made the object.
	Base *graph.Base
	// Program is the RGD of the instance of a nested RGD, otherwise nil.
	Program *Program
}

// Held is a node that cannot be rendered yet.
type Held struct {
	Node string
	// Address is Node with the position of the item behind each nested collection on the way:
	// parts[2]/config for the node parts/config of the third of the parts.
	Address string
	// Paths are what the node's own expressions wait for, such as bucket.status.arn, sorted.
	Paths []Wait
	// After are the addresses of the held nodes that it depends on, in topological order.
	After []string
	Span  source.Span
	GVK   schema.GroupVersionKind
}

// Wait is one missing value.
type Wait struct {
	// Path is the value as an expression writes it.
	Path string
	// Span is the expression that needs it.
	Span source.Span
	// Hint says what else can be done than to wait; empty when there is nothing.
	Hint string
}

// Absent is a node that is excluded.
type Absent struct {
	Node string
	// Address is as in [Held].
	Address string
	// Because is the address of the excluded node that it depends on; empty when its own
	// includeWhen is false.
	Because string
	// Span is the includeWhen expression that is false, or the node when Because is set.
	Span source.Span
}
