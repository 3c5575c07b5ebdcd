package render

import (
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// Result is what a render gives.
type Result struct {
	// Objects are in the order in which to apply them.
	Objects []Object
	// Count is the number of objects, also where [Program.RenderTo] handed them over.
	Count int
	// Instances are the rendered instances in the order of the input.
	Instances []Instance
}

// Object is one object of a result.
type Object struct {
	// Value is the object; the caller owns it.
	Value map[string]any
	// At is the text that the object was made from: a template, an instance, or the
	// object itself. Of a generated CRD it is the RGD's schema.
	At *source.Node
	// Base is the node that made the object; nil for the instance itself and for
	// objects that belong to none.
	Base *graph.Base
	// Instance is the position in [Result.Instances] of the instance that the object
	// belongs to, or -1 for CRDs and for objects that pass through.
	Instance int
	// Node is the id of the node that made it, or "" for the instance itself and for
	// objects that belong to none.
	Node string
	// Item is the position in a collection, or -1.
	Item int
	// Address is Node with the position of the item behind each collection, as in [eval.Held]: parts[2]/config[0].
	Address string
	// Level counts from 0 inside an instance; everything on a level can be applied at
	// once when the levels before it are there. Objects that belong to no instance have 0.
	Level int
}

// Instance is one rendered instance.
type Instance struct {
	At     *source.Node
	Value  map[string]any // as the API server would store it; nil after [Program.RenderTo]
	RGD    string
	Levels int // the instance itself stands on this level, behind all of its objects
	Held   []eval.Held
	Absent []eval.Absent
	Status map[string]any // the fields of its status that are known
	Count  int            // of its objects in the result, itself included

	namespace, name string
	objects         []eval.Object
	wanted          []eval.Wanted
}

// Held reports that some instance waits for run-time values.
func (r *Result) Held() bool {
	for _, i := range r.Instances {
		if len(i.Held) > 0 {
			return true
		}
	}
	return false
}
