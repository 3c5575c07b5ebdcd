package render

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/rgd"
)

// layersOf groups RGDs so that each comes after those whose kinds it uses. RGDs whose
// templates contain each other are reported and left out.
func layersOf(units []*unit) ([][]int, diag.List) {
	defined := make(map[schema.GroupVersionKind]int, len(units))
	for i, u := range units {
		s := u.rgd.Schema
		defined[schema.GroupVersionKind{Group: s.Group, Version: s.Version, Kind: s.Kind}] = i
	}
	for i, u := range units {
		u.needs = nil
		for _, res := range u.rgd.Resources {
			if at, ok := defined[kindOf(res)]; ok && !slices.Contains(u.needs, at) && (res.External == nil || at != i) {
				u.needs = append(u.needs, at)
			}
		}
	}
	level := make([]int, len(units)) // 0 is unknown, -1 is on the way, -2 is in a cycle
	var diags diag.List
	var visit func(i int) int
	visit = func(i int) int {
		switch {
		case level[i] > 0:
			return level[i]
		case level[i] == -1:
			return -2
		case level[i] == -2:
			return -2
		}
		level[i] = -1
		depth := 1
		for _, n := range units[i].needs {
			d := visit(n)
			if d == -2 {
				diags.Errorf(diag.GraphNestedCycle, units[i].rgd.Schema.Node.Get("kind").Span(), "the RGDs %q and %q contain each other", units[i].rgd.Name, units[n].rgd.Name)
				level[i] = -2
				return -2
			}
			depth = max(depth, d+1)
		}
		level[i] = depth
		return depth
	}
	var layers [][]int
	for i := range units {
		d := visit(i)
		for len(layers) < d {
			layers = append(layers, nil)
		}
		if d > 0 {
			layers[d-1] = append(layers[d-1], i)
		}
	}
	return layers, diags
}

// kindOf is the kind of a resource.
func kindOf(res rgd.Resource) schema.GroupVersionKind {
	if res.External != nil {
		return schema.FromAPIVersionAndKind(res.External.APIVersion, res.External.Kind)
	}
	return schema.FromAPIVersionAndKind(res.Template.Get("apiVersion").Str(), res.Template.Get("kind").Str())
}

// each runs a function for every number below n on some goroutines. The function
// writes only what belongs to its number, so that the result does not depend on their count.
func each(workers, n int, f func(i int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var group sync.WaitGroup
	next := make(chan int)
	for range workers {
		group.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
