package watch

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// topicKey is one object, or one selector in a namespace.
type topicKey struct {
	name     types.NamespacedName // without a Name the namespace of a selection
	selector string
}

// ask is what somebody wants to know of a topic.
type ask struct {
	topicKey
	paths []string
}

func (a ask) equal(b ask) bool {
	return a.topicKey == b.topicKey && slices.Equal(a.paths, b.paths)
}

// merged joins the asks of one asker that are about the same topic.
func merged(asks []ask) []ask {
	all := make([]ask, 0, len(asks))
	at := make(map[topicKey]int, len(asks))
	for _, a := range asks {
		i, ok := at[a.topicKey]
		if !ok {
			at[a.topicKey] = len(all)
			all = append(all, a)
			continue
		}
		all[i].paths = sorted(append(slices.Clone(all[i].paths), a.paths...))
	}
	return all
}

// keyOf is the topic of a target.
func keyOf(t Target, mapping *meta.RESTMapping) topicKey {
	key := topicKey{name: types.NamespacedName{Namespace: t.Namespace, Name: t.Name}, selector: t.Selector}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		key.name.Namespace = ""
	}
	return key
}

// asking is who wants to know what of a topic.
type asking struct {
	asker Asker
	paths []string
}

// topic is what is kept of an object, or of those that a selector chooses.
type topic struct {
	topicKey
	chosen labels.Selector // nil for one object
	asks   []asking
	paths  []string // of all asks, sorted
	// since is the number of lists that were begun when the last path was added: only a later one has it.
	since int
	// known says that it was looked for with all the paths.
	known bool
	// floor is the resource version of a single read that the watch has not caught up with.
	floor string
	// object is the one of a name, objects are those that a selector chose.
	object  *Object
	objects map[types.NamespacedName]*Object
}

func newTopic(key topicKey) *topic {
	t := &topic{topicKey: key}
	if key.name.Name == "" {
		var err error
		if t.chosen, err = labels.Parse(key.selector); err != nil {
			t.chosen = labels.Nothing()
		}
	}
	return t
}

// set replaces what an asker wants to know, and reports that something new is among it.
func (t *topic) set(asker Asker, paths []string) bool {
	before := t.paths
	if i := t.index(asker); i >= 0 {
		t.asks[i].paths = paths
	} else {
		t.asks = append(t.asks, asking{asker: asker, paths: paths})
		if len(before) > 0 && !slices.ContainsFunc(paths, func(p string) bool { return !contains(before, p) }) {
			return false // as for most of many who ask for one object
		}
	}
	t.union()
	return slices.ContainsFunc(t.paths, func(p string) bool { return !contains(before, p) })
}

// drop forgets what an asker wants to know.
func (t *topic) drop(asker Asker) {
	if i := t.index(asker); i >= 0 {
		t.asks = slices.Delete(t.asks, i, i+1)
	}
	t.union()
}

func (t *topic) index(asker Asker) int {
	return slices.IndexFunc(t.asks, func(a asking) bool { return a.asker == asker })
}

func (t *topic) union() {
	if len(t.asks) == 1 {
		t.paths = t.asks[0].paths
		return
	}
	var all []string
	for _, a := range t.asks {
		all = append(all, a.paths...)
	}
	t.paths = sorted(all)
}

func sorted(paths []string) []string {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	return slices.Compact(paths)
}

func contains(paths []string, path string) bool {
	_, ok := slices.BinarySearch(paths, path)
	return ok
}

// chooses reports that an object belongs to the topic.
func (t *topic) chooses(name types.NamespacedName, l map[string]string) bool {
	if t.chosen == nil {
		return name == t.name
	}
	return (t.name.Namespace == "" || t.name.Namespace == name.Namespace) && t.chosen.Matches(labels.Set(l))
}

// put replaces an object, or removes it, and reports that something of what is kept has changed.
func (t *topic) put(name types.NamespacedName, o *Object) bool {
	if t.chosen == nil {
		if same(t.object, o) {
			return false
		}
		t.object = o
		return true
	}
	if same(t.objects[name], o) {
		return false
	}
	if o == nil {
		delete(t.objects, name)
		return true
	}
	if t.objects == nil {
		t.objects = map[types.NamespacedName]*Object{}
	}
	t.objects[name] = o
	return true
}

// all are the objects, sorted.
func (t *topic) all() []*Object {
	if t.object != nil {
		return []*Object{t.object}
	}
	all := make([]*Object, 0, len(t.objects))
	for _, o := range t.objects {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *Object) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return all
}
