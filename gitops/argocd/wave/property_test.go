package wave_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/wave"
	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/emit"
)

// sample is a kind of which random graphs are made.
type sample struct{ apiVersion, kind, health string }

// samples have, for each kind, whether Argo CD waits for it: this is the test's own account.
func samples() []sample {
	return []sample{
		{"v1", "ConfigMap", "none"},
		{"v1", "Secret", "none"},
		{"v1", "ServiceAccount", "none"},
		{"rbac.authorization.k8s.io/v1", "Role", "none"},
		{"networking.k8s.io/v1", "NetworkPolicy", "none"},
		{"apps/v1", "Deployment", "checked"},
		{"batch/v1", "Job", "checked"},
		{"apps/v1", "StatefulSet", "checked"},
		{"batch/v1", "CronJob", "checked"},
		{"kro.run/v1alpha1", "Inner", "checked"},
	}
}

// random is an RGD whose edges are known.
type random struct {
	kinds []sample
	edges map[int][]int  // by node: what it waits for, positions below its own
	notes map[int]string // by node: annotations of the author's
}

// sequence gives numbers that look random and are the same in every run.
type sequence uint64

func (s *sequence) below(n int) int {
	*s = *s*6364136223846793005 + 1442695040888963407
	return int(*s>>33) % n
}

func newRandom(seed uint64) random {
	r := sequence(seed)
	g := random{edges: map[int][]int{}}
	for i := range 2 + r.below(10) {
		g.kinds = append(g.kinds, samples()[r.below(len(samples()))])
		for d := range i {
			if r.below(4) == 0 {
				g.edges[i] = append(g.edges[i], d)
			}
		}
	}
	return g
}

// rgd writes the nodes in the order of a permutation. Dependencies stand in labels, which all kinds have.
func (g random) rgd(order []int) string {
	var b strings.Builder
	b.WriteString("apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: {name: outer}\n" +
		"spec:\n  schema:\n    apiVersion: v1alpha1\n    kind: Outer\n    spec: {name: string}\n  resources:\n")
	for _, i := range order {
		k := g.kinds[i]
		fmt.Fprintf(&b, "  - id: n%d\n    template:\n      apiVersion: %s\n      kind: %s\n      metadata:\n        name: ${schema.spec.name}-n%d\n        labels:\n          a: b\n", i, k.apiVersion, k.kind, i)
		for _, d := range g.edges[i] {
			fmt.Fprintf(&b, "          after-%d: ${n%d.metadata.name}\n", d, d)
		}
		if g.notes[i] != "" {
			fmt.Fprintf(&b, "        annotations: {%s}\n", g.notes[i])
		}
		if k.kind == "Inner" {
			fmt.Fprintf(&b, "      spec:\n        name: ${schema.spec.name}-n%d\n", i)
		}
	}
	return b.String()
}

