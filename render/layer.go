package render

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/rgd"
)

// layersOf groups RGDs so that each comes after those whose kinds it uses. RGDs whose
// templates contain each other are reported and left out.
func layersOf(units []*unit) ([][]int, diag.List) {
	s := sorter{units: units, depth: make([]int, len(units))}
	s.connect()
	var layers [][]int
	for i := range units {
		depth := s.visit(i)
		for len(layers) < depth {
			layers = append(layers, nil)
		}
		if depth > 0 {
			layers[depth-1] = append(layers[depth-1], i)
		}
	}
	return layers, s.diags
}

// sorter finds how deep RGDs are nested.
type sorter struct {
	units []*unit
	depth []int // 1-based, or one of the constants below
	path  []int // what is being visited, each used by the one before it
	diags diag.List
}

const (
	unvisited = 0
	visiting  = -1
	circular  = -2
)

// connect finds the RGDs that each RGD uses. A reference to an external object of the
// RGD's own kind needs no schema that is not there.
func (s *sorter) connect() {
	defined := make(map[schema.GroupVersionKind]int, len(s.units))
	for i, u := range s.units {
		defined[u.rgd.Schema.GVK()] = i
	}
	for i, u := range s.units {
		for _, res := range u.rgd.Resources {
			if at, ok := defined[kindOf(res)]; ok && !slices.Contains(u.needs, at) && (res.External == nil || at != i) {
				u.needs = append(u.needs, at)
			}
		}
	}
}

// visit is the depth of an RGD, or circular when it is part of a circle or uses such a part.
func (s *sorter) visit(i int) int {
	switch s.depth[i] {
	case unvisited:
	case visiting:
		s.circle(s.path[slices.Index(s.path, i):])
		return circular
	default:
		return s.depth[i]
	}
	s.depth[i] = visiting
	s.path = append(s.path, i)
	depth := 1
	for _, n := range s.units[i].needs {
		below := s.visit(n)
		if below == circular {
			depth = circular
			break
		}
		depth = max(depth, below+1)
	}
	s.path = s.path[:len(s.path)-1]
	s.depth[i] = depth
	return depth
}

// circle reports RGDs that contain each other, and the templates by which they do. The
// report stands at the first of them in the input, wherever the walk came upon them.
func (s *sorter) circle(path []int) {
	start := slices.Index(path, slices.Min(path))
	members := slices.Concat(path[start:], path[:start])
	first := s.units[members[0]].rgd
	text := fmt.Sprintf("the RGD %q contains itself", first.Name)
	if len(members) > 1 {
		names := make([]string, len(members)+1)
		for i := range names {
			names[i] = s.units[members[i%len(members)]].rgd.Name
		}
		text = "these RGDs contain each other: " + strings.Join(names, " → ")
	}
	d := s.diags.Errorf(diag.GraphNestedCycle, first.Schema.Node.Get("kind").Span(), "%s", text).
		WithHint("one instance would create others for ever")
	for i, member := range members {
		inner := s.units[members[(i+1)%len(members)]].rgd
		for _, res := range s.units[member].rgd.Resources {
			if kindOf(res) == inner.Schema.GVK() {
				d.WithRelated(res.IDNode.Span(), "%s contains %s here", s.units[member].rgd.Name, inner.Name)
				break
			}
		}
	}
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
