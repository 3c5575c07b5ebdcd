package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/source"
)

// TestNestingCycles: RGDs that contain each other are one problem, however many there are and
// whoever else uses them: at the first of them in the input, with each of the others as related.
func TestNestingCycles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		uses   [][]int // by RGD, the RGDs whose kinds its templates have
		want   []string
	}{
		"none":    {"nothing to report", [][]int{{1}, {2}, {}}, nil},
		"pair":    {"both sides of a pair", [][]int{{1}, {0}}, []string{"0: 0 1"}},
		"self":    {"an RGD inside itself", [][]int{{0}}, []string{"0: 0"}},
		"twice":   {"several templates of one kind", [][]int{{1, 1}, {0, 0}}, []string{"0: 0 1"}},
		"user":    {"the walk enters at the second of the pair", [][]int{{2}, {2}, {1}}, []string{"1: 1 2"}},
		"users":   {"several RGDs use the pair", [][]int{{1}, {0}, {0}, {1}, {0, 1}}, []string{"0: 0 1"}},
		"three":   {"a circle of three, entered in the middle", [][]int{{2}, {3}, {1}, {2, 1}}, []string{"1: 1 3 2"}},
		"two":     {"two circles", [][]int{{1}, {0}, {3}, {2}}, []string{"0: 0 1", "2: 2 3"}},
		"joined":  {"circles that share an RGD", [][]int{{1}, {0, 2}, {1}}, []string{"0: 0 1"}},
		"through": {"a circle that uses another one", [][]int{{1}, {0, 2}, {3}, {2}}, []string{"0: 0 1", "2: 2 3"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine, err := render.NewEngine()
			if err != nil {
				t.Fatal(err)
			}
			in := render.Input{}
			for i, uses := range c.uses {
				in.RGDs = append(in.RGDs, nestingRGD(t, i, uses))
			}
			_, diags := engine.Compile(in, render.Options{})
			var got []string
			for _, d := range diags.Sorted() {
				if d.Code != diag.GraphNestedCycle {
					t.Errorf("%s: %s", d.Code, d.Message)
					continue
				}
				places := make([]string, len(d.Related))
				for i, r := range d.Related {
					places[i] = fileNumber(r.Span)
				}
				got = append(got, fileNumber(d.Span)+": "+strings.Join(places, " "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", c.reason, diff)
			}
		})
	}
}

// nestingRGD is an RGD with a resource for each use, in a file of its own.
func nestingRGD(t *testing.T, number int, uses []int) *source.Node {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: rgd%[1]d}
spec:
  schema: {apiVersion: v1, kind: Kind%[1]d}
  resources:
`, number)
	for i, use := range uses {
		fmt.Fprintf(&b, "    - {id: r%d, template: {apiVersion: kro.run/v1, kind: Kind%d, metadata: {name: x%d}}}\n", i, use, i)
	}
	return document(t, fmt.Sprintf("%d.yaml", number), b.String())
}

func fileNumber(s source.Span) string { return strings.TrimSuffix(s.File().Path(), ".yaml") }