const inner = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: inner}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Inner
    spec: {name: string}
  resources:
  - id: settings
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "${schema.spec.name}-settings"}
  - id: access
    template:
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: "${schema.spec.name}-access", labels: {after: "${settings.metadata.name}"}}
`

func outerInstance(name string) string {
	return "apiVersion: kro.run/v1alpha1\nkind: Outer\nmetadata: {name: " + name + ", namespace: prod}\nspec: {name: " + name + "}\n"
}

func ascending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func (g random) files(order []int, instances ...string) fstest.MapFS {
	files := fstest.MapFS{"inner.yaml": {Data: []byte(inner)}, "outer.yaml": {Data: []byte(g.rgd(order))}}
	for _, name := range instances {
		files[name+".yaml"] = &fstest.MapFile{Data: []byte(outerInstance(name))}
	}
	return files
}

// waves are the waves of the objects of the instance shop by their nodes; those of a nested RGD also by its node.
func (o outcome) waves() map[string][]int {
	waves := map[string][]int{}
	for i, object := range o.result.Objects {
		if object.Instance < 0 {
			continue
		}
		if _, name := o.result.Instances[object.Instance].Names(); name == "shop" {
			waves[object.Node] = append(waves[object.Node], o.placements[i].Wave)
			if first, _, nested := strings.Cut(object.Node, "/"); nested {
				waves[first] = append(waves[first], o.placements[i].Wave)
			}
		}
	}
	return waves
}

// TestEdges: along every edge of any graph waves rise, or are equal where Argo CD's order of kinds
// decides and it would wait for nothing. It also holds each wave against the order of its objects.
func TestEdges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		g := newRandom(seed)
		for _, strategy := range []wave.Strategy{wave.Compact, wave.Level} {
			o := settle(t, g.files(ascending(len(g.kinds)), "shop"), settings{waves: wave.Options{Strategy: strategy, Base: -7, Stride: int(seed % 4)}})
			if o.diags.HasErrors() {
				t.Fatalf("seed %d: %v", seed, o.diags)
			}
			waves := o.waves()
			for to, froms := range g.edges {
				for _, from := range froms {
					g.edge(t, waves, edge{seed, strategy, from, to})
				}
			}
			for node, at := range waves {
				if node != "" && slices.Max(at) >= waves[""][0] {
					t.Errorf("seed %d: %s has wave %d, not below %d of its instance", seed, node, slices.Max(at), waves[""][0])
				}
			}
		}
	}
}

type edge struct {
	seed     uint64
	strategy wave.Strategy
	from, to int
}

func (g random) edge(t *testing.T, waves map[string][]int, e edge) {
	t.Helper()
	before, after := slices.Max(waves[fmt.Sprintf("n%d", e.from)]), slices.Min(waves[fmt.Sprintf("n%d", e.to)])
	from, to := g.kinds[e.from], g.kinds[e.to]
	order := wave.KindOrder(to.kind)
	if to.kind == "Inner" {
		order = wave.KindOrder("ConfigMap") // its first object
	}
	byKind := e.strategy == wave.Compact && from.health == "none" && wave.KindOrder(from.kind) < order
	if after < before || after == before && !byKind {
		t.Errorf("seed %d, %s: n%d (%s) has wave %d, and n%d (%s), which waits for it, has %d", e.seed, e.strategy, e.from, from.kind, before, e.to, to.kind, after)
	}
}

// TestEdgesOfAuthors: whatever waves and hooks authors write, either the edges hold or there is an error.
func TestEdgesOfAuthors(t *testing.T) {
	t.Parallel()
	accepted, refused := 0, 0
	for seed := range uint64(120) {
		g, r := newRandom(seed), sequence(seed+1000)
		g.notes = map[int]string{}
		for i := range g.kinds {
			switch r.below(6) {
			case 0, 1:
				g.notes[i] = fmt.Sprintf(`argocd.argoproj.io/sync-wave: "%d"`, r.below(12)-2)
			case 2:
				g.notes[i] = "argocd.argoproj.io/hook: " + []string{"PreSync", "PostSync", "Sync", "SyncFail"}[r.below(4)]
			}
		}
		o := settle(t, g.files(ascending(len(g.kinds)), "shop"), settings{})
		if o.diags.HasErrors() {
			refused++
			continue
		}
		accepted++
		waves := o.waves()
		for to, froms := range g.edges {
			for _, from := range froms {
				a, known := phase(g.notes[from])
				b, also := phase(g.notes[to])
				switch {
				case !known || !also || a < b:
				case a > b:
					t.Errorf("seed %d: n%d waits for n%d, which comes in a later phase", seed, to, from)
				default:
					g.edge(t, waves, edge{seed, wave.Compact, from, to})
				}
			}
		}
	}
	if accepted < 20 || refused < 20 {
		t.Errorf("%d inputs are accepted and %d refused: the test sees too little of one", accepted, refused)
	}
}

// phase is the test's own account of the order of hooks.
func phase(notes string) (int, bool) {
	switch {
	case strings.HasSuffix(notes, "PreSync"):
		return 0, true
	case strings.HasSuffix(notes, "PostSync"):
		return 2, true
	}
	return 1, !strings.HasSuffix(notes, "SyncFail")
}

// TestStable: numbers depend on neither the order of the file nor on other instances.
func TestStable(t *testing.T) {
	t.Parallel()
	for seed := range uint64(25) {
		g := newRandom(seed)
		order := ascending(len(g.kinds))
		want := settle(t, g.files(order, "shop"), settings{}).waves()
		r := sequence(seed)
		for i := range order {
			j := r.below(i + 1)
			order[i], order[j] = order[j], order[i]
		}
		got := settle(t, g.files(order, "aaa", "shop", "zzz"), settings{}).waves()
		for _, m := range []map[string][]int{want, got} {
			for _, waves := range m {
				slices.Sort(waves)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: -first +shuffled, among other instances\n%s", seed, diff)
		}
	}
}

// TestAnnotateLeavesResult: callers may keep the result and annotate it again.
func TestAnnotateLeavesResult(t *testing.T) {
	t.Parallel()
	g := newRandom(5)
	files := g.files(ascending(len(g.kinds)), "shop")
	files["config.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: prod\n" +
		"  annotations: {argocd.argoproj.io/tracking-id: x}\n  managedFields: []\nstatus: {a: b}\n")}
	o := settle(t, files, settings{})
	first := emitted(t, o.objects)
	if !strings.Contains(emitted(t, values(o.result)), "tracking-id: x") {
		t.Error("the result has lost an annotation")
	}
	before := emitted(t, values(o.result))
	again, _ := wave.Annotate(o.program, o.result, wave.Options{})
	if diff := cmp.Diff(first, emitted(t, again)); diff != "" {
		t.Errorf("-first +again\n%s", diff)
	}
	if diff := cmp.Diff(before, emitted(t, values(o.result))); diff != "" {
		t.Errorf("-result before +after\n%s", diff)
	}
}

func emitted(t *testing.T, objects []map[string]any) string {
	t.Helper()
	var b strings.Builder
	if err := emit.YAML(&b, objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func values(r *render.Result) []map[string]any {
	all := make([]map[string]any, len(r.Objects))
	for i, o := range r.Objects {
		all[i] = o.Value
	}
	return all
}
