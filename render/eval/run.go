package eval

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/expr"
	"github.com/krowave/krowave/render/expr/value"
	"github.com/krowave/krowave/render/fieldpath"
	"github.com/krowave/krowave/render/graph"
	"github.com/krowave/krowave/render/source"
)

// DefaultMaxItems is kro's limit for the size of one collection.
const DefaultMaxItems = 1000

// DefaultMaxObjects bounds what one instance can grow to: RGDs that use each other several
// times multiply.
const DefaultMaxObjects = 20_000

// Request is what one render needs besides the graph.
type Request struct {
	// Instance is the admitted instance: defaulted, pruned, with a namespace if its
	// kind is namespaced. It is not changed.
	Instance map[string]any
	// At is where the instance was written.
	At *source.Node
	// Observed finds live objects; nil when nothing was observed.
	Observed Observed
	// Declared finds objects that stand in the input and that nobody renders. External
	// references see what they say; what they do not say is unknown. Nil when there are none.
	Declared Observed
	// Nested finds the RGD behind a kind; nil when RGDs are not rendered through.
	Nested Nested
	// MaxItems is the largest size of a collection; 0 means [DefaultMaxItems].
	MaxItems int
	// MaxObjects is the largest number of objects of one instance, nested ones included;
	// 0 means [DefaultMaxObjects].
	MaxObjects int
	// DropNulls leaves out the fields for which an expression gave null; by default
	// they are kept, as kro does.
	DropNulls bool
	// Budget is shared by all expressions of the render, nested ones included.
	Budget *expr.Budget
}

// phase is how far a node got.
type phase uint8

const (
	waiting  phase = iota // not reached yet
	rendered              // its objects are known
	absent                // excluded by a condition
	held                  // waits for a run-time value
	failed                // has errors
)

// state is what is known of a node during a render.
type state struct {
	phase phase
	// value is what expressions see under the node's id.
	value ref.Val
	// live are the observed objects of the node, of the size that it should have.
	live []Live
	size int
}

// fail gives a node up. Whoever looks at it sees an object of which nothing is known.
func (s *state) fail(base *graph.Base) {
	s.phase, s.value = failed, value.UnknownObject(base.ID)
}

// run is one render in progress.
type run struct {
	request Request
	graph   *graph.Graph
	prefix  string // the ids of the nodes above, with a slash behind
	above   string // the same with the items of collections: the beginning of addresses
	level   int    // added to every level
	// instance is the instance without its status, and schema the same for expressions.
	instance map[string]any
	schema   ref.Val
	states   []state
	// current is the evaluation in progress; there is one at a time.
	current activation
	// brief reports that what is evaluated is left out when it waits, whatever it waits for.
	brief bool
	// incomplete reports that an author's condition could not be evaluated.
	incomplete bool
	result     *Result
	objects    *int // rendered so far by the whole instance
	// naming is what it may cost to name what is held.
	naming *expr.Budget
	diags  diag.List
}

// Run renders an instance. Objects of nodes with errors, and of everything that
// depends on them, are missing from the result; callers that find errors in the
// list must not deliver it.
func Run(g *graph.Graph, request Request) (*Result, diag.List) {
	if request.MaxItems == 0 {
		request.MaxItems = DefaultMaxItems
	}
	if request.Budget == nil {
		request.Budget = expr.NewBudget(0)
	}
	if request.MaxObjects == 0 {
		request.MaxObjects = DefaultMaxObjects
	}
	r := &run{request: request, graph: g, result: &Result{}, objects: new(int), naming: namingBudget()}
	r.all()
	r.duplicates()
	return r.result, r.diags
}

// all walks the nodes in topological order and then projects the status.
func (r *run) all() {
	r.instance = r.asSeen(r.request.Instance)
	r.schema = value.Wrap(r.instance, r.graph.InstanceSchema, value.Absent)
	r.states = make([]state, len(r.graph.Nodes))
	levels := levelsOf(r.graph, r.request.Nested)
	r.result.Levels = levels.total
	for _, i := range r.graph.Order.Topological {
		n := r.graph.Nodes[i]
		r.node(n, r.level+levels.start[i])
	}
	r.status()
	r.conditions()
}

