package known_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/demand"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/eval"
	"github.com/krowave/krowave/render/input"
)

// cluster is everything that exists.
type cluster []map[string]any

// Find implements [eval.Objects].
func (c cluster) Find(kind schema.GroupKind, namespace, name string) (map[string]any, bool) {
	for _, o := range c {
		if kindOf(o) == kind && field(o, "namespace") == namespace && field(o, "name") == name {
			return o, true
		}
	}
	return nil, false
}

// List implements [eval.Objects].
func (c cluster) List(kind schema.GroupKind, namespace string) ([]map[string]any, bool) {
	var all []map[string]any
	for _, o := range c {
		if kindOf(o) == kind && (namespace == "" || field(o, "namespace") == namespace) {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b map[string]any) int {
		return strings.Compare(field(a, "namespace")+"/"+field(a, "name"), field(b, "namespace")+"/"+field(b, "name"))
	})
	return all, true
}

func kindOf(o map[string]any) schema.GroupKind {
	apiVersion, _ := o["apiVersion"].(string)
	kind, _ := o["kind"].(string)
	return schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind()
}

func field(o map[string]any, key string) string {
	metadata, _ := o["metadata"].(map[string]any)
	s, _ := metadata[key].(string)
	return s
}

// observe answers what Observations ask, as a controller does.
func (c cluster) observe(tb testing.TB, all []v1alpha1.Observation) []v1alpha1.Observation {
	tb.Helper()
	for i := range all {
		o := &all[i]
		ref := o.Spec.Instance
		live, _ := c.Find(schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind).GroupKind(), ref.Namespace, ref.Name)
		o.Status.Instance = known.Instance(o.Spec, live, nil)
		for _, node := range o.Spec.Nodes {
			o.Status.Nodes = append(o.Status.Nodes, known.Report(node, c.chosen(tb, node), nil))
		}
	}
	return all
}

func (c cluster) chosen(tb testing.TB, node v1alpha1.ObservedNode) []map[string]any {
	tb.Helper()
	kind := schema.FromAPIVersionAndKind(node.APIVersion, node.Kind).GroupKind()
	if node.Selector == nil {
		if o, ok := c.Find(kind, node.Namespace, node.Name); ok {
			return []map[string]any{o}
		}
		return nil
	}
	selector, err := labels.Parse(labels.FormatLabels(node.Selector.MatchLabels))
	if err != nil {
		tb.Fatal(err)
	}
	live, _ := eval.Whole(c).List(kind, node.Namespace, selector)
	var all []map[string]any
	for _, l := range live {
		all = append(all, l.Object)
	}
	return all
}

// seen is what a render comes to.
type seen struct {
	Objects  []map[string]any
	Held     []string
	Waits    []string
	Absent   []string
	Status   []map[string]any
	Problems []string
}

func outcome(r *render.Result, diags diag.List) seen {
	var s seen
	for _, d := range diags.Sorted() {
		s.Problems = append(s.Problems, fmt.Sprint(d.Code, " ", d.Message))
	}
	if r == nil {
		return s
	}
	for _, o := range r.Objects {
		s.Objects = append(s.Objects, o.Value)
	}
	for _, i := range r.Instances {
		s.Status = append(s.Status, i.Status)
		for _, h := range i.Held {
			s.Held = append(s.Held, h.Address)
			for _, w := range h.Paths {
				s.Waits = append(s.Waits, h.Address+" "+w.Path)
			}
		}
		for _, a := range i.Absent {
			s.Absent = append(s.Absent, a.Address)
		}
	}
	return s
}

// subject is an input of which all is rendered again and again.
type subject struct {
	program *render.Program
	set     *input.Set
}

func newSubject(tb testing.TB, engine *render.Engine, files fstest.MapFS) (subject, bool) {
	tb.Helper()
	set, diags := input.Load(files, []string{"."}, input.Options{})
	p, more := engine.Compile(render.Input{
		RGDs: input.Nodes(set.RGDs), CRDs: input.Nodes(set.CRDs), Objects: input.Nodes(set.Objects),
	}, render.Options{AllowEmpty: true})
	if all := append(diags, more...); all.HasErrors() {
		return subject{}, false
	}
	return subject{p, set}, true
}

func (s subject) render(o eval.Observed) (*render.Result, diag.List) {
	return s.program.For(input.Nodes(s.set.Objects), o, render.Options{AllowEmpty: true}).Render()
}

// compare renders once with everything that exists, and then with no more than what renders ask for, until they ask for
// nothing new.
func (s subject) compare(tb testing.TB, all cluster) seen {
	tb.Helper()
	full, diags := s.render(eval.Whole(all))
	want := outcome(full, diags)
	var observations []v1alpha1.Observation
	var got seen
	for round := 0; ; round++ {
		r, diags := s.render(known.New(observations, nil))
		got = outcome(r, diags)
		if r == nil {
			break
		}
		next := all.observe(tb, demand.Demand(s.program, r, demand.Options{}))
		if cmp.Equal(observations, next) {
			break
		}
		if observations = next; round > 20 {
			tb.Fatal("every render asks for something else")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Errorf("with what was asked for alone: -want +got\n%s", diff)
	}
	return got
}

// TestAskedIsEnough: what a render asks for is all that it depends on.
func TestAskedIsEnough(t *testing.T) {
	t.Parallel()
	engine, err := render.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	compiled, typed, objects, held, problems := 0, 0, 0, 0, 0
	for seed := range uint64(60) {
		g := generator{rand.New(rand.NewPCG(seed, 7)), seed%2 == 1} //nolint:gosec,forbidigo // the same cases in each run
		files := g.files()
		s, ok := newSubject(t, engine, files)
		if !ok {
			continue
		}
		if compiled++; files["crds.yaml"] != nil {
			typed++
		}
		for range 4 {
			got := s.compare(t, g.cluster())
			objects, held, problems = objects+len(got.Objects), held+len(got.Held), problems+len(got.Problems)
			if t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, files["rgd.yaml"].Data)
			}
		}
	}
	t.Logf("%d RGDs, %d with schemas, %d objects, %d held, %d problems", compiled, typed, objects, held, problems)
	if compiled < 60 || objects < 1000 || held < 300 {
		t.Error("most cases say nothing")
	}
}
