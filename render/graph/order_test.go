package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason       string
		dependencies [][]int
		want         Order
		cycle        []int
	}{
		"Empty": {
			reason: "an RGD without resources is legal",
			want:   Order{Topological: []int{}, Level: []int{}, Wave: []int{}},
		},
		"DeclarationBreaksTies": {
			reason:       "the earliest declared of the resources that can go comes first, even before another level is finished",
			dependencies: [][]int{{2}, {}, {}, {0}},
			want:         Order{Topological: []int{1, 2, 0, 3}, Level: []int{1, 0, 0, 2}, Wave: []int{2, 3, 1, 3}},
		},
		"DepthFirstWhenDeclaredFirst": {
			reason:       "a dependent declared before an independent resource precedes it",
			dependencies: [][]int{{}, {0}, {}},
			want:         Order{Topological: []int{0, 1, 2}, Level: []int{0, 1, 0}, Wave: []int{1, 2, 2}},
		},
		"IsolatedHasHighestWave": {
			reason:       "kro counts waves from the dependents' side",
			dependencies: [][]int{{}, {0}, {1}, {}},
			want:         Order{Topological: []int{0, 1, 2, 3}, Level: []int{0, 1, 2, 0}, Wave: []int{1, 2, 3, 3}},
		},
		"Cycle": {
			reason:       "the cycle is reported from its lowest position, whatever leads into it",
			dependencies: [][]int{{1}, {2}, {3}, {1}},
			cycle:        []int{1, 2, 3, 1},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, cycle := order(tc.dependencies)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\norder(...): -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.cycle, cycle); diff != "" {
				t.Errorf("%s\norder(...) cycle: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
