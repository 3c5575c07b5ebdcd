package render_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
)

// TestFor: a program that was compiled for nothing, and then reused, renders what one that was compiled for
// these objects renders, whatever the namespace and the mode of its first use.
func TestFor(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine, err := newEngine()
			if err != nil {
				t.Fatal(err)
			}
			o := s.options
			in, _ := s.load(&o)
			fresh, _ := engine.Compile(in, o)
			first, other := in, o
			first.Objects, first.Observed = nil, nil
			other.Namespace, other.Mode, other.Strict, other.MaxItems = "elsewhere", render.Passthrough, !o.Strict, 1
			shared, _ := engine.Compile(first, other)
			if fresh == nil || shared == nil {
				if fresh != shared {
					t.Fatalf("want %v, got %v", fresh, shared)
				}
				return
			}
			_, _ = shared.Render()
			want, wantDiags := fresh.Render()
			got, gotDiags := shared.For(in.Objects, in.Observed, o).Render()
			if diff := cmp.Diff(lines(wantDiags), lines(gotDiags)); diff != "" {
				t.Errorf("diagnostics: -want +got\n%s", diff)
			}
			if (want == nil) != (got == nil) {
				t.Fatalf("a result: want %t, got %t", want != nil, got != nil)
			}
			if want == nil {
				return
			}
			if diff := cmp.Diff(want.Annotated(), got.Annotated()); diff != "" {
				t.Errorf("objects: -want +got\n%s", diff)
			}
		})
	}
}

// TestRenderTo: the objects that are handed over in parts are those of a result, and the rest of the result is the same.
func TestRenderTo(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := s.render(t, 2).program
			if p == nil {
				return
			}
			want, wantDiags := p.Render()
			parts := make([][]map[string]any, p.Parts())
			got, gotDiags := p.RenderTo(func(part render.Part) { parts[part.Index] = part.Annotated() })
			if diff := cmp.Diff(lines(wantDiags), lines(gotDiags)); diff != "" {
				t.Errorf("diagnostics: -want +got\n%s", diff)
			}
			if (want == nil) != (got == nil) {
				t.Fatalf("a result: want %t, got %t", want != nil, got != nil)
			}
			if want == nil {
				return
			}
			if diff := cmp.Diff(want.Annotated(), slices.Concat(parts...), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("objects: -want +got\n%s", diff)
			}
			if diff := cmp.Diff(heldText(want), heldText(got)); diff != "" {
				t.Errorf("held: -want +got\n%s", diff)
			}
			if want.Count != len(want.Objects) || got.Count != want.Count || got.Objects != nil {
				t.Errorf("want %d objects and none of them kept, got %d and %d, and %d", len(want.Objects), want.Count, got.Count, len(got.Objects))
			}
			for i, w := range want.Instances {
				if g := got.Instances[i]; g.ID() != w.ID() || g.Count != w.Count || g.Value != nil {
					t.Errorf("instance %d: want %s with %d objects, got %s with %d, and the value %v", i, w.ID(), w.Count, g.ID(), g.Count, g.Value)
				}
			}
		})
	}
}

// lines are diagnostics as text.
func lines(list diag.List) []string {
	var all []string
	for _, d := range list.Sorted() {
		all = append(all, string(d.Code)+" "+d.Span.Path()+" "+d.Span.Text()+" "+d.Message)
	}
	return all
}
