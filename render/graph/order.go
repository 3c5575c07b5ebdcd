package graph

import (
	"container/heap"
	"slices"
)

// Order is what the dependencies of an RGD's resources decide. All slices are
// indexed by the position of the resource in the RGD unless said otherwise, and
// none of them depends on anything but the graph itself.
type Order struct {
	// Topological holds positions: of the resources whose dependencies are done
	// always the one declared first, as in kro (docs/compat/kro.md#order).
	Topological []int
	// Level is the length of the longest path from a resource without dependencies, 0-based.
	Level []int
	// Wave is kro's apply order, 1-based: resources that nobody depends on have the
	// highest number. kro deletes by it, highest first.
	Wave []int
}

// order sorts a graph given as dependency lists. The lists must be free of self
// references. When there are cycles, order answers one of them, the first by
// position: its first and last element are equal.
func order(dependencies [][]int) (Order, []int) {
	n := len(dependencies)
	dependents, missing := make([][]int, n), make([]int, n)
	for i, deps := range dependencies {
		missing[i] = len(deps)
		for _, d := range deps {
			dependents[d] = append(dependents[d], i)
		}
	}
	o := Order{Topological: make([]int, 0, n), Level: make([]int, n), Wave: make([]int, n)}
	ready := make(positions, 0, n)
	for i, m := range missing {
		if m == 0 {
			ready = append(ready, i)
		}
	}
	heap.Init(&ready)
	for len(ready) > 0 {
		i, _ := heap.Pop(&ready).(int)
		o.Topological = append(o.Topological, i)
		for _, d := range dependents[i] {
			o.Level[d] = max(o.Level[d], o.Level[i]+1)
			if missing[d]--; missing[d] == 0 {
				heap.Push(&ready, d)
			}
		}
	}
	if len(o.Topological) < n {
		return Order{}, cycle(dependencies)
	}
	depth := 0
	height := make([]int, n) // longest path to a resource that nobody depends on
	for _, i := range slices.Backward(o.Topological) {
		for _, d := range dependents[i] {
			height[i] = max(height[i], height[d]+1)
		}
		depth = max(depth, height[i]+1)
	}
	for i := range n {
		o.Wave[i] = depth - height[i]
	}
	return o, nil
}

// positions is a heap of positions, smallest first.
type positions []int

func (p positions) Len() int           { return len(p) }
func (p positions) Less(i, j int) bool { return p[i] < p[j] }
func (p positions) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }

// Push implements [heap.Interface].
func (p *positions) Push(x any) {
	if i, ok := x.(int); ok {
		*p = append(*p, i)
	}
}

// Pop implements [heap.Interface].
func (p *positions) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// cycle finds the first cycle: it starts at the lowest position that lies on one
// and follows dependencies in their order.
func cycle(dependencies [][]int) []int {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(dependencies))
	var path []int
	var visit func(i int) []int
	visit = func(i int) []int {
		state[i] = open
		path = append(path, i)
		for _, d := range dependencies[i] {
			if state[d] == open {
				return append(slices.Clone(path[slices.Index(path, d):]), d)
			}
			if state[d] == unseen {
				if c := visit(d); c != nil {
					return c
				}
			}
		}
		state[i] = done
		path = path[:len(path)-1]
		return nil
	}
	for i := range dependencies {
		if state[i] == unseen {
			if c := visit(i); c != nil {
				return c
			}
		}
	}
	return nil
}