// asSeen is the instance as expressions see it: without the status, which they cannot
// read, and with what only a server sets taken from the live instance, or unknown.
func (r *run) asSeen(instance map[string]any) map[string]any {
	seen := make(map[string]any, len(instance))
	for k, v := range instance {
		if k != "status" {
			seen[k] = v
		}
	}
	written, _ := instance["metadata"].(map[string]any)
	metadata := make(map[string]any, len(written)+len(serverSet()))
	maps.Copy(metadata, written)
	live := map[string]any{}
	namespace, name := names(instance)
	if o, ok := r.find(r.graph.InstanceGVK().GroupKind(), namespace, name); ok {
		live, _ = o.Object["metadata"].(map[string]any)
	}
	for _, field := range serverSet() {
		if metadata[field] != nil {
			continue
		}
		if v, ok := live[field]; ok {
			metadata[field] = v
			continue
		}
		metadata[field] = unset()[field]
	}
	seen["metadata"] = metadata
	return seen
}

// unset are the values of the fields of [serverSet] that are not known.
//
//nolint:gochecknoglobals // made once and never changed: every instance has them
var unset = sync.OnceValue(func() map[string]*types.Unknown {
	all := map[string]*types.Unknown{}
	for _, field := range serverSet() {
		all[field] = value.NewUnknown(value.Path{Node: instanceName, Field: fieldpath.Path{}.Key("metadata").Key(field)})
	}
	return all
})

// serverSet are the fields of metadata that an instance in Git cannot have and a stored one always has.
func serverSet() []string {
	return []string{"uid", "resourceVersion", "generation", "creationTimestamp"}
}

// node decides on one node: excluded, held, or rendered.
func (r *run) node(n graph.Node, level int) {
	base := n.Base()
	s := &r.states[base.Index]
	if r.excluded(base, s) {
		return
	}
	waits, ok := r.included(base, s)
	if !ok {
		return
	}
	after := r.after(base, s)
	if s.phase == failed {
		return
	}
	if len(waits) > 0 || len(after) > 0 {
		r.hold(base, s, waits, after)
		return
	}
	switch n := n.(type) {
	case *graph.Resource:
		r.resource(n, s, level)
	case *graph.Collection:
		r.collection(n, s, level)
	case *graph.External:
		r.external(n, s)
	case *graph.ExternalCollection:
		r.externalCollection(n, s)
	}
}

// excluded reports that a dependency is excluded, which is contagious whatever the
// node's own conditions say.
func (r *run) excluded(base *graph.Base, s *state) bool {
	for _, d := range base.Dependencies {
		if r.states[d].phase == absent {
			s.phase, s.value = absent, value.UnknownObject(base.ID)
			r.result.Absent = append(r.result.Absent, Absent{
				Node: r.prefix + base.ID, Address: r.above + base.ID,
				Because: r.above + r.graph.Nodes[d].Base().ID, Span: base.Source.IDNode.Span(),
			})
			return true
		}
	}
	return false
}

// included evaluates includeWhen. All conditions must be true; null and none are false.
// One that is false on what is known excludes the node even when others are unknown.
func (r *run) included(base *graph.Base, s *state) ([]Wait, bool) {
	waits := r.unready(base)
	for _, condition := range base.IncludeWhen {
		v, w := r.eval(condition, nil)
		switch {
		case w != nil:
			waits = append(waits, w...)
		case v == nil:
			s.fail(base)
		case !truth(v):
			s.phase, s.value = absent, value.UnknownObject(base.ID)
			r.result.Absent = append(r.result.Absent, Absent{Node: r.prefix + base.ID, Address: r.above + base.ID, Span: condition.Span()})
			return nil, false
		}
	}
	return waits, s.phase == waiting
}

// after names the held nodes that a node depends on. A failed dependency fails the node.
func (r *run) after(base *graph.Base, s *state) []string {
	var before []int
	for _, i := range base.Dependencies {
		switch r.states[i].phase {
		case held:
			before = append(before, i)
		case failed:
			s.fail(base)
		case waiting, rendered, absent:
		}
	}
	order := r.graph.Order.Topological
	slices.SortFunc(before, func(a, b int) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) })
	var after []string
	for _, i := range before {
		after = append(after, r.above+r.graph.Nodes[i].Base().ID)
	}
	return after
}

// hold records that a node waits. Whoever looks at it sees an object of which nothing is known.
func (r *run) hold(base *graph.Base, s *state, paths []Wait, after []string) {
	s.phase = held
	s.value = value.UnknownObject(base.ID)
	r.result.Held = append(r.result.Held, Held{
		Node: r.prefix + base.ID, Address: r.above + base.ID, Paths: sortedWaits(paths), After: after,
		Span: base.Source.IDNode.Span(), GVK: base.GVK,
	})
	r.identify(r.graph.Nodes[base.Index])
}
