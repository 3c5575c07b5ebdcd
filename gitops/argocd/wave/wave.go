package wave

import (
	"math"
	"strconv"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
)

// Strategy is how levels become waves.
type Strategy string

// The strategies.
const (
	// Compact leaves a boundary out where Argo CD's order of kinds within a wave gives the
	// order already and there is nothing to wait for. Each boundary costs a sync two seconds.
	Compact Strategy = "compact"
	// Level gives every level of the graph a wave of its own.
	Level Strategy = "level"
)

// Options steer the numbers. The zero value is Compact, from 0, in steps of 1. Of numbers beyond
// 32 bits the nearest one counts that fits.
type Options struct {
	Strategy Strategy // "" is Compact
	// Base is the lowest wave that is given out. Authors may use lower ones.
	Base int
	// Stride is the distance between waves; anything below 1 is 1.
	Stride int
}

// normal are the options with every number in its range.
func (o Options) normal() Options {
	o.Base = min(max(o.Base, math.MinInt32), math.MaxInt32)
	o.Stride = min(max(o.Stride, 1), math.MaxInt32)
	return o
}

// step is the first wave of the options that is not below a number.
func (o Options) step(at int) int {
	if at <= o.Base {
		return o.Base
	}
	return o.Base + (at-o.Base+o.Stride-1)/o.Stride*o.Stride
}

// Placement is when Argo CD applies one object, and why.
type Placement struct {
	Phase Phase
	Wave  int
	// Author reports that the number is what somebody wrote, as a wave or as Helm's hook weight.
	Author bool
	// Reason says to people why the number is not lower, without a full stop.
	Reason string
}

// Annotate gives every object of a result the annotations that Argo CD orders by. It answers the
// objects in the order of the result; they share memory with it where nothing had to change, so
// neither may be modified afterwards. With errors in the list it answers no objects.
func Annotate(p *render.Program, r *render.Result, o Options) ([]map[string]any, diag.List) {
	placements, diags := Place(p, r, o)
	if diags.HasErrors() {
		return nil, diags
	}
	objects := make([]map[string]any, len(r.Objects))
	for i, object := range r.Objects {
		add := map[string]string{}
		if !placements[i].Author {
			add[waveAnnotation] = strconv.Itoa(placements[i].Wave)
		}
		if options, ok := syncOptions(object.Value, p.Catalog()); ok {
			add[optionsAnnotation] = options
		}
		objects[i] = delivered(object.Value, add)
	}
	return objects, diags
}

// Place answers for every object of a result when Argo CD applies it. With errors in the list
// the placements say nothing.
func Place(p *render.Program, r *render.Result, o Options) ([]Placement, diag.List) {
	n := numbering{planner: newPlanner(p, o.normal()), result: r, placements: make([]Placement, len(r.Objects))}
	n.authored()
	n.others()
	for i := range r.Instances {
		n.instance(i)
	}
	return n.placements, n.diags.Sorted()
}
