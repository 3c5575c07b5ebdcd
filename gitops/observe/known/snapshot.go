package known

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/render/eval"
)

// Snapshot is what is known of a cluster at one time. It implements [eval.Observed].
type Snapshot struct {
	objects map[identity]eval.Live
	sets    map[question][]eval.Live
	behind  eval.Observed
	version string
}

// identity names an object in any version of its kind.
type identity struct {
	kind            schema.GroupKind
	namespace, name string
}

func (a identity) compare(b identity) int {
	return cmp.Or(strings.Compare(a.kind.Group, b.kind.Group), strings.Compare(a.kind.Kind, b.kind.Kind),
		strings.Compare(a.namespace, b.namespace), strings.Compare(a.name, b.name))
}

// question is what a selector chooses from.
type question struct {
	kind      schema.GroupKind
	namespace string
	selector  string
}

func (a question) compare(b question) int {
	return cmp.Or(strings.Compare(a.kind.Group, b.kind.Group), strings.Compare(a.kind.Kind, b.kind.Kind),
		strings.Compare(a.namespace, b.namespace), strings.Compare(a.selector, b.selector))
}

// New reads Observations, which are not changed. What they do not know is looked for behind them; behind is nil when there
// is nothing else.
func New(observations []v1alpha1.Observation, behind eval.Observed) *Snapshot {
	c := collector{claims: map[identity][]claim{}, sets: map[question][]identity{}}
	for i := range observations {
		c.observation(&observations[i])
	}
	for _, claims := range c.claims { // of two that contradict each other the later one counts
		slices.SortStableFunc(claims, func(a, b claim) int { return a.at().Compare(b.at()) })
	}
	s := &Snapshot{objects: make(map[identity]eval.Live, len(c.claims)), sets: map[question][]eval.Live{}, behind: behind, version: c.version()}
	for id, claims := range c.claims {
		s.objects[id] = assemble(claims)
	}
	for q, ids := range c.sets {
		live := make([]eval.Live, len(ids))
		for i, id := range ids {
			live[i] = s.objects[id]
		}
		s.sets[q] = live
	}
	return s
}

// Version stands for what the Observations say: with equal versions they say the same, as far as a render sees it.
func (s *Snapshot) Version() string { return s.version }

// Find implements [eval.Observed].
func (s *Snapshot) Find(kind schema.GroupKind, namespace, name string) (eval.Live, bool) {
	if o, ok := s.objects[identity{kind, namespace, name}]; ok {
		return o, true
	}
	if s.behind == nil {
		return eval.Live{}, false
	}
	return s.behind.Find(kind, namespace, name)
}

// List implements [eval.Observed]. A list is complete when an Observation asked for it by the same selector.
func (s *Snapshot) List(kind schema.GroupKind, namespace string, selector labels.Selector) ([]eval.Live, bool) {
	if set, ok := s.sets[question{kind, namespace, selector.String()}]; ok {
		return set, true
	}
	if s.behind == nil {
		return nil, false
	}
	return s.behind.List(kind, namespace, selector)
}

// claim is what one node of one Observation says of an object.
type claim struct {
	apiVersion, kind string
	object           v1alpha1.ObservedObject
	labelled         bool // the object was chosen by a selector, so that its labels are known
}

// at is when something of the object changed last.
func (c claim) at() time.Time {
	if c.object.ObservedAt == nil {
		return time.Time{}
	}
	return c.object.ObservedAt.Time
}

// collector gathers what Observations say.
type collector struct {
	claims map[identity][]claim
	sets   map[question][]identity
}

func (c *collector) observation(o *v1alpha1.Observation) {
	if ref := o.Spec.Instance; o.Status.Instance != nil {
		c.one(identity{schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind).GroupKind(), ref.Namespace, ref.Name}, ref.APIVersion, o.Status.Instance.Objects)
	}
	nodes := make(map[address]*v1alpha1.ObservedNode, len(o.Spec.Nodes))
	for i := range o.Spec.Nodes {
		nodes[addressOf(o.Spec.Nodes[i].ID, o.Spec.Nodes[i].Item)] = &o.Spec.Nodes[i]
	}
	for _, answer := range o.Status.Nodes {
		if node := nodes[addressOf(answer.ID, answer.Item)]; node != nil {
			c.node(node, answer)
		}
	}
}

// address is where a node stands in an Observation.
type address struct {
	id   string
	item int32
}

func addressOf(id string, item *int32) address {
	if item == nil {
		return address{id, -1}
	}
	return address{id, *item}
}

// node takes what is known of one node.
func (c *collector) node(node *v1alpha1.ObservedNode, answer v1alpha1.NodeObservation) {
	if node.Selector == nil {
		c.one(identity{schema.FromAPIVersionAndKind(node.APIVersion, node.Kind).GroupKind(), node.Namespace, node.Name}, node.APIVersion, answer.Objects)
		return
	}
	selector, err := metav1.LabelSelectorAsSelector(node.Selector)
	if err != nil || !listed(answer) {
		return
	}
	q := question{schema.FromAPIVersionAndKind(node.APIVersion, node.Kind).GroupKind(), node.Namespace, selector.String()}
	if _, twice := c.sets[q]; !twice {
		ids := c.several(q.kind, node.APIVersion, answer.Objects)
		slices.SortFunc(ids, identity.compare)
		c.sets[q] = ids
	}
}

// listed reports that the objects of a selector could be read: that there are none counts only then.
func listed(answer v1alpha1.NodeObservation) bool {
	return len(answer.Objects) > 0 || answer.Reason != "Forbidden" && answer.Reason != "KindUnknown"
}

// one records an object under the name that was asked for: of a kind that the renderer does not know, it does not
// know the namespace either.
func (c *collector) one(id identity, apiVersion string, objects []v1alpha1.ObservedObject) {
	for _, o := range objects[:min(1, len(objects))] {
		c.claims[id] = append(c.claims[id], claim{apiVersion, id.kind.Kind, o, false})
	}
}

// several records what a selector chose, and answers the identities.
func (c *collector) several(kind schema.GroupKind, apiVersion string, objects []v1alpha1.ObservedObject) []identity {
	ids := make([]identity, len(objects))
	for i, o := range objects {
		ids[i] = identity{kind, o.Namespace, o.Name}
		c.claims[ids[i]] = append(c.claims[ids[i]], claim{apiVersion, kind.Kind, o, true})
	}
	return ids
}

// version is a digest of everything that a render sees.
func (c *collector) version() string {
	var d digest
	for _, id := range slices.SortedFunc(maps.Keys(c.claims), identity.compare) {
		d.add("object", id.kind.Group, id.kind.Kind, id.namespace, id.name)
		for _, claim := range c.claims[id] {
			d.claim(claim)
		}
	}
	for _, q := range slices.SortedFunc(maps.Keys(c.sets), question.compare) {
		d.add("set", q.kind.Group, q.kind.Kind, q.namespace, q.selector)
		for _, id := range c.sets[q] {
			d.add("member", id.namespace, id.name)
		}
	}
	return d.String()
}
